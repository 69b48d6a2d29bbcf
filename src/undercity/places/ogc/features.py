"""Places and districts as GeoJSON features. One row of a table is one property: its name, its schema, its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy as _, override
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from undercity.org.queries import BodyCard, Directory, body_name, directory
from undercity.places.queries import Found, name_of
from undercity.places.states import Crowding, PlaceUse, StepFree

TEXT: dict[str, Any] = {"type": "string"}
TRUTH: dict[str, Any] = {"type": "boolean"}
NUMBER: dict[str, Any] = {"type": "number"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
# Digits of a degree: a tenth of a metre, more than any of our positions knows.
DIGITS = 6
CHINESE, ENGLISH = "zh-hans", "en"
SCHEMATIC = "示意图，不作划界依据"
Feature = dict[str, Any]
Reader = Callable[[Found, datetime], Any]


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a place: what a reader is told about it, its JSON schema, and how it is read."""

    name: str
    about: Any
    schema: dict[str, Any]
    read: Reader


def _named(language: str) -> Reader:
    def read(one: Found, at: datetime) -> str:
        with override(language):
            return name_of(one.place, at)

    return read


# What the public page of a place says, for machines. None is left out of no feature: columns stay the same.
PLACE: tuple[Property, ...] = (
    Property("name", _("name in the language asked for"), TEXT, lambda one, at: one.name),
    Property("name_zh", _("name in Chinese"), TEXT, _named(CHINESE)),
    Property("name_en", _("name in English"), TEXT, _named(ENGLISH)),
    Property("district", _("key of the district"), TEXT,
             lambda one, at: directory().cards[one.place.district_id].key),
    Property("district_name", _("name of the district"), TEXT,
             lambda one, at: body_name(one.place.district_id, at.date())),
    Property("address", _("address of the public entrance"), TEXT, lambda one, at: one.address),
    Property("use", _("peacetime use"), {**TEXT, "enum": list(PlaceUse.values)}, lambda one, at: one.place.use),
    Property("open", _("open at the moment asked for, otherwise now"), TRUTH, lambda one, at: one.opening.is_open),
    Property("changes_at", _("when it closes, or opens next"), MOMENT,
             lambda one, at: one.opening.changes_at.isoformat() if one.opening.changes_at else None),
    Property("opening_hours", _("hours as OpenStreetMap writes them"), TEXT, lambda one, at: one.place.hours),
    Property("hours_assumed", _("hours are shop hours, assumed"), TRUTH, lambda one, at: one.place.hours_assumed),
    Property("season", _("days of the year it opens; empty: all year"), TEXT, lambda one, at: one.season),
    Property("temperature_c", _("temperature as measured or published, °C"), NUMBER,
             lambda one, at: float(one.present.temperature_c) if one.present.temperature_c is not None else None),
    Property("temperature_source", _("where the temperature is from"), TEXT,
             lambda one, at: one.place.temperature_source),
    Property("measured_at", _("when the temperature was measured; empty: published"), MOMENT,
             lambda one, at: one.present.measured_at.isoformat() if one.present.measured_at else None),
    Property("crowding", _("how full it is; empty: not known"), {**TEXT, "enum": list(Crowding.values)},
             lambda one, at: one.present.crowding.value if one.present.crowding else None),
    Property("step_free", _("whether one gets in without a step"), {**TEXT, "enum": list(StepFree.values)},
             lambda one, at: one.place.step_free),
    Property("phone", _("telephone for the public"), TEXT, lambda one, at: one.place.phone),
    Property("capacity", _("how many may be inside, by the fire code"), {"type": "integer"},
             lambda one, at: one.place.capacity),
    Property("amenities", _("what is there"), {"type": "array", "items": TEXT}, lambda one, at: one.place.amenities),
    Property("area_m2", _("area open to the public, m²"), {"type": "integer"}, lambda one, at: one.place.area_m2),
    Property("invented", _("invented for the sample city"), TRUTH, lambda one, at: one.place.invented),
    Property("invented_facts", _("which of these are invented although the place is not"),
             {"type": "array", "items": TEXT}, lambda one, at: one.place.invented_facts),
    Property("valid_from", _("since when it is known"), DAY, lambda one, at: one.place.valid_from.isoformat()),
    Property("source", _("where this is from"), TEXT, lambda one, at: one.place.source),
)


def of_place(one: Found, at: datetime) -> Feature:
    """A listed place as a feature, as it is at a moment."""
    return {"type": "Feature", "id": one.place.key,
            "geometry": {"type": "Point", "coordinates": [round(one.place.lon, DIGITS), round(one.place.lat, DIGITS)]},
            "properties": {row.name: row.read(one, at) for row in PLACE}}


DISTRICT: dict[str, tuple[Any, dict[str, Any]]] = {
    "name": (_("name in the language asked for"), TEXT), "name_zh": (_("name in Chinese"), TEXT),
    "name_en": (_("name in English"), TEXT), "code": (_("code of the district"), TEXT),
    "note": (_("what the outline is not good for"), TEXT)}


def districts(book: Directory) -> Sequence[BodyCard]:
    """The districts that have an outline, by key."""
    return sorted((book.cards[body] for body in book.outlines if book.cards[body].kind == "district"),
                  key=lambda card: card.key)


def outline(book: Directory, card: BodyCard) -> BaseGeometry:
    """The schematic outline of a body."""
    return shape(book.outlines[card.id])


def of_district(book: Directory, card: BodyCard, at: datetime) -> Feature:
    """A district as a feature; its outline is schematic and settles no boundary."""
    day = at.date()
    return {"type": "Feature", "id": card.key, "geometry": _wound(outline(book, card)),
            "properties": {"name": book.name(card.id, get_language() or CHINESE, day),
                           "name_zh": book.name(card.id, CHINESE, day), "name_en": book.name(card.id, ENGLISH, day),
                           "code": card.code, "note": SCHEMATIC}}


def _wound(area: BaseGeometry) -> dict[str, Any]:
    # RFC 7946: outer rings run against the clock.
    if isinstance(area, Polygon):
        area = orient(area)
    elif isinstance(area, MultiPolygon):
        area = MultiPolygon([orient(part) for part in area.geoms])
    return dict(mapping(area))
