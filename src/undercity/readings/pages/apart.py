"""What was kept apart: why, and what an officer makes of it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import RuleBroken
from undercity.org.powers import require
from undercity.org.requests import actor_of, officers_only
from undercity.readings.actions.deciding import accept, drop, take_back
from undercity.readings.pages.places import page_of
from undercity.readings.queries.standing import moment
from undercity.readings.queries.visible import apart_for, kept_by, may_decide, sees_any
from undercity.readings.rules import moment_of
from undercity.readings.states import REMEDIES, Decided, Door, Quantity, Reason

PAGE = 30


@officers_only
def apart(request: HttpRequest) -> HttpResponse:
    """待核读数."""
    return _list(request, 200)


def _list(request: HttpRequest, status: int, wrong: dict[int, str] | None = None) -> HttpResponse:
    actor = actor_of(request)
    require(sees_any(actor))
    state = request.GET.get("state", Decided.OPEN)
    state = state if state in Decided.values else Decided.OPEN.value
    rows = apart_for(actor).filter(decided=state).select_related("device__place").order_by("-received_at", "-pk")
    page = Paginator(rows, PAGE).get_page(page_of(request))
    return render(request, "readings/apart.html", {
        "rows": [{"row": row, "reason": Reason(row.reason).label, "remedy": REMEDIES[Reason(row.reason)],
                  "door": Door(row.door).label, "may": may_decide(actor, row), "meant": _meant(row.at_said),
                  "wrong": (wrong or {}).get(row.pk, "")}
                 for row in page],
        "page": page, "state": state, "states": Decided.choices,
        "quantities": [(one.code, one.label) for one in Quantity],
        "devices": list(kept_by(actor).order_by("key").values_list("key", flat=True)[:500])}, status=status)


def _meant(said: str) -> datetime | None:
    """The moment of a number of seconds, which nobody reads as it is."""
    return moment(moment_of(said)) if said.isdecimal() else None


@officers_only
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponseBase:
    """Accept, drop, or take back what was dropped."""
    actor, now = actor_of(request), clock.now()
    note = request.POST.get("note", "")
    if "drop" in request.POST:
        drop(number, by=actor, at=now, note=note)
        messages.success(request, _("Dropped. It can be taken back under “dropped”."))
    elif "back" in request.POST:
        take_back(number, by=actor, at=now)
        messages.success(request, _("To be decided again."))
    else:
        try:
            accept(number, by=actor, at=now, device=request.POST.get("device", ""), note=note,
                   quantity=request.POST.get("quantity", ""), moment=request.POST.get("moment", ""),
                   value=request.POST.get("value", ""))
        except RuleBroken as refusal:
            return _list(request, 422, {number: str(refusal)})
        messages.success(request, _("Accepted and stored."))
    return redirect("readings_apart")
