"""My work today: one list for every kind of duty."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from undercity import clock
from undercity.ledger import queries
from undercity.ledger.lights import seen
from undercity.org.requests import actor_of, officers_only

AT_MOST = 200


@officers_only
def desk(request: HttpRequest) -> HttpResponse:
    """今日待办: what my post must do, the most urgent first; then what my colleagues have open."""
    actor, now = actor_of(request), clock.now()
    mine = seen(queries.mine(actor)[:AT_MOST], now)
    return render(request, "ledger/desk.html", {
        "mine": mine, "others": seen(queries.of_my_body(actor)[:AT_MOST], now),
        "late": sum(one.light == "red" for one in mine), "soon": sum(one.light == "yellow" for one in mine)})
