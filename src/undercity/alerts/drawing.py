"""The ground of a warning on the schematic map."""

from __future__ import annotations

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from undercity.places.drawing import SHEETS, Sheet
from undercity.places.maps import Drawing, drawn
from undercity.places.pins import Pin

# A little room around the ground; nothing is drawn larger than the sheet of the whole city.
ROOM, SMALLEST = 0.08, 0.03


@dataclass(frozen=True)
class Picture:
    """The map, and the ground on it as the `d` of an SVG path."""

    drawing: Drawing
    path: str


def pictured(ground: BaseGeometry, pins: list[Pin]) -> Picture | None:
    """Draw a ground with these pins; None when there is none."""
    whole = SHEETS["city"]
    if ground.is_empty:
        return None
    west, south, east, north = ground.bounds
    room = max(north - south, east - west, SMALLEST) * ROOM
    sheet = Sheet(max(south - room, whole.south), max(west - room, whole.west), min(north + room, whole.north),
                  min(east + room, whole.east))
    if sheet.south >= sheet.north or sheet.west >= sheet.east:
        return None
    drawing = drawn(pins, sheet=sheet)
    return Picture(drawing, drawing.sheet.path(drawing.sheet.clipped(ground)))
