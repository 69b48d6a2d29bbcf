"""多发点位: where the same came again, as a list beside its map."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from undercity import clock
from undercity.cases.pages.narrowing import choices
from undercity.cases.queries.filters import Filter, read
from undercity.cases.queries.hotspots import AT_MOST, hot_spots
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import REPEAT_DAYS
from undercity.org.requests import actor_of, officers_only


@officers_only
def hotspots(request: HttpRequest) -> HttpResponse:
    """The places of these days, narrowed by district and kind."""
    asked, now = read(request.GET), clock.now()
    narrowed = Filter(category=asked.category, area=asked.area)
    spots = hot_spots(actor_of(request), now, narrowed)
    return render(request, "cases/hotspots.html", {
        "spots": spots, "narrowed": narrowed, "map_pins": [spot.pin for spot in spots],
        "days": scheme().term(REPEAT_DAYS, now), "most": len(spots) == AT_MOST and AT_MOST,
        "choices": [one for one in choices(narrowed) if one[0] in {"category", "area"}]})
