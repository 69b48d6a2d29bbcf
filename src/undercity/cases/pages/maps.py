"""All cases of a filter on one map, square by square, beside the same as a list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from undercity import clock
from undercity.cases.pages.narrowing import choices
from undercity.cases.queries.clusters import on_a_map, read_box, view
from undercity.cases.queries.filters import read
from undercity.org.requests import actor_of, officers_only

LEFT_OUT = {"light"}


@officers_only
def case_map(request: HttpRequest) -> HttpResponse:
    """The squares of an area, those with most cases first; each opens closer."""
    narrowed = on_a_map(read(request.GET))
    box = read_box(request.GET.get("box", ""))
    found = view(actor_of(request), clock.now(), narrowed, box, reverse("case_map"))
    return render(request, "cases/map.html", {
        "view": found, "closer": box is not None,
        "map_sheet": found.box.sheet, "map_pins": [one.pin for one in found.clusters],
        "kept": narrowed.query, "narrowed": narrowed,
        "choices": [one for one in choices(narrowed) if one[0] not in LEFT_OUT]})
