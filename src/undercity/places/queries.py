"""What pages ask of places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language

from undercity.places import exceptions, nearby
from undercity.places.amenities import words_of
from undercity.places.changes import one_stand
from undercity.places.exceptions import opening_of
from undercity.places.hours import in_words, season, season_of_days
from undercity.places.models import Place, PlaceName
from undercity.places.present import Present, present_of
from undercity.places.rules import Opening
from undercity.places.seasons.rules import Span, Timetable
from undercity.places.seasons.standing import tables
from undercity.places.wishes import NONE, Wishes
from undercity.science.coordinates import distance_m, walking_minutes

# Where many places' names wait, once prefetched.
CALLED = "called"
RESOLUTION = 8
A_PAGE = 100
KEPT_ROWS = 20_000
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
    present: Present
    table: Timetable

    @property
    def is_walkable(self) -> bool:
        """Near enough to give minutes on foot; beyond, kilometres say more."""
        return self.minutes is not None and self.minutes <= WALKABLE_MINUTES

    @property
    def hours(self) -> str:
        """When it is open, in words."""
        return in_words(self._span.hours if self._span else self.place.hours)

    @property
    def season(self) -> str:
        """The days of the year it opens; "" all year."""
        return season_of_days(self._span.opens_on, self._span.closes_on) if self._span else season(self.place.hours)

    @property
    def _span(self) -> Span | None:
        """The latest season known: its days and hours say more than the place's own."""
        return self.table.spans[-1] if self.table and self.table.spans else None

    @property
    def amenities(self) -> list[str]:
        """What is there, in words."""
        return words_of(self.place.amenities)

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
    known: list[PlaceName] | None = getattr(place, CALLED, None)
    known = list(place.names.all()) if known is None else known
    names, day = sorted(known, key=lambda name: name.valid_from or date.min), at.date()
    current = [n for n in names if (n.valid_from is None or n.valid_from <= day)
               and (n.valid_to is None or day < n.valid_to)] or names
    return (current[-1].zh if chinese else current[-1].en) if current else place.key


def found(place: Place, at: datetime, lat: float | None = None, lon: float | None = None, *,
          metres: float | None = None, known: Mapping[int, Opening] | None = None,
          present: Present | None = None) -> Found:
    """A place as seen at a moment, from a position or at a distance already measured. Many at once: `seen`."""
    if metres is None and lat is not None and lon is not None:
        metres = distance_m(lat, lon, place.lat, place.lon)
    chinese = (get_language() or "zh").startswith("zh")
    return Found(place=place, name=name_of(place, at),
                 address=place.address_zh if chinese or not place.address_en else place.address_en,
                 opening=opening_of(place, at, exceptions.at_moment(at) if known is None else known), metres=metres,
                 minutes=walking_minutes(metres) if metres is not None else None,
                 present=present or present_of([place], at)[place.pk],
                 table=tables(at).get(place.pk) or Timetable(place.hours))


def shown_to(officer: bool = False) -> QuerySet[Place]:
    """The places somebody may see: the public those that are listed, officers all."""
    return Place.objects.all() if officer else Place.objects.filter(listed=True)


def nearest_open(lat: float, lon: float, at: datetime, limit: int = 3, *, wishes: Wishes = NONE,
                 officer: bool = False) -> list[Found]:
    """The nearest places open at a moment that have all that is wished, nearest first."""
    with one_stand():
        known = exceptions.at_moment(at)
        stand, met = nearby.find(lat, lon, at, limit, wishes=wishes, exceptions=known, officer=officer)
        return _told(stand, met, at, known, officer)


def next_to_open(lat: float, lon: float, at: datetime, limit: int = 3, *, wishes: Wishes = NONE) -> list[Found]:
    """Listed places now closed that open again: the soonest first, of those that open together the nearest."""
    with one_stand():
        known = exceptions.at_moment(at)
        stand, met = nearby.find(lat, lon, at, limit, wishes=wishes, exceptions=known, shut=True)
        return _told(stand, met, at, known, False)


def _told(stand: tuple[int, int], met: list[tuple[int, float]], at: datetime, known: Mapping[int, Opening],
          officer: bool) -> list[Found]:
    rows = _rows_of([number for number, _metres in met], stand)
    now = present_of(rows.values(), at)
    return [found(rows[number], at, metres=metres, known=known, present=now[number])
            for number, metres in met if number in rows and (officer or rows[number].listed)]


_kept: tuple[tuple[int, int], dict[int, Place]] = ((0, 0), {})


def _rows_of(ids: list[int], stand: tuple[int, int]) -> dict[int, Place]:
    """Places with their names, by id, for reading only: kept until any place changes."""
    global _kept
    if _kept[0] != stand or len(_kept[1]) > KEPT_ROWS:
        _kept = (stand, {})
    rows = _kept[1]
    if missing := [number for number in ids if number not in rows]:
        rows.update((place.pk, place) for place in
                    Place.objects.filter(pk__in=missing).prefetch_related(with_names()))
    return {number: rows[number] for number in ids if number in rows}


def found_all(ids: list[int], at: datetime, *, officer: bool = False) -> list[Found]:
    """These places: open ones first, then by name."""
    return sorted(_seen(shown_to(officer).filter(pk__in=ids), at),
                  key=lambda one: (not one.opening.is_open, one.name))


def listed_page(at: datetime, page: str) -> tuple[list[Found], Page[int]]:
    """A page of the listed places: open ones first, then by name, while one page holds all; else in their order."""
    ids = Paginator(shown_to().order_by("pk").values_list("pk", flat=True), A_PAGE).get_page(page)
    return found_all(list(ids.object_list), at), ids


def positions(limit: int = 200) -> list[tuple[float, float]]:
    """Where the eldest listed places are, (lat, lon)."""
    return list(shown_to().order_by("pk").values_list("lat", "lon")[:limit])


def found_of(places: QuerySet[Place], at: datetime) -> list[Found]:
    """Many places at a moment, in their order: what they share is asked once for all."""
    return _seen(places, at)


def place_by_key(key: str, *, officer: bool = False) -> Place | None:
    """A place by its key, if the asker may see it."""
    return shown_to(officer).prefetch_related(with_names()).filter(key=key).first()


def _seen(places: QuerySet[Place], at: datetime) -> list[Found]:
    return seen(places.prefetch_related(with_names()), at)


def seen(places: Iterable[Place], at: datetime, lat: float | None = None, lon: float | None = None) -> list[Found]:
    """Many places as seen at a moment, in their order: what they share is asked once for all."""
    with one_stand():
        known, rows = exceptions.at_moment(at), list(places)
        now = present_of(rows, at)
        return [found(place, at, lat, lon, known=known, present=now[place.pk]) for place in rows]
