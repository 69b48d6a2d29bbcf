"""Public pages of places."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy

from undercity import clock
from undercity.errors import NotFound
from undercity.org.queries import body_name
from undercity.places.models import Place
from undercity.places.queries import all_places, found

AMENITIES: dict[str, Any] = {
    "seats": gettext_lazy("seats"), "water": gettext_lazy("drinking water"), "first_aid": gettext_lazy("first aid"),
    "billiards": gettext_lazy("billiards"), "table_tennis": gettext_lazy("table tennis"),
    "badminton": gettext_lazy("badminton"), "fitness": gettext_lazy("fitness gear"), "cinema": gettext_lazy("films"),
    "library": gettext_lazy("books"), "exhibition": gettext_lazy("exhibition"), "wifi": gettext_lazy("Wi-Fi"),
    "umbrellas": gettext_lazy("umbrellas"), "newspapers": gettext_lazy("newspapers"), "tv": gettext_lazy("television"),
    "parking": gettext_lazy("parking"), "stage": gettext_lazy("stage"),
    "reception_room": gettext_lazy("reception room"), "children": gettext_lazy("children's corner"),
    "meeting_room": gettext_lazy("meeting room"), "reading": gettext_lazy("reading room"),
}


def places(request: HttpRequest) -> HttpResponse:
    """All cool places, open ones first."""
    return render(request, "places/list.html", {"places": all_places(clock.now())})


def place(request: HttpRequest, key: str) -> HttpResponse:
    """One place."""
    row = Place.objects.prefetch_related("names").filter(key=key).first()
    if row is None:
        raise NotFound(_("There is no such place."), remedy=_("All places are listed under Cool places."))
    return render(request, "places/place.html", {
        "one": found(row, clock.now()), "district": body_name(row.district_id),
        "amenities": [str(AMENITIES.get(code, code)) for code in row.amenities]})
