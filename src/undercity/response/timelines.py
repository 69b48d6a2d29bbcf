"""Exercises 演练: a plan activated on a clock of its own. Whoever takes part sees the city on that clock, marked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from undercity import clock
from undercity.clock import Timeline
from undercity.response.models import Drill, Evening

SESSION = "exercise"


def timeline_of(row: Drill | Evening) -> Timeline:
    """The clock of an exercise or of a rainy evening: the city's, so many minutes ahead."""
    return clock.beside(row.name, timedelta(minutes=row.ahead_minutes))


def kept(name: str) -> Timeline | None:
    """The timeline of this name, if it is an exercise's or a rainy evening's."""
    row = Drill.objects.filter(pk=name).first() or Evening.objects.filter(pk=name).first()
    return timeline_of(row) if row is not None else None


def running() -> list[Drill]:
    """Exercises that are not over."""
    return list(Drill.objects.filter(ended_at__isnull=True).order_by("made_at"))


class OnExercise:
    """Runs a request on the clock of the exercise its reader takes part in; `request.exercise` says which."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, made on the right clock."""
        name = request.session.get(SESSION) if hasattr(request, "session") and _may_ask(request) else None
        drill = Drill.objects.filter(pk=name, ended_at__isnull=True).first() if name else None
        extended: Any = request
        extended.exercise = drill
        if name and drill is None:
            # It is over: the reader is back in the city.
            request.session.pop(SESSION, None)
        if drill is None:
            return self.get_response(request)
        with clock.on(timeline_of(drill)):
            return self.get_response(request)


def _may_ask(request: HttpRequest) -> bool:
    """Without a session cookie nobody takes part: a citizen's page asks nothing more."""
    from django.conf import settings

    return settings.SESSION_COOKIE_NAME in request.COOKIES
