"""What every page may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from undercity import clock
from undercity.org.requests import actor_of


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Demonstration banner, the city's time, and who is acting (asked only when a page wants to know)."""
    return {"demo": settings.DEMO, "now": clock.now(), "actor": SimpleLazyObject(lambda: actor_of(request))}
