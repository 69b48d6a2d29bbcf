"""The collections behind the door: what each is called, what it may be asked, and its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from shapely.geometry import box as rectangle
from shapely.ops import unary_union

from undercity.clock import ZONE
from undercity.org.queries import directory
from undercity.places.models import Place
from undercity.places.ogc import features
from undercity.places.ogc.features import Feature
from undercity.places.ogc.parameters import Box, Span
from undercity.places.queries import Found, found, found_of, place_by_key, shown_to

# Where few places are open, a page ends after so many were looked at, short of its limit. It never ends empty while
# more may come: to `ogr2ogr` an empty page is the last one.
LOOKED_AT = 5000
STRETCH = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page of features should hold. `at`: the moment everything is told for."""

    at: datetime
    limit: int
    box: Box | None = None
    span: Span | None = None
    after: str = ""
    offset: int = 0
    district: str = ""
    use: str = ""
    step_free: str = ""
    open: bool | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Features, the key behind which the next page begins ("" when there is none), and how many match in all.

    `matched` is None when counting would cost more than answering. `places`: the same as the site's own lists want it.
    """

    features: list[Feature]
    after: str
    matched: int | None
    places: list[Found]


@dataclass(frozen=True, slots=True)
class Extent:
    """Where and since when: west, south, east, north (None: nothing there), and the first day (None: no time)."""

    box: tuple[float, float, float, float] | None
    begins: date | None


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: its id, what it is, the kind of its geometries, its property filters, and how it is read."""

    id: str
    title: Any
    about: Any
    geometry: str
    filters: tuple[str, ...]
    schema: Callable[[], dict[str, Any]]
    extent: Callable[[], Extent]
    page: Callable[[Asked], Page]
    one: Callable[[str, datetime], tuple[Feature, Found | None] | None]


def _place_schema() -> dict[str, Any]:
    return {row.name: {**row.schema, "title": str(row.about)} for row in features.PLACE}


def _district_schema() -> dict[str, Any]:
    return {name: {**schema, "title": str(about)} for name, (about, schema) in features.DISTRICT.items()}


def _place_extent() -> Extent:
    said = shown_to().aggregate(west=Min("lon"), south=Min("lat"), east=Max("lon"), north=Max("lat"),
                                begins=Min("valid_from"))
    if said["west"] is None:
        return Extent(None, None)
    return Extent((said["west"], said["south"], said["east"], said["north"]), said["begins"])


def _district_extent() -> Extent:
    book = directory()
    areas = [features.outline(book, card) for card in features.districts(book)]
    return Extent(unary_union(areas).bounds, None) if areas else Extent(None, None)


def _inside(box: Box) -> Q:
    return reduce(or_, (Q(lat__gte=part.south, lat__lte=part.north, lon__gte=part.west, lon__lte=part.east)
                        for part in box.parts))


def _wanted(asked: Asked) -> QuerySet[Place]:
    rows = shown_to().order_by("key")
    if asked.box is not None:
        rows = rows.filter(_inside(asked.box))
    if asked.span is not None and asked.span.ends is not None:
        # A place is there from its first day on; nothing says yet that one ended.
        rows = rows.filter(valid_from__lte=asked.span.ends.astimezone(ZONE).date())
    if asked.district:
        rows = rows.filter(district__key=asked.district)
    if asked.use:
        rows = rows.filter(use=asked.use)
    if asked.step_free:
        rows = rows.filter(step_free=asked.step_free)
    return rows


def _places(asked: Asked) -> Page:
    rows = _wanted(asked)
    onward = rows.filter(key__gt=asked.after) if asked.after else rows
    kept, last = _straight(onward, asked) if asked.open is None else _sought(onward, asked)
    return Page([features.of_place(one, asked.at) for one in kept], last,
                rows.count() if asked.open is None else None, kept)


def _straight(rows: QuerySet[Place], asked: Asked) -> tuple[list[Found], str]:
    read = found_of(rows[asked.offset:asked.offset + asked.limit + 1], asked.at)
    kept = read[:asked.limit]
    return kept, kept[-1].place.key if len(read) > len(kept) else ""


def _sought(rows: QuerySet[Place], asked: Asked) -> tuple[list[Found], str]:
    """What is open, or what is not: the hours decide, and they are words to a database."""
    kept: list[Found] = []
    last, passed = "", 0
    for seen, one in enumerate(_in_order(rows, asked.at)):
        if len(kept) == asked.limit or (seen >= LOOKED_AT and kept):
            return kept, last
        last = one.place.key
        if one.opening.is_open is asked.open:
            passed += 1
            if passed > asked.offset:
                kept.append(one)
    return kept, ""


def _in_order(rows: QuerySet[Place], at: datetime) -> Iterator[Found]:
    # By stretches of keys: on neither database does a long answer then hold anything open.
    behind = rows
    while stretch := found_of(behind[:STRETCH], at):
        yield from stretch
        if len(stretch) < STRETCH:
            return
        behind = rows.filter(key__gt=stretch[-1].place.key)


def _place(key: str, at: datetime) -> tuple[Feature, Found | None] | None:
    place = place_by_key(key)
    if place is None:
        return None
    one = found(place, at)
    return features.of_place(one, at), one


def _districts(asked: Asked) -> Page:
    book = directory()
    cards = features.districts(book)
    if asked.box is not None:
        area = unary_union([rectangle(part.west, part.south, part.east, part.north) for part in asked.box.parts])
        cards = [card for card in cards if features.outline(book, card).intersects(area)]
    onward = [card for card in cards if card.key > asked.after][asked.offset:]
    shown = onward[:asked.limit]
    return Page([features.of_district(book, card, asked.at) for card in shown],
                shown[-1].key if len(onward) > len(shown) else "", len(cards), [])


def _district(key: str, at: datetime) -> tuple[Feature, Found | None] | None:
    book = directory()
    card = next((card for card in features.districts(book) if card.key == key), None)
    return (features.of_district(book, card, at), None) if card else None


COLLECTIONS: dict[str, Collection] = {one.id: one for one in (
    Collection("places", _("Places open to the public"),
               _("Cool places and other works that are listed: where their public entrance is, their hours, whether "
                 "they are open. Positions are approximate."),
               "Point", ("district", "use", "step_free", "open"), _place_schema, _place_extent, _places, _place),
    Collection("districts", _("Districts"),
               _("Outlines of the districts, drawn by us and schematic: they settle no boundary."),
               "Polygon", (), _district_schema, _district_extent, _districts, _district),
)}


def first_moment(begins: date) -> str:
    """The first moment of a day, as the standard writes it."""
    return datetime.combine(begins, time.min, ZONE).isoformat()
