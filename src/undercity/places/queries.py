"""What pages ask of places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import h3
from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language

from undercity.places.hours import in_words, season
from undercity.places.models import Place, PlaceName
from undercity.places.rules import Opening, opening
from undercity.science.coordinates import distance_m, walking_minutes

# Where many places' names wait, once prefetched.
CALLED = "called"
RESOLUTION = 8
# Rings of cells round the asker, about 0.9 km each: beyond them the city is searched as a whole.
RINGS = 12
WALKABLE_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A place as an answer: what it is called, whether it is open, how far it is (metres, minutes; None: unknown)."""

    place: Place
    name: str
    address: str
    opening: Opening
    metres: float | None
    minutes: int | None

    @property
    def is_walkable(self) -> bool:
        """Near enough to give minutes on foot; beyond, kilometres say more."""
        return self.minutes is not None and self.minutes <= WALKABLE_MINUTES

    @property
    def hours(self) -> str:
        """When it is open, in words."""
        return in_words(self.place.hours)

    @property
    def season(self) -> str:
        """The days of the year it opens; "" all year."""
        return season(self.place.hours)

    @property
    def measured(self) -> str:
        """The year its temperature was published, if the source names one."""
        year = re.search(r"\d{4}", self.place.temperature_source)
        return year[0] if year else ""

    @property
    def kilometres(self) -> int:
        """As the crow flies, rounded."""
        return round((self.metres or 0) / 1000)


def with_names(of: str = "") -> Prefetch[str, QuerySet[PlaceName]]:
    """What to prefetch of many places, or of what `of` leads to, before `name_of`: a list, quicker than a manager."""
    return Prefetch(f"{of}names", to_attr=CALLED)


def name_of(place: Place, at: datetime) -> str:
    """What a place is called at a moment, in the reader's language."""
    chinese = (get_language() or "zh").startswith("zh")
    known: list[PlaceName] = getattr(place, CALLED, None) or list(place.names.all())
    names, day = sorted(known, key=lambda name: name.valid_from or date.min), at.date()
    current = [n for n in names if (n.valid_from is None or n.valid_from <= day)
               and (n.valid_to is None or day < n.valid_to)] or names
    return (current[-1].zh if chinese else current[-1].en) if current else place.key


def names_before(place: Place, today: date) -> list[PlaceName]:
    """曾用名 and names to come, the newest first; not the one of today."""
    rows = sorted(place.names.all(), key=lambda name: name.valid_from or date.min, reverse=True)
    return [row for row in rows if (row.valid_to is not None and row.valid_to <= today)
            or (row.valid_from is not None and row.valid_from > today)]


def found(place: Place, at: datetime, lat: float | None = None, lon: float | None = None) -> Found:
    """A place as seen from a position at a moment."""
    metres = distance_m(lat, lon, place.lat, place.lon) if lat is not None and lon is not None else None
    chinese = (get_language() or "zh").startswith("zh")
    return Found(place=place, name=name_of(place, at),
                 address=place.address_zh if chinese or not place.address_en else place.address_en,
                 opening=opening(place.hours, at), metres=metres,
                 minutes=walking_minutes(metres) if metres is not None else None)


def shown_to(officer: bool = False) -> QuerySet[Place]:
    """The places somebody may see: the public those that are listed, officers all."""
    return Place.objects.all() if officer else Place.objects.filter(listed=True)


def nearest_open(lat: float, lon: float, at: datetime, limit: int = 3, *, officer: bool = False) -> list[Found]:
    """The nearest places open at a moment, nearest first: ring by ring of H3 cells, then the whole city."""
    shown = shown_to(officer)
    best: list[Found] = []
    centre = h3.latlng_to_cell(lat, lon, RESOLUTION)
    for ring in range(RINGS + 1):
        cells = [h3.str_to_int(cell) for cell in h3.grid_ring(centre, ring)]
        best += [one for one in _seen(shown.filter(cell__in=cells), at, lat, lon) if one.opening.is_open]
        best.sort(key=lambda one: one.metres or 0.0)
        # A cell of a later ring may be nearer than the far corner of this one: look one ring further.
        sure = ring * h3.average_hexagon_edge_length(RESOLUTION, unit="m") * 1.2
        if len(best) >= limit and (best[limit - 1].metres or 0.0) <= sure:
            return best[:limit]
    everywhere = [one for one in _seen(shown, at, lat, lon) if one.opening.is_open]
    return sorted(everywhere, key=lambda one: one.metres or 0.0)[:limit]


def next_to_open(lat: float, lon: float, at: datetime, limit: int = 3) -> list[Found]:
    """Listed places now closed that open again: the soonest first, of those that open together the nearest."""
    waiting = [one for one in _seen(shown_to(), at, lat, lon)
               if not one.opening.is_open and one.opening.changes_at is not None]
    return sorted(waiting, key=lambda one: (one.opening.changes_at, one.metres))[:limit]


def all_places(at: datetime, *, officer: bool = False) -> list[Found]:
    """Every place somebody may see: open ones first, then by name."""
    return sorted(_seen(shown_to(officer), at), key=lambda one: (not one.opening.is_open, one.name))


def positions() -> list[tuple[float, float]]:
    """Where the listed places are, (lat, lon)."""
    return list(shown_to().order_by("pk").values_list("lat", "lon"))


def place_by_key(key: str, *, officer: bool = False) -> Place | None:
    """A place by its key, if the asker may see it."""
    return shown_to(officer).prefetch_related(with_names()).filter(key=key).first()


def _seen(places: QuerySet[Place], at: datetime, lat: float | None = None, lon: float | None = None) -> Iterator[Found]:
    for place in places.prefetch_related(with_names()):
        yield found(place, at, lat, lon)
