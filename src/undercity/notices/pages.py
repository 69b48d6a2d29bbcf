"""The outbox page: what would have been sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from undercity.notices.queries import newest, waiting
from undercity.org.powers import can, require
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power

AT_ONCE = 50


@officers_only
def outbox(request: HttpRequest) -> HttpResponse:
    """Notices, newest first, with their deliveries."""
    actor = actor_of(request)
    require(can(actor, Power.NOTICE_OUTBOX, actor.scopes(Power.NOTICE_OUTBOX)[0] if actor.may_see_outbox else ""))
    before = request.GET.get("before", "")
    rows = list(newest(int(before) if before.isdecimal() and len(before) < 18 else None, AT_ONCE))
    return render(request, "notices/outbox.html", {
        "notices": rows, "waiting": waiting(), "more": rows[-1].pk if len(rows) == AT_ONCE else None})
