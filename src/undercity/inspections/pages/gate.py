"""Who may come to the desk of readiness."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from undercity.org.powers import can, require
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power

View = Callable[..., HttpResponseBase]


def readiness_desk(view: View) -> View:
    """Officers who see readiness somewhere; others are refused with the reason."""

    @officers_only
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        actor = actor_of(request)
        if not actor.holds(Power.READINESS_READ):
            require(can(actor, Power.READINESS_READ, ""))
        return view(request, *args, **options)

    return guarded
