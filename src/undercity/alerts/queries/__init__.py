"""What others ask of warnings: what is in force, what concerns a body, one in detail. All on the current line."""

from __future__ import annotations

from undercity.alerts.queries.warnings import Detail, concerning, detail, in_force, visible_to

__all__ = ["Detail", "concerning", "detail", "in_force", "visible_to"]
