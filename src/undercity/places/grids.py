"""Unit grids 单元网格 in memory, by the version in force on a day: point → unit grid → responsibility grid → post."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from time import perf_counter
from typing import Any

from shapely import STRtree
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from undercity.org.models import Appointment, Post
from undercity.org.queries import Holder
from undercity.places.models import GridVersion, UnitGrid

KEPT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Grid:
    """A unit grid: its code, territory, responsibility grid, and the inspector's post (None: nobody's)."""

    code: str
    territory: int
    responsibility: str
    post: int | None
    outline: Any = field(repr=False)


@dataclass
class Net:
    """The unit grids of one version; `valid_from` is the first day they hold."""

    version: int
    valid_from: date
    source: str
    invented: bool
    grids: dict[str, Grid] = field(repr=False)

    @cached_property
    def _shapes(self) -> tuple[list[str], list[BaseGeometry], STRtree]:
        codes = sorted(self.grids)
        shapes = [shape(self.grids[code].outline) for code in codes]
        return codes, shapes, STRtree(shapes)

    def at(self, lat: float, lon: float) -> Grid | None:
        """The grid that holds the point (WGS 84 degrees); on a shared edge the one with the smaller code."""
        codes, shapes, tree = self._shapes
        point = Point(lon, lat)
        for index in sorted(int(found) for found in tree.query(point)):
            if shapes[index].covers(point):
                return self.grids[codes[index]]
        return None

    @cached_property
    def responsibilities(self) -> dict[str, list[Grid]]:
        """The responsibility grids: name → its unit grids by code."""
        found: dict[str, list[Grid]] = {}
        for code in sorted(self.grids):
            found.setdefault(self.grids[code].responsibility, []).append(self.grids[code])
        return found


_days: tuple[float, list[tuple[date, int]]] | None = None
_nets: dict[int, Net] = {}


def forget() -> None:
    """Ask anew which versions there are. Called by whatever loads one."""
    global _days
    _days = None
    _nets.clear()


def _versions() -> Sequence[tuple[date, int]]:
    global _days
    if _days is None or perf_counter() - _days[0] > KEPT_SECONDS:
        _days = (perf_counter(), list(GridVersion.objects.order_by("valid_from").values_list("valid_from", "pk")))
    return _days[1]


def net(day: date) -> Net | None:
    """The version in force on a day; None when there was none yet. A version never changes, so it is read once."""
    versions = _versions()
    place = bisect_right(versions, day, key=lambda one: one[0])
    if not place:
        return None
    _, version = versions[place - 1]
    if version not in _nets:
        row = GridVersion.objects.get(pk=version)
        grids = {code: Grid(code, territory, responsibility, post, outline)
                 for code, territory, responsibility, post, outline in UnitGrid.objects.filter(version=row).values_list(
                     "code", "territory_id", "responsibility", "post_id", "outline")}
        _nets[version] = Net(row.pk, row.valid_from, row.source, row.invented, grids)
    return _nets[version]


def grid_at(lat: float | None, lon: float | None, day: date) -> Grid | None:
    """The unit grid of a position (WGS 84 degrees) on a day; None without position, version, or grid there."""
    if lat is None or lon is None or (found := net(day)) is None:
        return None
    return found.at(lat, lon)


def grid_called(code: str, day: date) -> Grid | None:
    """The unit grid with this code in the version of a day."""
    found = net(day) if code else None
    return found.grids.get(code) if found else None


def inspector_for(lat: float, lon: float, day: date) -> Holder | None:
    """The inspector whose responsibility grid holds the point on a day, with the appointment of now; None: nobody's."""
    grid = grid_at(lat, lon, day)
    if grid is None or grid.post is None:
        return None
    body = Post.objects.filter(pk=grid.post).values_list("body_id", flat=True).get()
    current = Appointment.objects.filter(post=grid.post, ends__isnull=True).values_list("pk", flat=True).first()
    return Holder(post=grid.post, body=body, appointment=current)
