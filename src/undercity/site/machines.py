"""The doors for machines 机器接口: which there are, for a reader, and as one OpenAPI description for programs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _, gettext_lazy

from undercity.places.ogc import openapi

XML, JSON, ATOM, CALENDAR = "text/xml", "application/json", "application/atom+xml", "text/calendar"
GEOJSON = "application/geo+json"
VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class Way:
    """One address of a door: the name of its route, what it does, its methods, and what it speaks.

    `secret`: where a caller says who he is ("" when nobody has to).
    """

    route: str
    about: Any
    methods: tuple[str, ...] = ("get",)
    media: tuple[str, ...] = (JSON,)
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """A door: what it is for, the standard it keeps, where a reader begins, its addresses."""

    key: str
    title: Any
    about: Any
    standard: str
    begins: str
    words: tuple[Any, ...] = ()
    ways: tuple[Way, ...] = ()


BOTH = (JSON, XML)
DOORS: tuple[Door, ...] = (
    Door("ogc", gettext_lazy("Places and districts as features"),
         gettext_lazy("For maps and geographic systems: filtered, page by page, as GeoJSON."),
         "OGC API – Features 1.0", "ogc_landing"),
    Door("feed", gettext_lazy("What changed about places"),
         gettext_lazy("For feed readers: places that came, were renamed, opened or closed."), "Atom (RFC 4287)",
         "places_feed", ways=(Way("places_feed", gettext_lazy("the newest changes"), media=(ATOM,)),)),
    Door("calendar", gettext_lazy("Seasons of the cool places"),
         gettext_lazy("For calendars: when the places are open, and every change of it."), "iCalendar (RFC 5545)",
         "seasons_ics", ways=(
             Way("seasons_ics", gettext_lazy("the seasons of all places"), media=(CALENDAR,)),
             Way("place_ics", gettext_lazy("the season of one place"), media=(CALENDAR,)))),
    Door("open311", gettext_lazy("Reports and what became of them"),
         gettext_lazy("For other systems that report problems here or follow them."), "Open311 GeoReport v2",
         "open311_discovery", ("xml",), (
             Way("open311_discovery", gettext_lazy("where the doors are"), media=BOTH),
             Way("open311_services", gettext_lazy("every subclass"), media=BOTH),
             Way("open311_definition", gettext_lazy("what a service asks for"), media=BOTH),
             Way("open311_requests", gettext_lazy("lists of cases; takes a report"), ("get", "post"), BOTH, "api_key"),
             Way("open311_request", gettext_lazy("one case"), media=BOTH),
             Way("open311_token", gettext_lazy("from a receipt's code to the number"), media=BOTH),
             Way("open311_updates", gettext_lazy("news of cases, both ways"), ("get", "post"), BOTH, "api_key"))),
    Door("cap", gettext_lazy("Warnings in, our own messages out"),
         gettext_lazy("For offices that issue warnings, and for whoever relays ours: closings, cancellations, orders."),
         "CAP 1.2 (OASIS)", "cap_feed", ways=(
             Way("cap", gettext_lazy("takes a CAP message"), ("post",), (JSON,), "api_key"),
             Way("cap_feed", gettext_lazy("our own messages"), media=(ATOM,)),
             Way("cap_message", gettext_lazy("one of our messages"), media=("application/cap+xml",)))),
    Door("map", gettext_lazy("The schematic map"),
         gettext_lazy("Our own drawing of the city as GeoJSON; it settles no boundary."), "GeoJSON (RFC 7946)",
         "map_schematic", ways=(Way("map_schematic", gettext_lazy("outlines and geography"), media=(GEOJSON,)),)),
)


def doors(request: HttpRequest) -> HttpResponse:
    """The doors there are, for a reader."""
    return render(request, "site/machines.html", {"doors": [
        {"door": one, "address": reverse(one.begins, args=one.words)} for one in DOORS]})


def description(request: HttpRequest) -> JsonResponse:
    """All doors as one OpenAPI description."""
    response = JsonResponse(told(request.build_absolute_uri("/").rstrip("/")),
                            json_dumps_params={"ensure_ascii": False})
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def told(base: str) -> dict[str, Any]:
    """The description; `base`: the site's address without a slash at its end."""
    features = openapi.description(f"{base}/ogc")
    paths = {f"/ogc{path}": {method: {**said, "tags": ["ogc"]} for method, said in methods.items()}
             for path, methods in features["paths"].items()}
    shapes = dict(_shapes(get_resolver().url_patterns))
    for one in DOORS:
        for way in one.ways:
            if way.route in shapes:
                paths.update(_path(one, way, shapes[way.route]))
    return {"openapi": "3.0.3", "servers": [{"url": base}],
            "info": {"title": _("Undercity: doors for machines"), "version": VERSION,
                     "description": _("What other systems may ask and tell. Demonstration data; the official "
                                      "announcements prevail.")},
            "tags": [{"name": one.key, "description": f"{one.title}. {one.standard}"} for one in DOORS],
            "paths": paths, "components": {**features["components"], "securitySchemes": {
                "api_key": {"type": "apiKey", "in": "query", "name": "api_key",
                            "description": _("Given by the office that runs this site.")}}}}


def _path(one: Door, way: Way, shape: str) -> dict[str, Any]:
    words = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
             for name in re.findall(r"{(\w+)}", shape)]
    content = {media: {"schema": {"type": "string" if media != JSON else "object"}} for media in way.media}
    return {shape: {method: {
        "tags": [one.key], "operationId": f"{way.route}_{method}", "summary": str(way.about), "parameters": words,
        **({"security": [{way.secret: []}]} if way.secret and method != "get" else {}),
        "responses": {"200": {"description": str(way.about), "content": content},
                      "400": {"description": _("A parameter is wrong; it is named.")},
                      "404": {"description": _("Nothing is there, or nothing public.")}}} for method in way.methods}}


def _shapes(patterns: list[Any], before: str = "/") -> list[tuple[str, str]]:
    """Route → its path with {words} for what varies."""
    found: list[tuple[str, str]] = []
    for one in patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            found += _shapes(one.url_patterns, path)
        elif isinstance(one, URLPattern):
            found.append((str(one.name), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)))
    return found
