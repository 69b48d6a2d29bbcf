"""The list of cool places, and the page of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy

from undercity import clock
from undercity.errors import NotFound
from undercity.org.addresses import address_of
from undercity.org.powers import POST
from undercity.org.queries import body_name
from undercity.org.requests import actor_of
from undercity.places.amenities import words_of
from undercity.places.linked import as_script, described
from undercity.places.models import Place
from undercity.places.pins import Pin, of_place
from undercity.places.queries import Found, found, listed_page, place_by_key
from undercity.places.seasons.queries import announcements, public_exceptions
from undercity.science.coordinates import Datum, from_wgs84

# Where the sample city's places are from, as its file says it.
SOURCES: dict[str, Any] = {
    "press and office bulletins, 2017-2025, second hand": gettext_lazy(
        "press and office bulletins, 2017-2025, second hand"),
    "invented for the sample city": gettext_lazy("invented for the sample city"),
}


def pins_of(rows: list[Found]) -> list[Pin]:
    """Places as pins of a map, in their order."""
    address, badge = address_of("place"), _("invented")
    return [of_place(one, address(one.place.key), badge) for one in rows]


def places(request: HttpRequest) -> HttpResponse:
    """All cool places, open ones first; beside them the map."""
    now = clock.now()
    rows, page = listed_page(now, request.GET.get("page", ""))
    return render(request, "places/list.html", {
        "places": rows, "page": page, "map_pins": pins_of(rows), "notices": announcements(now)})


def row_by_key(request: HttpRequest, key: str) -> Place:
    """The place of an address. What is not listed is there for officers only; hidden and missing look the same."""
    row = place_by_key(key, officer=actor_of(request).kind == POST)
    if row is None:
        raise NotFound(_("There is no such place."), remedy=_("All places are listed under Cool places."))
    return row


def place(request: HttpRequest, key: str) -> HttpResponse:
    """One place."""
    now, row = clock.now(), row_by_key(request, key)
    one = found(row, now)
    # For machines, as for everybody: only what is listed.
    told = as_script(described(one, now, url=request.build_absolute_uri(request.path),
                               amenities=words_of(row.amenities))) if row.listed else ""
    return render(request, "places/place.html", {
        "one": one, "district": body_name(row.district_id), "ways": ways_to(one), "map_pins": pins_of([one]),
        "has_board": hasattr(row, "flood_board"), "source": SOURCES.get(row.source, row.source),
        "linked": told, "notices": announcements(now, row), "exceptions": public_exceptions(row, now)})


def ways_to(one: Found) -> list[tuple[Any, str]]:
    """Links that open the place in a map of the reader's choice, each in the datum that map counts in."""
    place = one.place
    gcj, baidu = (from_wgs84(place.lat, place.lon, datum) for datum in (Datum.GCJ02, Datum.BD09))
    return [
        (_("Amap"), f"https://uri.amap.com/marker?position={gcj[1]:.6f},{gcj[0]:.6f}&coordinate=gaode"),
        (_("Baidu Maps"), f"https://api.map.baidu.com/marker?location={baidu[0]:.6f},{baidu[1]:.6f}"
                          "&title=%20&content=%20&output=html&coord_type=bd09ll&src=undercity"),
        (_("OpenStreetMap"), f"https://www.openstreetmap.org/?mlat={place.lat:.5f}&mlon={place.lon:.5f}"
                             f"#map=17/{place.lat:.5f}/{place.lon:.5f}"),
    ]
