"""Rows of seasons as timetables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from undercity.places.seasons.models import Season
from undercity.places.seasons.rules import Exemption, Span, Timetable

WANTED = ("uid", "timeline", "place_id", "year", "opens_on", "closes_on", "hours", "exceptions")


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
