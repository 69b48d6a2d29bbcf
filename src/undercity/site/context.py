"""What every page may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from undercity import clock


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Demonstration banner, the city's time, and who is acting (None for a citizen)."""
    return {"demo": settings.DEMO, "now": clock.now(), "actor": getattr(request, "actor", None)}
