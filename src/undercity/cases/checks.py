"""System checks of cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning, register
from django.db import connections

from undercity.cases.models import Handover
from undercity.cases.states import HandoverState


@register("undercity", "database")
def what_was_handed_over_arrived(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """undercity.W006: a department's own server never took a case; nobody there knows of it."""
    if not databases or "cases_handover" not in connections["default"].introspection.table_names():
        return []
    failed = Handover.objects.filter(state=HandoverState.FAILED).count()
    if not failed:
        return []
    return [Warning(f"{failed} cases were not taken by their department's own server.",
                    hint="See why with `undercity open311 handover list`, then `undercity open311 handover again`.",
                    id="undercity.W006")]
