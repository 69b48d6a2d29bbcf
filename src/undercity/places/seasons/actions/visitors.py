"""How many came 人次: entered by the keeper each day, or from a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from undercity import clock
from undercity.clock import ZONE
from undercity.db import write
from undercity.errors import RuleBroken
from undercity.org.powers import Actor, require
from undercity.places.models import Place
from undercity.places.seasons.models import Season, VisitorCount
from undercity.places.seasons.powers import may_count
from undercity.places.seasons.sheets import day_of, number_of, refused, rows_of

MOST = 200_000
COLUMNS = {"place": ("place", "key", "场所"), "day": ("day", "date", "日期"), "visitors": ("visitors", "count", "人次")}


def count_visitors(place: int, day: date, visitors: int, *, by: Actor, at: datetime) -> VisitorCount:
    """Enter how many came to a place on a day; entered again, the newer number counts and the older is kept beside."""
    row = Place.objects.get(pk=place)
    _allowed(by, row, day.year)
    if wrong := _wrong(day, visitors, at):
        raise RuleBroken(wrong, field="visitors" if day <= _today(at) else "day", remedy=_("Correct it."))
    with write():
        return _store([(row, day, visitors)], by=by, at=at)[0]


def load_visitors(raw: bytes, *, by: Actor, at: datetime) -> int:
    """A CSV file of places, days and numbers, all of it or nothing. RuleBroken lists the lines that cannot be read."""
    known = {place.key: place for place in Place.objects.all()}
    good: dict[tuple[str, date], int] = {}
    faults = []
    allowed: set[tuple[str, int]] = set()
    for number, cells in rows_of(raw, COLUMNS):
        place, day, visitors = known.get(cells["place"]), day_of(cells["day"]), number_of(cells["visitors"])
        if place is None:
            why = _("no place has the key %(what)s.") % {"what": cells["place"] or "—"}
        elif day is None:
            why = _("%(what)s is no day.") % {"what": cells["day"] or "—"}
        elif visitors is None or visitors != int(visitors):
            why = _("%(what)s is no whole number.") % {"what": cells["visitors"] or "—"}
        elif (place.key, day) in good:
            why = _("this day of this place is there twice.")
        else:
            why = _wrong(day, int(visitors), at)
            good[place.key, day] = int(visitors)
            if not why and (place.key, day.year) not in allowed:
                _allowed(by, place, day.year)
                allowed.add((place.key, day.year))
        if why:
            faults.append(_("Line %(line)d: %(why)s") % {"line": number, "why": why})
    if faults:
        raise refused(faults, len(faults) + len(good))
    with write():
        return len(_store([(known[key], day, visitors) for (key, day), visitors in good.items()], by=by, at=at))


def _allowed(by: Actor, place: Place, year: int) -> None:
    keeper = Season.objects.filter(timeline=clock.timeline(), place=place, year=year).values_list(
        "keeper_id", flat=True).first()
    require(may_count(by, place.district_id, keeper))


def _today(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def _wrong(day: date, visitors: int, at: datetime) -> str:
    if day > _today(at):
        return _("This day is still to come.")
    return "" if 0 <= visitors <= MOST else _("Between 0 and %(most)d visitors.") % {"most": MOST}


def _store(rows: Iterable[tuple[Place, date, int]], *, by: Actor, at: datetime) -> list[VisitorCount]:
    wanted = list(rows)
    before = {(row.place_id, row.day): row.visitors for row in VisitorCount.objects.filter(
        place__in={place.pk for place, _day, _n in wanted}, day__in={day for _place, day, _n in wanted})}
    made = []
    for place, day, visitors in wanted:
        old = before.get((place.pk, day))
        made.append(VisitorCount(place=place, day=day, visitors=visitors, was=old if old != visitors else None,
                                 entered_by=by.post, entered_at=at))
    VisitorCount.objects.bulk_create(made, update_conflicts=True, unique_fields=["place", "day"],
                                     update_fields=["visitors", "was", "entered_by", "entered_at", "invented"])
    return made
