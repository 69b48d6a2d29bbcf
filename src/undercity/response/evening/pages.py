"""暴雨傍晚: the page that shows the evening while it happens, and says so when the worker stands still."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from undercity import clock
from undercity.errors import NotFound
from undercity.places.models import Place
from undercity.places.queries import found
from undercity.response.evening import actions
from undercity.response.evening.models import Evening
from undercity.response.evening.steps import STEPS
from undercity.response.models import Response
from undercity.response.queries import board, situation
from undercity.response.states import Level
from undercity.response.timelines import timeline_of

EVERY_SECONDS = 2
# Later than that the worker is not slow: it stands still.
PATIENCE = timedelta(seconds=8)


@require_safe
def storm(request: HttpRequest) -> HttpResponse:
    """What is shown, with the button that begins it; the one under way, if there is one."""
    running = actions.under_way(clock.real_now())
    return render(request, "response/storm.html", {"steps": STEPS, "running": running, "shown": settings.DEMO})


@require_POST
def storm_begin(request: HttpRequest) -> HttpResponseBase:
    """Begin, or join the one under way."""
    return redirect("storm_evening", actions.begin_evening(clock.real_now()).pk)


def _get(name: str) -> Evening:
    row = Evening.objects.filter(pk=name).first()
    if row is None:
        raise NotFound(_("There is no such evening."), remedy=_("Begin a new one."))
    return row


@require_safe
def storm_evening(request: HttpRequest, name: str) -> HttpResponse:
    """The evening as it goes on."""
    return render(request, "response/storm_evening.html", {**_part(_get(name)), "every": EVERY_SECONDS})


@require_safe
def storm_part(request: HttpRequest, name: str) -> HttpResponse:
    """The part that changes."""
    return render(request, "response/storm_part.html", _part(_get(name)))


def _part(row: Evening) -> dict[str, Any]:
    real = clock.real_now()
    with clock.on(timeline_of(row)):
        now = clock.now()
        response = Response.objects.filter(pk=row.response).first() if row.response else None
        place = Place.objects.filter(pk=row.place).first() if row.place else None
        reports = situation.reports(response) if response else []
        return {"evening": row, "at": now, "steps": [
            {"step": step, "done": nth < row.step, "now": nth == row.step - 1, "count": row.told.get(step.code)}
            for nth, step in enumerate(STEPS)],
            "level": Level(response.level).label if response and response.level else "",
            "wanted": Level(response.wanted).label if response and response.wanted is not None else "",
            "numbers": board.numbers(response, now) if response else None,
            "silent": _silent(response), "place": found(place, now) if place else None,
            "report": reports[0].said if reports else None, "stalled": _stalled(row, real), "left": _left(row, real)}


def _silent(response: Response | None) -> list[board.Line]:
    if response is None:
        return []
    rows = board.narrowed(response, clock.now(), standing=board.SILENT)
    return board.lines(list(board.with_places(board.most_pressing(rows))[:3]), clock.now())


def _due(row: Evening) -> Any:
    step = STEPS[row.step]
    return (row.stepped_at or row.began_at) + timedelta(seconds=step.seconds)


def _stalled(row: Evening, real: Any) -> bool:
    return row.ended_at is None and row.step < len(STEPS) and real > _due(row) + PATIENCE


def _left(row: Evening, real: Any) -> int:
    """Seconds until the next step, for the page."""
    return max(0, int((_due(row) - real).total_seconds())) if row.ended_at is None and row.step < len(STEPS) else 0
