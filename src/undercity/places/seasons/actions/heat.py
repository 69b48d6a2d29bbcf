"""The heat of the city's days, and what its rule proposes from it 高温与建议."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from undercity import clock
from undercity.clock import ZONE
from undercity.db import write
from undercity.errors import Refused, RuleBroken
from undercity.org.powers import THE_SYSTEM, Actor, Decision, require
from undercity.org.states import Power
from undercity.places.seasons.actions.proposals import propose_extension, propose_longer_hours
from undercity.places.seasons.heat import heat_rule, read_terms
from undercity.places.seasons.models import DailyMaximum, HeatTerms, Season
from undercity.places.seasons.rules import HeatRule, Span, extension_due, longer_due, longer_hours
from undercity.places.seasons.sheets import day_of, number_of, refused, rows_of
from undercity.places.seasons.states import Source, Standing, Wish
from undercity.places.seasons.timetables import span_of

COLUMNS = {"day": ("day", "date", "日期"), "celsius": ("celsius", "maximum", "最高气温")}
COLDEST, HOTTEST = Decimal(-40), Decimal(60)
LOOK_BACK = timedelta(days=40)


def load_terms(path: Path) -> int:
    """Load the dated rules of heat of a file, all of it or nothing; loading again changes what changed."""
    rows = [HeatTerms(valid_from=date.fromisoformat(one["valid_from"]), content=one) for one in read_terms(path)]
    with write():
        HeatTerms.objects.bulk_create(rows, update_conflicts=True, unique_fields=["valid_from"],
                                      update_fields=["content"])
    return len(rows)


def enter_maximum(day: date, celsius: Decimal, *, by: Actor, at: datetime, source: str) -> DailyMaximum:
    """Enter or correct the highest temperature of a day, in °C."""
    require(may_enter(by))
    return _enter([(day, celsius)], by=by, at=at, source=source)[0]


def load_maxima(raw: bytes, *, by: Actor, at: datetime, source: str) -> int:
    """A CSV file of days and temperatures, all of it or nothing. RuleBroken lists the lines that cannot be read."""
    require(may_enter(by))
    return len(_enter(_read(raw, at), by=by, at=at, source=source))


def store_maxima(raw: bytes, *, at: datetime, source: str, invented: bool = False) -> int:
    """The same from the command line, where whoever keeps the machine speaks for the system."""
    return len(_enter(_read(raw, at), by=THE_SYSTEM, at=at, source=source, invented=invented))


def _read(raw: bytes, at: datetime) -> list[tuple[date, Decimal]]:
    good: dict[date, Decimal] = {}
    faults = []
    for number, cells in rows_of(raw, COLUMNS):
        day, celsius = day_of(cells["day"]), number_of(cells["celsius"])
        if day is None:
            why = _("%(what)s is no day.") % {"what": cells["day"] or "—"}
        elif celsius is None:
            why = _("%(what)s is no number.") % {"what": cells["celsius"] or "—"}
        elif day in good:
            why = _("this day is there twice.")
        else:
            why = _wrong(day, celsius, at)
            good[day] = celsius
        if why:
            faults.append(_("Line %(line)d: %(why)s") % {"line": number, "why": why})
    if faults:
        raise refused(faults, len(faults) + len(good))
    return list(good.items())


def may_enter(by: Actor) -> Decision:
    """Enter the city's temperatures."""
    # A keeper knows the heat of his own door, not the city's.
    if by.holds(Power.PLACE_EDIT) and by.role != "keeper":
        return Decision(True)
    return Decision(False, _("The city's temperatures are entered by its duty officers."))


def _wrong(day: date, celsius: Decimal, at: datetime) -> str:
    if not COLDEST <= celsius <= HOTTEST:
        return _("Between -40 and 60 °C.")
    return _("This day is still to come.") if day > at.astimezone(ZONE).date() else ""


def _enter(rows: list[tuple[date, Decimal]], *, by: Actor, at: datetime, source: str,
           invented: bool = False) -> list[DailyMaximum]:
    if not source.strip():
        raise RuleBroken(_("Where is this temperature from?"), field="source", remedy=_("Name the station or notice."))
    for day, celsius in rows:
        if wrong := _wrong(day, celsius, at):
            raise RuleBroken(wrong, field="celsius" if "°C" in wrong else "day", remedy=_("Correct it."))
    made = [DailyMaximum(day=day, celsius=round(celsius, 1), source=source.strip()[:120], invented=invented,
                         entered_by=by.post, entered_at=at) for day, celsius in rows]
    with write():
        DailyMaximum.objects.bulk_create(made, update_conflicts=True, unique_fields=["day"],
                                         update_fields=["celsius", "source", "invented", "entered_by", "entered_at"])
    return made


def propose_due(at: datetime) -> int:
    """What the rule of heat proposes today, once each; how many proposals are new. The worker asks every hour."""
    today = at.astimezone(ZONE).date()
    rule = heat_rule(today)
    maxima = {day: float(celsius) for day, celsius in DailyMaximum.objects.filter(
        day__gte=today - LOOK_BACK, day__lt=today).values_list("day", "celsius")}
    if not maxima:
        return 0
    made = 0
    for season in Season.objects.filter(timeline=clock.timeline(), year=today.year, standing=Standing.OPEN).order_by(
            "pk"):
        span = span_of(season)
        if span is not None:
            made += _extension(season, span, maxima, today, rule, at) + _longer(season, span, maxima, today, rule, at)
    return made


def _extension(season: Season, span: Span, maxima: dict[date, float], today: date, rule: HeatRule,
               at: datetime) -> int:
    until = extension_due(span, maxima, today, rule)
    if until is None:
        return 0
    # One for each last day: whoever said no to it is not asked again.
    return _new(season, lambda: propose_extension(
        season.place_id, season.year, by=THE_SYSTEM, at=at, closes_on=min(until, date(season.year, 12, 31)),
        source=Source.RULE, key=f"extension:{span.closes_on.isoformat()}"))


def _longer(season: Season, span: Span, maxima: dict[date, float], today: date, rule: HeatRule, at: datetime) -> int:
    last, hours = longer_due(span, maxima, today, rule), longer_hours(span.hours, rule.longer_until)
    recent = any(one["wish"] == Wish.LONGER and datetime.fromisoformat(one["at"]) > at - timedelta(
        days=rule.longer_for) for one in season.proposals)
    if last is None or not hours or recent:
        return 0
    return _new(season, lambda: propose_longer_hours(
        season.place_id, by=THE_SYSTEM, at=at, hours=hours, source=Source.RULE, starts=at,
        ends=datetime.combine(last + timedelta(days=1), time.min, ZONE), key=f"longer:{today.isoformat()}"))


def _new(season: Season, propose: object) -> int:
    assert callable(propose)
    try:
        return int(propose().season.version > season.version)
    except Refused:
        # Another hand was quicker, or the season changed in the same moment: next hour it is asked again.
        return 0
