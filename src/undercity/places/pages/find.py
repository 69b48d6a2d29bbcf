"""Finding a cool place open now 就近找: from an address, the device's position, a tap on the map. No script needed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import RuleBroken
from undercity.places.amenities import AMENITIES
from undercity.places.asking import DIGITS, Asked, address, areas, asked, fields_of
from undercity.places.drawing import SHEETS, Sheet, around, holding, squares
from undercity.places.gazetteer import Spot, called
from undercity.places.pages.places import pins_of
from undercity.places.pins import Pin
from undercity.places.queries import Found, nearest_open, next_to_open
from undercity.places.wishes import Wishes, wished
from undercity.science.coordinates import Datum

# So many at most; of those too far to be of use, only the nearest few.
SHOWN, FEW, FAR_M = 10, 3, 15_000
# The map shows what lies within this, and the two nearest whatever their distance.
CLOSE_M = 4_000


def find(request: HttpRequest) -> HttpResponseBase:
    """The nearest open places, or what opens next. A position given more exactly than needed is rounded, then asked."""
    wishes, wrong, question = wished(request.GET), "", Asked()
    try:
        question = asked(request.GET)
    except RuleBroken as refusal:
        wrong = str(refusal)
        question = Asked(typed=request.GET.get("at", ""))
    if question.position is not None and any(len(request.GET.get(name, "").partition(".")[2]) > DIGITS
                                             for name in ("lat", "lon")):
        return redirect(address(reverse("find"), question.query, wishes.query))
    now, rows, waiting = clock.now(), [], []
    if question.position is not None:
        rows = _of_use(nearest_open(*question.position, now, SHOWN, wishes=wishes))
        waiting = [] if rows else next_to_open(*question.position, now, SHOWN, wishes=wishes)
    return render(request, "places/find.html", {
        **form_of(request.GET, question, wishes), "wrong": wrong, "asked": question, "places": rows or waiting,
        "is_open": bool(rows), **_map_of(question, rows or waiting),
        "share": request.build_absolute_uri(address(reverse("find"), question.query, wishes.query)),
        "unfiltered": address(reverse("find"), question.query) if wishes.query else "",
        "others": [(spot, address(reverse("find"), _fields(spot), wishes.query)) for spot in question.others],
        "map_tap": _taken(wishes), "datums": _datums(question, wishes)}, status=422 if wrong else 200)


def _of_use(rows: list[Found]) -> list[Found]:
    return [one for nth, one in enumerate(rows) if nth < FEW or (one.metres or 0) <= FAR_M]


def form_of(given: QueryDict, question: Asked, wishes: Wishes) -> dict[str, Any]:
    """What the form of the finder shows, here and on the first screen."""
    return {"areas": areas(), "near": question.near, "typed": question.typed or given.get("at", "")[:200],
            "wishes": wishes, "amenities": [(code, word, code in wishes.amenities) for code, word in AMENITIES.items()],
            "here": question.position, "kept": question.query}


def _taken(wishes: Wishes) -> str:
    """What the script puts a tapped position behind."""
    base = address(reverse("find"), wishes.query)
    return f"{base}{'&' if wishes.query else '?'}"


def _fields(spot: Spot) -> list[tuple[str, str]]:
    return [("near", spot.key)] if spot.kind in {"district", "street"} else fields_of(spot.lat, spot.lon)


def _datums(question: Asked, wishes: Wishes) -> list[tuple[Any, str, bool]]:
    """The same numbers, read as another map counts them."""
    if question.datum is None:
        return []
    names = {Datum.WGS84: _("GPS, OpenStreetMap"), Datum.GCJ02: _("Amap, Tencent"), Datum.BD09: _("Baidu")}
    return [(name, address(reverse("find"), [("at", question.typed), ("datum", datum.value)], wishes.query),
             datum is question.datum) for datum, name in names.items()]


def _map_of(question: Asked, rows: list[Found]) -> dict[str, Any]:
    if question.position is None:
        return {}
    pins = [*pins_of(rows), Pin(*question.position, label=_("You asked from here"), href="", kind="case here",
                                counted=False)]
    near = [(one.place.lat, one.place.lon) for nth, one in enumerate(rows) if nth < 2 or (one.metres or 0) <= CLOSE_M]
    return {"map_pins": pins, "here_pin": pins[-1], "map_sheet": holding([question.position, *near])}


def tap(request: HttpRequest) -> HttpResponse:
    """A map to tap: squares that are links. The second tap, on a closer sheet, is exact to some hundred metres."""
    try:
        question = asked(request.GET)
    except RuleBroken:
        question = Asked()
    name = request.GET.get("sheet", "")
    sheet: Sheet = SHEETS[name if name in SHEETS else "core"]
    target = reverse("find_map")
    if question.position is not None:
        name, sheet, target = "", around(*question.position), reverse("find")
    wishes = wished(request.GET)
    return render(request, "places/tap.html", {
        "name": name or ("" if question.position else "core"), "map_sheet": sheet, "sheets": (
            ("centre", _("city centre")), ("core", _("inner city")), ("city", _("whole city"))),
        "squares": [(address(target, fields_of(*square.middle), wishes.query), square)
                    for square in squares(sheet) if called(*square.middle)],
        "map_tap": _taken(wishes), "asked": question, "here": address(reverse("find"), question.query, wishes.query),
        "areas": [(address(reverse("find"), [("near", area["key"])], wishes.query), area) for area in areas()]})
