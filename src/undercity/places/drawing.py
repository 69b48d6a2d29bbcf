"""Drawing a schematic map as plain numbers and SVG path texts. Pure: positions in, a drawing out.

Projection: equirectangular with the middle's parallel true to length, x = (lon − west) · cos(lat₀) · k and
y = (north − lat) · k, with k chosen so that the sheet is `WIDTH` units wide. Over a city the error is below 1 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

from undercity.science.coordinates import distance_m

WIDTH = 560.0
NEAREST = 2
REACH_M = 3000.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A part of the earth on a sheet; edges in WGS 84 degrees."""

    south: float
    west: float
    north: float
    east: float

    @property
    def scale(self) -> float:
        """Units of the sheet a degree of latitude."""
        return WIDTH / ((self.east - self.west) * cos(radians((self.south + self.north) / 2)))

    @property
    def height(self) -> int:
        """Units from north to south."""
        return round((self.north - self.south) * self.scale)

    @property
    def kilometre(self) -> float:
        """Units a kilometre, for the scale bar."""
        return round(self.scale / 111.195, 1)

    def holds(self, lat: float, lon: float) -> bool:
        """Does the position lie on the sheet?"""
        return self.south <= lat <= self.north and self.west <= lon <= self.east

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        """(x, y) of a position, from the upper left corner, to a tenth of a unit."""
        across = self.scale * cos(radians((self.south + self.north) / 2))
        return round((lon - self.west) * across, 1), round((self.north - lat) * self.scale, 1)

    def clipped(self, geometry: Any) -> BaseGeometry:
        """The part of a GeoJSON geometry on the sheet and a little beyond, so that no edge shows at the border."""
        room = (self.north - self.south) * 0.04
        whole = geometry if isinstance(geometry, BaseGeometry) else shape(geometry)
        return whole.intersection(
            box(self.west - room, self.south - room, self.east + room, self.north + room))

    def path(self, geometry: BaseGeometry) -> str:
        """The geometry as the `d` of an SVG path; points and empty ones give ""."""
        parts = getattr(geometry, "geoms", [geometry])
        return "".join(self._line(part.exterior.coords, "Z") if part.geom_type == "Polygon"
                       else self._line(part.coords, "") for part in parts
                       if part.geom_type in {"Polygon", "LineString"} and not part.is_empty)

    def _line(self, coordinates: Iterable[Sequence[float]], end: str) -> str:
        return "M" + "L".join("{:g} {:g}".format(*self.at(lat, lon)) for lon, lat, *_ in coordinates) + end

    def middle(self, geometry: BaseGeometry, along: float = 0.5) -> tuple[float, float] | None:
        """Where the name of what is on the sheet goes, on a line that share `along` it; None when nothing of it is."""
        inside = geometry.intersection(box(self.west, self.south, self.east, self.north))
        if inside.is_empty:
            return None
        point = inside.interpolate(along, normalized=True) if inside.geom_type == "LineString" \
            else inside.representative_point()
        return self.at(point.y, point.x)


SHEETS: dict[str, Sheet] = {
    "centre": Sheet(36.598, 116.938, 36.692, 117.072),
    "core": Sheet(36.570, 116.880, 36.765, 117.140),
    "city": Sheet(35.98, 116.18, 37.56, 118.0),
}


def around(lat: float, lon: float) -> Sheet:
    """A sheet of about 4 by 4 km with the position in its middle."""
    return Sheet(lat - 0.018, lon - 0.023, lat + 0.018, lon + 0.023)


# A sheet shows at least so many degrees, about two kilometres, and this much more than what it must hold.
CLOSEST, ROOM = 0.02, 1.24


def holding(positions: Iterable[tuple[float, float]]) -> Sheet:
    """The closest sheet that holds all these positions, of which there must be one, with room at its edges."""
    lats, lons = zip(*positions, strict=True)
    south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    lat, lon = (south + north) / 2, (west + east) / 2
    narrow = cos(radians(lat))
    # Never much flatter or steeper than it is wide.
    up = max((north - south) * ROOM, CLOSEST, (east - west) * ROOM * narrow * 0.7)
    side = max((east - west) * ROOM, up / narrow)
    return Sheet(lat - up / 2, lon - side / 2, lat + up / 2, lon + side / 2)


@dataclass(frozen=True, slots=True)
class Square:
    """A part of a sheet to tap: upper left corner and size in units of the sheet, its middle in WGS 84 degrees."""

    x: float
    y: float
    width: float
    height: float
    middle: tuple[float, float]


def squares(sheet: Sheet, across: int = 12) -> list[Square]:
    """The sheet cut into squares, row by row."""
    size = WIDTH / across
    down = max(1, round(sheet.height / size))
    tall = sheet.height / down
    return [Square(round(column * size, 1), round(row * tall, 1), round(size, 1), round(tall, 1),
                   (sheet.north - (row + 0.5) * tall / sheet.scale,
                    sheet.west + (column + 0.5) * (sheet.east - sheet.west) / across))
            for row in range(down) for column in range(across)]


def fitting(positions: Iterable[tuple[float, float]]) -> str:
    """The closest sheet that holds two thirds of the positions; the core of the city without any."""
    points = list(positions)
    if not points:
        return "core"
    for name, sheet in SHEETS.items():
        if 3 * sum(sheet.holds(lat, lon) for lat, lon in points) >= 2 * len(points):
            return name
    return "city"


def net(points: Sequence[tuple[float, float]], nearest: int = NEAREST, reach_m: float = REACH_M
        ) -> list[tuple[int, int]]:
    """Pairs (i, j), i < j: every point with its nearest neighbours within reach. Each pair once, in order.

    Latitude sorts the points, so that only a strip of them is measured against each.
    """
    order = sorted(range(len(points)), key=lambda index: points[index])
    strip = reach_m / 111_195
    pairs: set[tuple[int, int]] = set()
    for place, index in enumerate(order):
        lat, lon = points[index]
        near: list[tuple[float, int]] = []
        for step in (-1, 1):
            other = place + step
            while 0 <= other < len(order) and abs(points[order[other]][0] - lat) <= strip:
                metres = distance_m(lat, lon, *points[order[other]])
                if metres <= reach_m:
                    near.append((metres, order[other]))
                other += step
        pairs |= {(min(index, found), max(index, found)) for _, found in sorted(near)[:nearest]}
    return sorted(pairs)
