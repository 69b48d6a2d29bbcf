"""Everything that says when a place is open, read for one place or with a list of thousands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet

from undercity import clock
from undercity.places.seasons.models import Season
from undercity.places.seasons.rules import Exemption, Span, Timetable

if TYPE_CHECKING:
    from undercity.places.models import Place

# Where many places' seasons wait, once prefetched.
KNOWN = "known_seasons"
WANTED = ("uid", "timeline", "place_id", "year", "opens_on", "closes_on", "hours", "exceptions")


def _around(at: datetime) -> QuerySet[Season]:
    """The years that can matter at a moment; without the proposals, which can be long."""
    year = at.astimezone(clock.ZONE).year
    return Season.objects.filter(timeline=clock.timeline(), year__range=(year - 1, year + 1)).order_by("year").only(
        *WANTED)


def with_seasons(at: datetime, of: str = "") -> Prefetch[str, QuerySet[Season]]:
    """What to prefetch of many places before they are asked whether they are open: one statement for all."""
    return Prefetch(f"{of}seasons", queryset=_around(at), to_attr=KNOWN)


def timetable_of(place: Place, at: datetime) -> Timetable:
    """When a place is open, as is known at a moment."""
    rows: list[Season] | None = getattr(place, KNOWN, None)
    return timetable(place.hours, _around(at).filter(place=place) if rows is None else rows)


def timetable(hours: str, seasons: Iterable[Season]) -> Timetable:
    """A place's own hours, and the seasons and exceptions of these years."""
    rows = list(seasons)
    if not rows:
        return Timetable(hours)
    return Timetable(hours, tuple(span for row in rows if (span := span_of(row))),
                     tuple(exemption(one) for row in rows for one in row.exceptions))


def span_of(season: Season) -> Span | None:
    """The season of a year; None when that year has exceptions only."""
    if season.opens_on is None or season.closes_on is None:
        return None
    return Span(season.opens_on, season.closes_on, season.hours)


def exemption(kept: dict[str, Any]) -> Exemption:
    """An exception as a season's row keeps it."""
    return Exemption(kept["why"], datetime.fromisoformat(kept["starts"]),
                     datetime.fromisoformat(kept["ends"]) if kept["ends"] else None, kept["hours"])
