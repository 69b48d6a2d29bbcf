"""Thousands of places on one map 聚合: gathered by H3 cells on the server, each opened by its link.

Only places the asker may see are counted, and a cluster stands in the middle of those, so that nothing about the others
can be read out of a number or a position.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import h3
from django.db.models import Avg, Count
from django.utils.translation import ngettext

from undercity.places.changes import stand
from undercity.places.drawing import Sheet
from undercity.places.gazetteer import called
from undercity.places.queries import RESOLUTION, shown_to

# Up to so many places each stands for itself.
SINGLE = 60
# How coarse the cells of each sheet are.
COARSE = {"city": 5, "core": 6, "centre": 7}


@dataclass(frozen=True, slots=True)
class Cluster:
    """So many places together, in the middle of them."""

    cell: str
    lat: float
    lon: float
    count: int

    @property
    def label(self) -> str:
        """How many, and about where."""
        said = ngettext("%(n)d place", "%(n)d places", self.count) % {"n": self.count}
        return f"{called(self.lat, self.lon)} {said}".strip()


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a map shows: places by id that stand alone, clusters, the sheet of a cell, how many places are left out."""

    places: list[int] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    sheet: Sheet | None = None
    cell: str = ""
    more: int = 0


def gathered(sheet: str, cell: str = "", *, officer: bool = False) -> Gathered:
    """The places of a sheet, or of an H3 cell (as text; one that is none counts as not given)."""
    rows = _cells(officer, stand())
    resolution = COARSE[sheet]
    on: Sheet | None = None
    if cell and h3.is_valid_cell(cell) and h3.get_resolution(cell) <= RESOLUTION:
        resolution = min(h3.get_resolution(cell) + 1, RESOLUTION)
        rows = tuple(row for row in rows if h3.cell_to_parent(row.cell, h3.get_resolution(cell)) == cell)
        on = _sheet_of(cell)
    else:
        cell = ""
    if sum(row.count for row in rows) <= SINGLE or (cell and h3.get_resolution(cell) == RESOLUTION):
        numbers = [h3.str_to_int(row.cell) for row in rows]
        ids = list(shown_to(officer).filter(cell__in=numbers).order_by("pk").values_list("pk", flat=True))
        return Gathered(ids[:SINGLE], [], on, cell, max(0, len(ids) - SINGLE))
    by_parent: dict[str, list[Cluster]] = {}
    for row in rows:
        by_parent.setdefault(h3.cell_to_parent(row.cell, resolution), []).append(row)
    clusters = [_one(parent, members) for parent, members in by_parent.items()]
    return Gathered([], sorted(clusters, key=lambda one: (-one.count, one.cell)), on, cell)


def _one(parent: str, members: list[Cluster]) -> Cluster:
    count = sum(one.count for one in members)
    return Cluster(parent, sum(one.lat * one.count for one in members) / count,
                   sum(one.lon * one.count for one in members) / count, count)


@lru_cache(maxsize=4)
def _cells(officer: bool, _stand: tuple[int, int]) -> tuple[Cluster, ...]:
    """How many places each of the finest cells holds, and their middle; counted again only when places changed."""
    rows = shown_to(officer).order_by("cell").values_list("cell").annotate(
        n=Count("pk"), lat=Avg("lat"), lon=Avg("lon"))
    return tuple(Cluster(h3.int_to_str(cell), lat, lon, n) for cell, n, lat, lon in rows)


def _sheet_of(cell: str) -> Sheet:
    """A sheet about an H3 cell, with a little room round it."""
    lats, lons = zip(*h3.cell_to_boundary(cell), strict=True)
    up, side = (max(lats) - min(lats)) * 0.08, (max(lons) - min(lons)) * 0.08
    return Sheet(min(lats) - up, min(lons) - side, max(lats) + up, max(lons) + side)


