"""What every page may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from undercity import clock
from undercity.org.requests import actor_of
from undercity.response.queries.public import in_force
from undercity.site.navigation import foot, menu
from undercity.site.view import chosen


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Demonstration banner, the city's time, the chosen view, the menu, and who is acting (asked only when wanted)."""
    return {"demo": settings.DEMO, "now": clock.now(), "actor": SimpleLazyObject(lambda: actor_of(request)),
            "menu": lambda: menu(actor_of(request), request.path), "foot": foot, "footer": settings.FOOTER,
            "flood": in_force, "look": chosen(request)}
