"""查阅记录: who looked at internal or personal fields, when, and why."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from undercity.ledger.queries.looks import looks
from undercity.org.powers import can, require
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power

AT_ONCE = 100
KINDS = ("case", "work")


@officers_only
def looks_page(request: HttpRequest) -> HttpResponse:
    """Looks, newest first, for posts that read the record."""
    actor = actor_of(request)
    require(can(actor, Power.RECORD_READ, next(iter(actor.scopes(Power.RECORD_READ)), "")))
    before, kind = request.GET.get("before", ""), request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    rows = looks(int(before) if before.isdecimal() and len(before) < 18 else None, AT_ONCE, kind)
    return render(request, "ledger/looks.html", {
        "looks": rows, "kind": kind, "kinds": [("", _("all")), ("case", _("cases")), ("work", _("works"))],
        "more": rows[-1].pk if len(rows) == AT_ONCE else None})
