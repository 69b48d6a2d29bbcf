"""今日处置单: on the desk and on A4 by due hour; on the phone done by a photo, in two taps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from undercity import clock
from undercity.cases.queries.today import today as due_today
from undercity.org.queries import body_name
from undercity.org.requests import actor_of, officers_only


@officers_only
def today(request: HttpRequest) -> HttpResponse:
    """What my department must handle."""
    actor, now = actor_of(request), clock.now()
    hours = due_today(actor, now)
    return render(request, "cases/today.html", {
        "hours": hours, "count": sum(len(hour.tasks) for hour in hours), "today": now, "unit": body_name(actor.body)})
