"""Unit grids 单元网格 as a file brings them: what is checked before any is stored. Pure.

After GB/T 30428.1 as read second hand: a polygon of about 10,000 m² with a code of 15 digits – district 6, street 3,
community 3, sequence 3, counted from west to east and then from north to south – without gap or overlap. The unit grids
of one inspector are his responsibility grid 责任网格.

Areas are measured on a plane: x = lon · cos(lat₀) and y = lat, times 111,195 m a degree; over a city within 1 %.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, radians
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from shapely import STRtree, make_valid, transform, union_all
from shapely.affinity import scale
from shapely.errors import ShapelyError
from shapely.geometry import Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from undercity.science.coordinates import METRES_A_DEGREE, Datum, Finding, diagnose, to_wgs84

CODE = re.compile(r"[0-9]{15}")
NAME_MAX = 60
# A slit between two grids that is no wider than this is a gap; what is wider and open to the outside is the edge of the
# covered area.
SLIT_M = 20.0
# Of one kind of fault so many are told one by one.
TOLD = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in which feature (its number and code), in which property, and what to do about it."""

    feature: str
    field: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.feature}: {self.field}: {self.message} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit grid as read: WGS 84 outline, the inspector's post by key, and its responsibility grid by name."""

    code: str
    outline: BaseGeometry
    responsibility: str
    inspector: str

    @property
    def community(self) -> str:
        """The first twelve digits: district, street, community."""
        return self.code[:12]


@dataclass
class Reading:
    """A file of grids read: the cells, what forbids storing them, and what is only odd."""

    cells: list[Cell] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """What a file is checked against: codes of districts and streets, keys of inspectors' posts, where the city is."""

    districts: frozenset[str]
    streets: frozenset[str]
    inspectors: frozenset[str]
    inside: Callable[[float, float], bool]


def read(collection: Any, known: Known, *, tolerance_m2: float, datum: Datum = Datum.WGS84) -> Reading:
    """Read a GeoJSON FeatureCollection. Each feature: a polygon, and the properties code, responsibility, inspector.

    A gap or an overlap above `tolerance_m2` is a fault, with its place and size; an odd order is a warning.
    """
    found = Reading()
    features = collection.get("features") if isinstance(collection, Mapping) else None
    if not isinstance(features, Sequence) or isinstance(features, str) or not features:
        found.faults.append(Fault(_("file"), "features", _("There are no features in it."),
                                  _("Give a GeoJSON FeatureCollection with one feature for each unit grid.")))
        return found
    seen: dict[str, int] = {}
    owners: dict[str, tuple[str, int]] = {}
    for number, feature in enumerate(features, 1):
        properties = feature.get("properties") if isinstance(feature, Mapping) else None
        properties = properties if isinstance(properties, Mapping) else {}
        code = str(properties.get("code", "")).strip()
        where = _("feature %(number)d (%(code)s)") % {"number": number, "code": code[:30] or "–"}
        faults = _of_code(where, code, known, seen, number)
        cell = Cell(code, _outline(where, feature, known, datum, faults), *_owner(where, properties, known, owners,
                                                                                number, faults))
        found.faults += faults
        if not faults:
            found.cells.append(cell)
    # Only whole files are measured: around a grid that could not be read there is a gap of course.
    if not found.faults:
        plane = _Plane(found.cells)
        found.faults += overlaps(plane, tolerance_m2) + gaps(plane, tolerance_m2)
        found.warnings += odd_orders(found.cells) + _unknown_streets(found.cells, known)
    return found


def _of_code(where: str, code: str, known: Known, seen: dict[str, int], number: int) -> list[Fault]:
    if not CODE.fullmatch(code):
        return [Fault(where, "code", _("This is no code of a unit grid."),
                      _("Write 15 digits: district 6, street 3, community 3, sequence 3."))]
    if code in seen:
        return [Fault(where, "code", _("Feature %(number)d has this code already.") % {"number": seen[code]},
                      _("Give each grid a code of its own."))]
    seen[code] = number
    if code[:6] not in known.districts:
        return [Fault(where, "code", _("There is no district with the code %(code)s.") % {"code": code[:6]},
                      _("Use the first six digits of one of: %(all)s.") % {"all": ", ".join(sorted(known.districts))})]
    return []


def _owner(where: str, properties: Mapping[str, Any], known: Known, owners: dict[str, tuple[str, int]], number: int,
           faults: list[Fault]) -> tuple[str, str]:
    name, inspector = (str(properties.get(key) or "").strip() for key in ("responsibility", "inspector"))
    if not name or len(name) > NAME_MAX:
        faults.append(Fault(where, "responsibility", _("The name of the responsibility grid is missing or too long."),
                            _("Write at most %(max)d characters.") % {"max": NAME_MAX}))
    if inspector and inspector not in known.inspectors:
        faults.append(Fault(where, "inspector", _("No inspector's post has the key “%(key)s”.") % {
            "key": inspector[:60]}, _("Use one of: %(all)s; or leave it empty while nobody is responsible.") % {
            "all": ", ".join(sorted(known.inspectors))}))
    said, first = owners.setdefault(name, (inspector, number))
    if said != inspector and inspector in known.inspectors | {""}:
        faults.append(Fault(where, "inspector", _("Feature %(number)d gives this responsibility grid to “%(key)s”.") % {
            "number": first, "key": said or "–"}, _("A responsibility grid is the unit grids of one inspector.")))
    return name, inspector


def _outline(where: str, feature: Any, known: Known, datum: Datum, faults: list[Fault]) -> BaseGeometry:
    def fault(message: str, remedy: str) -> BaseGeometry:
        faults.append(Fault(where, "geometry", message, remedy))
        return Polygon()

    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    if not isinstance(geometry, Mapping) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        return fault(_("This is no polygon."), _("Give a Polygon or MultiPolygon of longitude and latitude."))
    try:
        outline: BaseGeometry = shape(dict(geometry))
    except (ShapelyError, ValueError, TypeError, IndexError, KeyError, AttributeError):
        return fault(_("The polygon cannot be read."),
                     _("Give rings of at least four points [longitude, latitude], all of them numbers."))
    if outline.is_empty or not outline.is_valid:
        return fault(_("The polygon is not valid: %(why)s.") % {
            "why": _("it is empty") if outline.is_empty else explain_validity(outline)},
            _("Draw it again so that no edge crosses another."))
    if datum is not Datum.WGS84:
        outline = transform(outline, lambda points: np.array([to_wgs84(y, x, datum)[::-1] for x, y in points]))
    spot = outline.representative_point()
    finding = diagnose(spot.y, spot.x, known.inside).finding
    if finding is Finding.SWAPPED:
        return fault(_("Latitude and longitude seem to be swapped."), _("Write longitude first, as GeoJSON does."))
    if finding is not Finding.FINE:
        return fault(_("It lies outside the city."),
                     _("Check the numbers; degrees in GCJ-02 or BD-09 are read with --datum."))
    return outline


class _Plane:
    """Some cells in metres instead of degrees, true to length on their middle parallel; and back."""

    def __init__(self, cells: Sequence[Cell]):
        bounds = [cell.outline.bounds for cell in cells]
        middle = (min(b[1] for b in bounds) + max(b[3] for b in bounds)) / 2
        self.across, self.up = METRES_A_DEGREE * cos(radians(middle)), METRES_A_DEGREE
        self.codes = [cell.code for cell in cells]
        self.flat = [scale(cell.outline, self.across, self.up, origin=(0, 0)) for cell in cells]

    def beside(self, part: BaseGeometry) -> list[str]:
        """The codes of some cells that touch it."""
        return [code for code, flat in zip(self.codes, self.flat, strict=True) if flat.distance(part) < 1][:3]

    def where(self, part: BaseGeometry) -> str:
        spot = part.representative_point()
        return f"{spot.y / self.up:.5f}, {spot.x / self.across:.5f}"


def overlaps(plane: _Plane, tolerance_m2: float) -> list[Fault]:
    """Two grids that share more ground than the tolerance: which, where, how much."""
    flat, codes, found = plane.flat, plane.codes, []
    for one, other in STRtree(flat).query(flat, predicate="intersects").T.tolist():
        if one < other and (shared := flat[one].intersection(flat[other])).area > tolerance_m2:
            found.append(Fault(codes[one], "geometry", _("It overlaps %(code)s by %(area)d m² near %(where)s.") % {
                "code": codes[other], "area": shared.area, "where": plane.where(shared)},
                _("Take this ground out of one of the two.")))
    return found[:TOLD]


def gaps(plane: _Plane, tolerance_m2: float) -> list[Fault]:
    """Ground inside the covered area that no grid covers: holes of any size, and slits up to `SLIT_M` wide."""
    covered = union_all(plane.flat)
    closed = covered.buffer(SLIT_M / 2, join_style="mitre").buffer(-SLIT_M / 2, join_style="mitre")
    filled = union_all([type(part)(part.exterior) for part in getattr(closed, "geoms", [closed])
                        if part.geom_type == "Polygon"])
    left = make_valid(filled.difference(covered))
    parts = [part for part in getattr(left, "geoms", [left]) if part.geom_type == "Polygon"]
    return [Fault(_("file"), "geometry", _("No grid covers %(area)d m² near %(where)s, beside %(codes)s.") % {
        "area": part.area, "where": plane.where(part),
        "codes": ", ".join(plane.beside(part))},
        _("Add a grid there, or give the ground to a neighbour."))
        for part in sorted(parts, key=lambda part: -part.area) if part.area > tolerance_m2][:TOLD]


def odd_orders(cells: Sequence[Cell]) -> list[Fault]:
    """Grids of a community whose sequence does not go from west to east and then from north to south."""
    found = []
    communities: dict[str, list[Cell]] = {}
    for cell in sorted(cells, key=lambda cell: cell.code):
        communities.setdefault(cell.community, []).append(cell)
    for row in communities.values():
        for before, after in pairwise(row):
            one, other = before.outline.bounds, after.outline.bounds
            shared = min(one[3], other[3]) - max(one[1], other[1])
            beside = shared > min(one[3] - one[1], other[3] - other[1]) / 2
            spot, next_spot = before.outline.centroid, after.outline.centroid
            if (next_spot.x < spot.x) if beside else (next_spot.y > spot.y):
                found.append(Fault(after.code, "code", _("It follows %(code)s, but lies west or north of it.") % {
                    "code": before.code}, _("Count from west to east, then from north to south.")))
    return found[:TOLD]


def _unknown_streets(cells: Sequence[Cell], known: Known) -> list[Fault]:
    strange = sorted({cell.code[:9] for cell in cells} - known.streets)
    return [Fault(code, "code", _("There is no street with this code."),
                  _("Its grids are kept under the district.")) for code in strange[:TOLD]]


def as_geojson(outline: BaseGeometry) -> dict[str, Any]:
    """An outline to be kept, its degrees to about 0.1 m."""
    rounded = transform(outline, lambda points: points.round(6))
    return dict(mapping(rounded if rounded.is_valid else outline))
