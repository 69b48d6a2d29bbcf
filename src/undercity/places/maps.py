"""The schematic map 示意图: the city's outlines, our own simple geography and the pins, laid out on one sheet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import log10
from pathlib import Path
from typing import Any

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from undercity import clock
from undercity.org.queries import Directory, directory
from undercity.places.drawing import SHEETS, WIDTH, Sheet, around, fitting, net
from undercity.places.pins import Pin

SOURCE = Path(__file__).resolve().parent / "schematic" / "jinan.geojson"
ABOVE, BELOW = "above", "below"
AROUND = "around"
OWN = "own"
# Degrees of latitude beyond which an area shows districts only.
WIDE = 0.4
NUMBERED = 20
# A hill is a hump of this many units, a spring a dot.
HILL = 13
# Where a name stands on its line.
ALONG = {"road": 0.2, "river": 0.7, "stream": 0.35}
# What would only crowd a sheet of the whole city.
FINE = {"road", "hill", "spring"}


@dataclass(frozen=True, slots=True)
class Line:
    """A path of the drawing and its CSS class."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Label:
    """A word on the drawing and where it stands."""

    kind: str
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A pin on the drawing; `number` when there are few enough to be told apart by it."""

    x: float
    y: float
    kind: str
    label: str
    number: int | None
    count: int = 0

    @property
    def radius(self) -> float:
        """How large it is drawn: with what it holds, but never over its neighbours."""
        if self.count:
            return min(9 + 3 * log10(self.count), 18)
        return 8.5 if self.number else 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """A sheet with everything on it. `outside` counts the pins that lie beyond its edge."""

    name: str
    layer: str
    width: int
    height: int
    sheet: Sheet
    ground: SafeString
    words: SafeString
    links: list[tuple[float, float, float, float]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    outside: int = 0

    @property
    def net(self) -> SafeString:
        """The links as SVG."""
        # Numbers need no escaping, which would cost more than all else here.
        return SafeString("\n".join([
            f'<path class="link" d="M{a:g} {b:g}L{c:g} {d:g}"/>' for a, b, c, d in self.links]))

    @property
    def pins(self) -> SafeString:
        """The pins as SVG. Hundreds stand on one page, so the template is spared them."""
        alone = self.name == AROUND
        return SafeString("\n".join([
            f'<circle class="{escape(one.kind)}" cx="{one.x:g}" cy="{one.y:g}" '
            f'r="{8.5 if alone else one.radius:g}"><title>{escape(one.label)}</title></circle>'
            + (f'<text class="count" x="{one.x:g}" y="{one.y:g}" dy="3.6">{one.number or short(one.count)}</text>'
               if one.number or one.count else "")
            for one in self.marks]))


def short(count: int) -> str:
    """A number with room for it on a pin: 940, 12k."""
    return str(count) if count < 1000 else f"{count // 1000}k"


@cache
def features() -> list[dict[str, Any]]:
    """Our own geography: kind, names and geometry of each thing."""
    found: list[dict[str, Any]] = json.loads(SOURCE.read_text(encoding="utf-8"))["features"]
    return found


def drawn(pins: Sequence[Pin], *, layer: str = ABOVE, sheet: str | Sheet = "") -> Drawing:
    """The map of these pins: above ground, or below with the net between them; `sheet`: its name, or an area itself."""
    language = get_language() or "zh-hans"
    if isinstance(sheet, Sheet):
        name, on = OWN, sheet
        ground, words = _as_svg(*_lay_out(directory(), "city" if sheet.north - sheet.south > WIDE else "centre", on,
                                          language))
    elif len(pins) == 1 and not sheet:
        name, on = AROUND, around(pins[0].lat, pins[0].lon)
        ground, words = _as_svg(*_lay_out(directory(), "centre", on, language))
    else:
        name = sheet if sheet in SHEETS else fitting([(pin.lat, pin.lon) for pin in pins])
        on = SHEETS[name]
        ground, words = _ground(directory(), name, language)
    numbered = 1 < sum(pin.counted for pin in pins) <= NUMBERED and not any(pin.count for pin in pins)
    marks = [Mark(*on.at(pin.lat, pin.lon), kind=_classes(pin), label=pin.label, count=pin.count,
                  number=n if numbered and pin.counted else None)
             for n, pin in enumerate(pins, 1) if on.holds(pin.lat, pin.lon)]
    positions = [(pin.lat, pin.lon) for pin in pins if pin.counted]
    links = [(*on.at(*positions[one]), *on.at(*positions[other])) for one, other in _net(tuple(positions))
             if on.holds(*positions[one]) or on.holds(*positions[other])] if layer == BELOW else []
    return Drawing(name, layer, int(WIDTH), on.height, on, ground, words, links, marks,
                   sum(max(pin.count, 1) for pin in pins if not on.holds(pin.lat, pin.lon)))


def ground_of(sheet: Sheet) -> Drawing:
    """The ground of any sheet, without pins: a map to carry along."""
    language = get_language() or "zh-hans"
    wide = sheet.north - sheet.south > SHEETS["core"].north - SHEETS["core"].south
    close = sheet.north - sheet.south <= SHEETS["centre"].north - SHEETS["centre"].south
    ground, words = _carried(directory(), "city" if wide else "centre" if close else "core", sheet, language)
    return Drawing(AROUND, ABOVE, int(WIDTH), sheet.height, sheet, ground, words)


@lru_cache(maxsize=16)
def _net(positions: tuple[tuple[float, float], ...]) -> list[tuple[int, int]]:
    # Places stay where they are: measured once for each choice of them.
    return net(positions)


def _classes(pin: Pin) -> str:
    return " ".join(["pin", *({"shut": ["shut-pin"], "case": ["case"], "case here": ["case"]}.get(pin.kind, [])),
                     *([] if pin.listed else ["unlisted"])])


Ground = tuple[SafeString, SafeString]
_kept: dict[tuple[str, str], tuple[Directory, Ground]] = {}


def _ground(book: Directory, name: str, language: str) -> Ground:
    # The ground changes only with the directory: drawn once a sheet and language.
    kept = _kept.get((name, language))
    if kept is None or kept[0] is not book:
        kept = _kept[name, language] = (book, _as_svg(*_lay_out(book, name, SHEETS[name], language)))
    return kept[1]


_held: dict[tuple[str, Sheet, str], tuple[Directory, Ground]] = {}


def _carried(book: Directory, name: str, sheet: Sheet, language: str) -> Ground:
    kept = _held.get((name, sheet, language))
    if kept is None or kept[0] is not book:
        if len(_held) > 64:
            _held.clear()
        kept = _held[name, sheet, language] = (book, _as_svg(*_lay_out(book, name, sheet, language)))
    return kept[1]


def _as_svg(lines: Sequence[Line], labels: Sequence[Label]) -> Ground:
    """The ground and the words on it as SVG, apart, since the net lies between them."""
    return (format_html_join("\n", '<path class="{}" d="{}"/>', ((one.kind, one.path) for one in lines)),
            format_html_join("\n", '<text class="{}" x="{}" y="{}">{}</text>',
                             ((one.kind, one.x, one.y, one.text) for one in labels)))


_shapes: dict[int, tuple[Any, BaseGeometry]] = {}


def _shaped(geometry: Any) -> BaseGeometry:
    """A geometry of the directory or of our geography, read once: each lives as long as its owner."""
    held = _shapes.get(id(geometry))
    if held is None or held[0] is not geometry:
        if len(_shapes) > 4096:
            _shapes.clear()
        held = _shapes[id(geometry)] = (geometry, shape(geometry))
    return held[1]


def _lay_out(book: Directory, name: str, sheet: Sheet, language: str) -> tuple[tuple[Line, ...], tuple[Label, ...]]:
    lines: list[Line] = []
    labels: list[Label] = []
    today = clock.now().date()

    def put(kind: str, geometry: Any, words: str, minor: bool, lift: float = 0, along: float = 0.5) -> None:
        part = sheet.clipped(_shaped(geometry))
        if path := sheet.path(part):
            lines.append(Line(kind, path))
        if words and (spot := sheet.middle(part, along)) is not None:
            x, y = min(max(spot[0], 34), WIDTH - 34), min(max(spot[1] + lift, 16), sheet.height - 8)
            labels.append(Label("name minor" if minor else "name", words, round(x, 1), round(y, 1)))

    for body, outline in book.outlines.items():
        kind = book.cards[body].kind
        if kind == "district":
            put("area", outline, book.name(body, language, today), False)
        elif name != "city":
            put("street", outline, "", True)
    chinese = language.startswith("zh")
    for one in sorted(features(), key=lambda one: one["properties"]["kind"] not in {"hill", "road"}):
        _thing(one, one["properties"]["zh" if chinese else "en"], name, sheet, put, lines)
    return tuple(lines), tuple(labels)


def _thing(one: dict[str, Any], words: str, name: str, sheet: Sheet, put: Callable[..., None],
           lines: list[Line]) -> None:
    kind, geometry = one["properties"]["kind"], one["geometry"]
    if name == "city" and kind in FINE:
        return
    if kind in FINE and (name != "centre" or one["properties"].get("named") is False):
        words = ""
    if kind in {"hill", "spring"}:
        lon, lat = geometry["coordinates"]
        x, y = sheet.at(lat, lon)
        if sheet.holds(lat, lon):
            lines.append(Line(kind, f"M{x - HILL:g} {y + 5:g}Q{x:g} {y - 19:g} {x + HILL:g} {y + 5:g}Z"
                              if kind == "hill" else f"M{x - 3:g} {y:g}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0Z"))
        put(kind, geometry, words, True, 17 if kind == "hill" else -6)
    else:
        # Off the middle, where most pins are; the geography says where if it knows better.
        put(kind, geometry, words, kind != "river", 4, one["properties"].get("along", ALONG.get(kind, 0.5)))


def as_geojson() -> tuple[bytes, str]:
    """Outlines and geography for the script's map, and the ETag of exactly these bytes."""
    book, today = directory(), clock.now().date()
    rows = [{"type": "Feature", "geometry": outline,
             "properties": {"kind": "area" if book.cards[body].kind == "district" else "street",
                            "zh": book.name(body, "zh-hans", today), "en": book.name(body, "en", today)}}
            for body, outline in book.outlines.items()]
    text = json.dumps({"type": "FeatureCollection", "note": "示意图，不作划界依据", "features": rows + features()},
                      ensure_ascii=False, separators=(",", ":")).encode()
    return text, f'"{hashlib.sha256(text).hexdigest()[:24]}"'
