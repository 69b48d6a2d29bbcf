"""The list of duties 责任清单: an officer's, and the one the public may follow."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.ledger.kinds import kinds
from undercity.ledger.lights import seen
from undercity.ledger.models import Task
from undercity.ledger.queries import tasks
from undercity.ledger.queries.agenda import templates
from undercity.org.queries import body_name
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power

PAGE = 100
LONGEST = 18


@officers_only
def duties(request: HttpRequest) -> HttpResponse:
    """Every duty an officer may see, by state, kind and unit, a hundred a page."""
    actor, now = actor_of(request), clock.now()
    state = request.GET.get("state", "open")
    whose = request.GET.get("whose", "all")
    kind = request.GET.get("kind", "")
    given = request.GET.get("from", "")
    begin = int(given) if given.isdecimal() and len(given) < LONGEST else 0
    rows = list(tasks.listed(actor, state=state, kind=kind, whose=whose, at=now)[begin:begin + PAGE + 1])
    return render(request, "ledger/list.html", {
        "rows": seen(rows[:PAGE], now), "state": state, "whose": whose, "kind": kind,
        "first": begin, "more": begin + PAGE if len(rows) > PAGE else None,
        "states": [("open", _("open")), ("late", _("overdue")), ("done", _("done"))],
        "whoses": [("all", _("all I may see")), ("unit", _("my unit")), ("mine", _("mine"))],
        "kinds": [("", _("all kinds")), ("task", _("from templates")), ("case", _("stages of cases")),
                  *((one.code, one.label) for one in kinds() if one.code.startswith("task."))],
        "may_give": actor.holds(Power.DUTY_ASSIGN)})


def public_duties(request: HttpRequest) -> HttpResponse:
    """公开责任: promises with their unit, deadline and how they stand; nothing internal."""
    now, known = clock.now(), templates()
    rows = [{"title": known[row.template].title, "text": row.brief.text if hasattr(row, "brief") else "",
             "unit": body_name(row.body_id), "due": row.due_at, "ended": row.ended_at, "status": row.status,
             "late": _late(row, now)} for row in tasks.public_tasks(now)]
    return render(request, "ledger/public.html", {
        "rows": rows, "kept": sum(row["status"] == "done" for row in rows), "late": sum(row["late"] for row in rows)})


def _late(row: Task, now: object) -> bool:
    return row.due_at is not None and (row.ended_at or now) > row.due_at  # type: ignore[operator]
