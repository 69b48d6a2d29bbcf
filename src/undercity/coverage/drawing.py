"""Population cells on the schematic map: one path a band, hexagons merged until a page can carry them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import h3
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from shapely.geometry import shape

from undercity.coverage.queries.cover import Cover
from undercity.org.queries import directory
from undercity.places.drawing import SHEETS, Sheet
from undercity.places.maps import Drawing, drawn
from undercity.places.pins import Pin

HEXAGONS_MOST = 1500
COARSEST = 5


@dataclass(frozen=True, slots=True)
class Picture:
    """The map of a cover: the drawing with its pins, and the cells by band as SVG."""

    drawing: Drawing
    cells: SafeString


def sheet_of(area: int, chosen: str = "") -> str | Sheet:
    """The sheet asked for, or the one an area fills: its outline with a little room, the inner city for all of it."""
    if chosen in SHEETS:
        return chosen
    outline = directory().outlines.get(area)
    if not outline:
        return "core"
    west, south, east, north = shape(outline).bounds
    room = max(north - south, east - west) * 0.04
    return Sheet(south - room, west - room, north + room, east + room)


def pictured(cover: Cover, pins: list[Pin], area: int, chosen: str = "") -> Picture:
    """Draw the cells of a cover and these pins."""
    drawing = drawn(pins, sheet=sheet_of(area, chosen))
    return Picture(drawing, _cells(cover, drawing.sheet))


def _cells(cover: Cover, sheet: Sheet) -> SafeString:
    there = [(h3.int_to_str(int(cell)), int(band), float(people)) for cell, band, people, middle in zip(
        cover.people.cell[cover.mask], cover.band[cover.mask], cover.people.people[cover.mask],
        cover.people.middle[cover.mask], strict=True) if people > 0 and sheet.holds(*middle)]
    finest = cover.people.resolution
    merged = {cell: {band: people} for cell, band, people in there}
    for resolution in range(finest - 1, COARSEST - 1, -1):
        if len(merged) <= HEXAGONS_MOST:
            break
        coarse: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for cell, shares in merged.items():
            for band, people in shares.items():
                coarse[h3.cell_to_parent(cell, resolution)][band] += people
        merged = {cell: dict(shares) for cell, shares in coarse.items()}
    paths: dict[int, list[str]] = defaultdict(list)
    for cell, shares in merged.items():
        # What most of its people have; of as many the longer walk.
        paths[max(shares, key=lambda band: (shares[band], band))].append(_hexagon(cell, sheet))
    return format_html_join("\n", '<path class="reach {}" d="{}"/>', (
        (class_of(band, len(cover.bands)), SafeString("".join(paths[band]))) for band in sorted(paths)))


def class_of(band: int, bands: int) -> str:
    """The class of a band on the map and in its legend; what lies beyond all of them is `far`."""
    return "far" if band >= bands else f"band{min(band, 3)}"


def _hexagon(cell: str, sheet: Sheet) -> str:
    points = [sheet.at(lat, lon) for lat, lon in h3.cell_to_boundary(cell)]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"
