"""Public pages of places, and the map."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy

from undercity import clock
from undercity.errors import NotFound
from undercity.org.addresses import address_of
from undercity.org.powers import POST
from undercity.org.queries import body_name
from undercity.org.requests import actor_of
from undercity.places.drawing import SHEETS
from undercity.places.maps import ABOVE, BELOW, as_geojson
from undercity.places.now import now_at
from undercity.places.pins import Pin, from_rooms, of_place
from undercity.places.queries import Found, all_places, found, place_by_key
from undercity.science.coordinates import Datum, from_wgs84

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

# Where the sample city's places are from, as its file says it.
SOURCES: dict[str, Any] = {
    "press and office bulletins, 2017-2025, second hand": gettext_lazy(
        "press and office bulletins, 2017-2025, second hand"),
}



def pins_of(rows: list[Found]) -> list[Pin]:
    """Places as pins of a map, in their order."""
    address, badge = address_of("place"), _("invented")
    return [of_place(one, address(one.place.key), badge) for one in rows]


def places(request: HttpRequest) -> HttpResponse:
    """All cool places, open ones first; beside them the map."""
    rows = all_places(clock.now())
    return render(request, "places/list.html", {"places": rows, "map_pins": pins_of(rows)})


def place(request: HttpRequest, key: str) -> HttpResponse:
    """One place. What is not listed is there for officers only."""
    now = clock.now()
    row = place_by_key(key, officer=actor_of(request).kind == POST)
    if row is None:
        raise NotFound(_("There is no such place."), remedy=_("All places are listed under Cool places."))
    one = found(row, now)
    return render(request, "places/place.html", {
        "one": one, "district": body_name(row.district_id), "ways": _ways(one), "map_pins": pins_of([one]),
        "source": SOURCES.get(row.source, row.source), "measured": now_at([row.pk], now).get(row.pk),
        "amenities": [str(AMENITIES.get(code, code)) for code in row.amenities]})


def _ways(one: Found) -> list[tuple[Any, str]]:
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


def city_map(request: HttpRequest) -> HttpResponse:
    """地上一座城，地下一张网: what is above, and the net below, as a drawing beside its list."""
    actor, now = actor_of(request), clock.now()
    officer = actor.kind == POST
    layer = BELOW if request.GET.get("layer") == BELOW else ABOVE
    sheet = request.GET.get("sheet", "")
    # Above ground a place is what the public may visit; below, officers see the whole net.
    pins = pins_of(all_places(now, officer=officer and layer == BELOW))
    if officer and layer != BELOW:
        pins += from_rooms(actor, now)
    return render(request, "places/map.html", {
        "layer": layer, "map_layer": layer, "map_sheet": sheet if sheet in SHEETS else "core", "map_pins": pins,
        "officer": officer, "body": "desk" if officer else "portal wide"})


def schematic(request: HttpRequest) -> HttpResponseBase:
    """The schematic city as GeoJSON, for the script's map; asked again only when it changed."""
    body, tag = as_geojson()
    response: HttpResponse = HttpResponseNotModified() if request.headers.get("If-None-Match") == tag else (
        HttpResponse(body, content_type="application/geo+json"))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
