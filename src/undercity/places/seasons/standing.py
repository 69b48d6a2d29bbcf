"""How the places that have seasons stand, in the memory of each process: a list of thousands asks nothing more.

Seasons are read when a place or a season changed (`changes.stand`, asked every time); what they come to at a moment is
worked out once, and again only when the first of them opens or shuts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from undercity import clock
from undercity.places.changes import stand
from undercity.places.seasons.models import Season
from undercity.places.seasons.rules import Opening, Timetable, opening
from undercity.places.seasons.timetables import WANTED, timetable

Key = tuple[tuple[int, int], str, int]


@dataclass(frozen=True, eq=False)
class _Known:
    """The timetables of places with seasons by id, and how they stand from a moment on until the first changes."""

    key: Key
    tables: dict[int, Timetable]
    since: datetime | None = None
    until: datetime | None = None
    openings: dict[int, Opening] = field(default_factory=dict)


_known: _Known | None = None


def forget() -> None:
    """Read everything anew at the next question."""
    global _known
    _known = None


def _read(at: datetime) -> _Known:
    global _known
    year = at.astimezone(clock.ZONE).year
    key = (stand(), clock.timeline(), year)
    if _known is None or _known.key != key:
        rows = Season.objects.filter(timeline=clock.timeline(), year__range=(year - 1, year + 1)).order_by(
            "place_id", "year").only(*WANTED, "place__hours").select_related("place")
        by_place: dict[int, list[Season]] = {}
        for row in rows:
            by_place.setdefault(row.place_id, []).append(row)
        _known = _Known(key, {place: timetable(some[0].place.hours, some) for place, some in by_place.items()})
    return _known


def openings(at: datetime) -> dict[int, Opening]:
    """How every place that has a season stands at a moment, by id."""
    global _known
    known = _read(at)
    if known.since is None or at < known.since or (known.until is not None and at >= known.until):
        told = {place: opening(table, at) for place, table in known.tables.items()}
        changes = [one.changes_at for one in told.values() if one.changes_at is not None]
        _known = known = _Known(known.key, known.tables, at, min(changes, default=None), told)
    return known.openings


def tables(at: datetime) -> dict[int, Timetable]:
    """When the places that have a season are open, as is known at a moment, by id."""
    return _read(at).tables
