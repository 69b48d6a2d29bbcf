"""What the public sees of a flood response, in plain words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from undercity import clock
from undercity.alerts.queries.warnings import in_force as warnings_in_force
from undercity.response.queries import public


@require_safe
def flood(request: HttpRequest) -> HttpResponse:
    """防汛提示: the level, the places closed, and where to go instead."""
    now = clock.now()
    return render(request, "response/public.html", {
        "levels": public.in_force(), "closed": public.closed_places(now), "warned": bool(warnings_in_force(now))})
