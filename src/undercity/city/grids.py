"""Invented unit grids 虚构 over the schematic streets: squares cut to their street, none left over, none doubled."""

from __future__ import annotations

from functools import cache
from math import cos, radians
from typing import Any

from shapely import from_wkb
from shapely.geometry import box, mapping, shape
from shapely.geometry.base import BaseGeometry

from undercity.org.queries import Directory
from undercity.science.coordinates import METRES_A_DEGREE

# Real unit grids have about 10,000 m²; the sample's streets would need thousands of them.
SIDE_M = 1500.0
# What is left of a square at the edge of a street goes to its neighbour when it is smaller than this share.
CRUMB = 0.2
COMMUNITY = "001"
GRIDS_EACH = 12


def sample_grids(book: Directory, covers: dict[str, list[str]]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of the streets that inspectors cover (inspector's post → keys of streets)."""
    features: list[dict[str, Any]] = []
    for inspector, streets in covers.items():
        for key in streets:
            card, name = book.cards[book.by_key[key]], book.cards[book.by_key[key]].names[-1][2]
            for number, part in enumerate(_cut(shape(book.outlines[card.id]).wkb), 1):
                features.append({
                    "type": "Feature", "geometry": mapping(part),
                    "properties": {"code": f"{card.code}{COMMUNITY}{number:03}", "inspector": inspector,
                                   "responsibility": f"虚构·{name}责任网格{(number - 1) // GRIDS_EACH + 1}"}})
    return {"type": "FeatureCollection", "note": "虚构网格，不作划界依据", "features": features}


@cache
def _cut(outline: bytes) -> list[BaseGeometry]:
    """A street (WKB) cut along a net of squares, from west to east and then from north to south."""
    street = from_wkb(outline)
    west, south, east, north = street.bounds
    up = SIDE_M / METRES_A_DEGREE
    across = up / cos(radians((south + north) / 2))
    rows = max(1, round((north - south) / up))
    columns = max(1, round((east - west) / across))
    tall, wide = (north - south) / rows, (east - west) / columns
    found: list[BaseGeometry] = []
    for row in range(rows):
        begins = len(found)
        for column in range(columns):
            square = box(west + column * wide, north - (row + 1) * tall, west + (column + 1) * wide, north - row * tall)
            part = street.intersection(square)
            if part.area == 0:
                continue
            if part.area < CRUMB * square.area and len(found) > begins and found[-1].touches(part):
                found[-1] = found[-1].union(part)
            else:
                found.append(part)
    return [part for part in found if part.geom_type in {"Polygon", "MultiPolygon"}]
