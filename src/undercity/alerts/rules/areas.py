"""Whom a message touches 影响范围: its outlines, circles and codes against the outlines and codes of our bodies.

CAP positions are WGS 84. What comes in another datum is recognised only where it is one of our own outlines moved; it
then touches nobody until the sender's datum is declared, for a warning half a kilometre off closes the wrong works.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import cos, pi, radians, sin
from typing import Any

from shapely import unary_union
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.validation import make_valid

from undercity.alerts.cap.message import Alert, Area, Circle, Position
from undercity.alerts.states import Said
from undercity.science.coordinates import METRES_A_DEGREE, Datum, to_wgs84

# A body is touched by so much of its ground at least: outlines of neighbours never fit to the metre.
SHARE = 1e-4
# Covered as good as whole: what lies below need not be named.
WHOLE = 0.99
# One of our outlines moved: after converting the two fit so well, and were apart by so much more before.
FITS, APART, BETTER = 0.98, 0.002, 0.25
NEAR = 0.05
CORNERS = 64
DECLARED = {"datum", "坐标系", "crs", "coordinate system"}
SUSPECTED = {Datum.GCJ02: Said.GCJ02, Datum.BD09: Said.BD09}


@dataclass(frozen=True)
class Territories:
    """What is ours: code of twelve digits → body; body → outline (degrees, x east, y north); body → those below it."""

    codes: Mapping[str, int]
    outlines: Mapping[int, BaseGeometry]
    below: Mapping[int, frozenset[int]]


@dataclass(frozen=True)
class Touched:
    """The bodies a message touches (none whose superior body is touched as a whole), its ground, and what was odd."""

    bodies: frozenset[int]
    ground: BaseGeometry
    said: tuple[Said, ...]


def long_code(code: str) -> str:
    """A code of an area in twelve digits: 370103 and 370103000000 are the same district."""
    digits = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    return digits.ljust(12, "0")[:12] if len(digits) >= 4 else ""


def declared(alert: Alert, given: Datum) -> Datum:
    """The datum a message declares among its parameters; else what is known of its sender."""
    for info in alert.infos:
        for name, value in info.parameters:
            if name.strip().casefold() in DECLARED:
                said = value.casefold().replace("-", "").replace(" ", "")
                return next((one for one in Datum if one.value in said), given)
    return given


def touched(alert: Alert, ours: Territories, given: Datum = Datum.WGS84) -> Touched:
    """Whom all languages of a message touch together."""
    datum = declared(alert, given)
    bodies: set[int] = set()
    whole: set[int] = set()
    said: dict[Said, None] = {}
    grounds: list[BaseGeometry] = []
    areas = list(dict.fromkeys(area for info in alert.infos for area in info.areas))
    for area in areas:
        for _name, code in area.geocodes:
            body = ours.codes.get(long_code(code))
            if body is None:
                said[Said.UNKNOWN_CODE] = None
            else:
                whole.add(body)
        shapes, odd = _shapes(area, ours, datum)
        said.update(dict.fromkeys(odd))
        grounds += shapes
        if not (area.geocodes or area.polygons or area.circles):
            said[Said.NOWHERE] = None
    ground: BaseGeometry = unary_union(grounds) if grounds else Polygon()
    for body, outline in ours.outlines.items():
        share = outline.intersection(ground).area / outline.area if outline.intersects(ground) else 0.0
        if share >= WHOLE:
            whole.add(body)
        elif share >= SHARE:
            bodies.add(body)
    covered = frozenset().union(*(ours.below.get(body, frozenset()) for body in whole))
    outlines = [outline for body in whole - covered for outline in _outlines(body, ours)]
    return Touched(frozenset((bodies | whole) - covered), unary_union([ground, *outlines]), tuple(said))


def _outlines(body: int, ours: Territories) -> list[BaseGeometry]:
    """The outline of a body; a city that has none is its districts."""
    if body in ours.outlines:
        return [ours.outlines[body]]
    return [ours.outlines[one] for one in ours.below.get(body, ()) if one in ours.outlines]


def _shapes(area: Area, ours: Territories, datum: Datum) -> tuple[list[BaseGeometry], list[Said]]:
    rings = [*area.polygons, *(_round(circle) for circle in area.circles)]
    shapes, said = [], []
    for ring in rings:
        if any(abs(lat) > 90 or abs(lon) > 180 for lat, lon in ring):
            said.append(Said.SWAPPED if _possible(swapped := _swapped(ring)) and _meets(_shape(swapped), ours)
                        else Said.IMPOSSIBLE)
            continue
        here = ring if datum is Datum.WGS84 else tuple(to_wgs84(lat, lon, datum) for lat, lon in ring)
        if datum is not Datum.WGS84:
            said.append(Said.CONVERTED)
        shape = _shape(here)
        if not _meets(shape, ours):
            said.append(Said.SWAPPED if _possible(_swapped(here)) and _meets(_shape(_swapped(here)), ours)
                        else Said.OUTSIDE)
        elif datum is Datum.WGS84 and (moved := _moved(here, shape, ours.outlines.values())):
            said.append(moved)
        else:
            shapes.append(shape)
    return shapes, said


def _swapped(ring: Iterable[Position]) -> tuple[Position, ...]:
    return tuple((lon, lat) for lat, lon in ring)


def _possible(ring: Iterable[Position]) -> bool:
    return all(abs(lat) <= 90 and abs(lon) <= 180 for lat, lon in ring)


def _shape(ring: Iterable[Position]) -> BaseGeometry:
    found: Any = Polygon([(lon, lat) for lat, lon in ring])
    return found if found.is_valid else make_valid(found)


def _meets(shape: BaseGeometry, ours: Territories) -> bool:
    return any(outline.intersects(shape) for outline in ours.outlines.values())


def _moved(ring: tuple[Position, ...], shape: BaseGeometry, outlines: Iterable[BaseGeometry]) -> Said | None:
    """Is this one of our outlines in another datum?"""
    for outline in outlines:
        if any(abs(one - other) > NEAR for one, other in zip(shape.bounds, outline.bounds, strict=True)):
            continue
        apart = 1 - _likeness(shape, outline)
        if apart < APART:
            return None
        for datum, said in SUSPECTED.items():
            back = _likeness(_shape(to_wgs84(lat, lon, datum) for lat, lon in ring), outline)
            if back >= FITS and 1 - back < BETTER * apart:
                return said
    return None


def _likeness(one: BaseGeometry, other: BaseGeometry) -> float:
    together = one.union(other).area
    return one.intersection(other).area / together if together else 0.0


def _round(circle: Circle) -> tuple[Position, ...]:
    """A circle as a ring; one of no radius is a dot of ten metres."""
    lat, lon = circle.at
    degrees = max(circle.km, 0.01) * 1000 / METRES_A_DEGREE
    # Near a pole, or as wide as the globe, a ring in degrees means nothing; there it is only a large one.
    stretch = max(cos(radians(lat)), 0.01) if abs(lat) <= 90 else 1.0
    ring = [(lat + degrees * sin(2 * pi * n / CORNERS), lon + degrees / stretch * cos(2 * pi * n / CORNERS))
            for n in range(CORNERS)]
    if _possible([circle.at]):
        ring = [(min(90.0, max(-90.0, north)), min(180.0, max(-180.0, east))) for north, east in ring]
    return (*ring, ring[0])
