"""The map 地上一座城，地下一张网: above and the net below, drawn beside its list; thousands are gathered by cells."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from undercity import clock
from undercity.org.powers import POST
from undercity.org.requests import actor_of
from undercity.places.clusters import Gathered, gathered
from undercity.places.drawing import SHEETS, Sheet
from undercity.places.maps import ABOVE, BELOW, as_geojson
from undercity.places.pages.places import pins_of
from undercity.places.pins import Pin, from_rooms
from undercity.places.queries import found_all


def city_map(request: HttpRequest) -> HttpResponse:
    """地上一座城，地下一张网, for everybody; officers see their own things on it too."""
    actor, now = actor_of(request), clock.now()
    officer = actor.kind == POST
    layer = BELOW if request.GET.get("layer") == BELOW else ABOVE
    name = request.GET.get("sheet", "")
    # Above ground a place is what the public may visit; below, officers see the whole net.
    seen = gathered(name if name in SHEETS else "core", request.GET.get("cell", ""), officer=officer and layer == BELOW)
    pins = pins_of(found_all(seen.places, now, officer=officer and layer == BELOW)) + _clusters(seen, layer)
    if officer and layer != BELOW:
        pins += from_rooms(actor, now)
    sheet: str | Sheet = seen.sheet or (name if name in SHEETS else "core")
    return render(request, "places/map.html", {
        "layer": layer, "map_layer": layer, "map_sheet": sheet, "sheet_name": "" if seen.sheet else sheet,
        "map_pins": pins, "cell": seen.cell, "more": seen.more, "officer": officer,
        "body": "desk" if officer else "portal wide"})


def _clusters(seen: Gathered, layer: str) -> list[Pin]:
    base = reverse("map")
    return [Pin(one.lat, one.lon, one.label, f"{base}?layer={layer}&cell={one.cell}", "open many", count=one.count)
            for one in seen.clusters]


def schematic(request: HttpRequest) -> HttpResponseBase:
    """The schematic city as GeoJSON, for the script's map; asked again only when it changed."""
    body, tag = as_geojson()
    response: HttpResponse = HttpResponseNotModified() if request.headers.get("If-None-Match") == tag else (
        HttpResponse(body, content_type="application/geo+json"))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
