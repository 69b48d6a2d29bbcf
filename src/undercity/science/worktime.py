"""Working time 工作时间: limits, deadlines and lights over a working calendar.

A working hour 工作时 counts only in shifts (08:00–12:00, 14:00–18:00) of working days. A working day 工作日 is eight
working hours rolled on from the start moment. Urgent hours 紧急工作时 and urgent days 紧急工作日 run through nights and
holidays. A calendar day 自然日 ends at the same local time so many days later. Source: city rules read second hand;
every length here is a field of `Calendar` or `Limit`, so that a city sets its own.

The model: W(t) is the working time from a fixed origin to the moment t; it rises in shifts and stands still elsewhere.
The deadline of a working limit of length a > 0 is the earliest t with W(t) = W(start) + a. Hence it lies at the close
of a period, never at the opening of the next (4 working hours from 08:00 end at 12:00, not at 14:00); it is monotone in
the start and in the limit; and limits add: W(deadline(s, a)) = W(s) + a, so going on from there by b ends where a + b
does.

Working time is counted on the calendar's wall clock, running time in absolute time; they differ only where a zone
changes its clocks within a shift.

>>> calendar = Calendar(zone=ZoneInfo("Asia/Shanghai"))
>>> friday = datetime(2026, 5, 22, 17, 30, tzinfo=calendar.zone)
>>> deadline(friday, Limit(1, Unit.WORKING_DAY), calendar).isoformat()
'2026-05-25T17:30:00+08:00'
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate, pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

_MICROSECOND = timedelta(microseconds=1)
_NOTHING = timedelta(0)
# A deadline further away is a mistyped limit or a calendar without working days; it also bounds the search.
_FURTHEST_DAYS = 3660
_KNOWN_MOST = 10_000


class Unit(StrEnum):
    """The unit of a limit 时限单位."""

    MINUTE = "minute"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    URGENT_HOUR = "urgent_hour"
    URGENT_DAY = "urgent_day"
    CALENDAR_DAY = "calendar_day"

    @property
    def works(self) -> bool:
        """Counts only in working time."""
        return self in (Unit.WORKING_HOUR, Unit.WORKING_DAY)


class Light(StrEnum):
    """The light of a clock 红黄绿灯."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of a unit 时限: `Limit(4, Unit.WORKING_HOUR)`. ValueError unless it is a whole number above zero."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < 1:
            raise ValueError(f"a limit is a whole number of at least 1, not {self.value!r}: give it in a smaller unit")
        if not isinstance(self.unit, Unit):
            raise ValueError(f"a limit's unit is one of {', '.join(Unit)}, not {self.unit!r}: read it with Unit(text)")


@dataclass(frozen=True)
class Calendar:
    """Which days and hours are worked, in one zone 工作日历.

    `exceptions` says of a day whether it is worked, whatever its weekday (holidays, swapped working days 调休); it is
    copied and cannot be changed. `shifts` are the (opening, closing) times of a working day. Questions cost the
    logarithm of the number of exceptions, whatever the span of time.
    """

    zone: ZoneInfo
    exceptions: Mapping[date, bool] = field(default_factory=dict, hash=False)
    shifts: tuple[tuple[time, time], ...] = ((time(8), time(12)), (time(14), time(18)))
    working_day_hours: int = 8
    urgent_day_hours: int = 24
    _shifts: tuple[tuple[int, int], ...] = field(init=False, repr=False, compare=False)  # microseconds of the day
    _day_length: int = field(init=False, repr=False, compare=False)  # microseconds
    _turned: list[int] = field(init=False, repr=False, compare=False)  # days worked against their weekday, or free
    _gained: list[int] = field(init=False, repr=False, compare=False)  # working days gained by the turned days before

    # Lists ask for the same moments again and again: now, and the evenings on which duties are due.
    _known: dict[datetime, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        moments = [moment for shift in self.shifts for moment in shift]
        if not moments or any(later <= earlier for earlier, later in pairwise(moments)):
            raise ValueError("give at least one shift, each ending after it begins and beginning after the one before")
        if self.working_day_hours < 1 or self.urgent_day_hours < 1:
            raise ValueError("a working day and an urgent day have at least one hour each")
        turned = sorted((day.toordinal(), 1 if works else -1)
                        for day, works in self.exceptions.items() if works != (day.weekday() < 5))
        shifts = tuple((_since_midnight(opens), _since_midnight(closes)) for opens, closes in self.shifts)
        derived = {"exceptions": MappingProxyType(dict(self.exceptions)), "_shifts": shifts,
                   "_day_length": sum(closes - opens for opens, closes in shifts),
                   "_turned": [day for day, _ in turned],
                   "_gained": list(accumulate((gain for _, gain in turned), initial=0)), "_known": {}}
        for name, content in derived.items():
            object.__setattr__(self, name, content)

    def is_working(self, day: date) -> bool:
        """Is this day worked?"""
        return self.exceptions.get(day, day.weekday() < 5)

    def length(self, limit: Limit) -> timedelta:
        """How much time a limit is: working time for working units, running time for the others."""
        if limit.unit is Unit.MINUTE:
            return timedelta(minutes=limit.value)
        hours = {Unit.WORKING_DAY: self.working_day_hours, Unit.URGENT_DAY: self.urgent_day_hours,
                 Unit.CALENDAR_DAY: 24}
        return timedelta(hours=limit.value * hours.get(limit.unit, 1))

    def _days_before(self, day: int) -> int:
        """How many working days come before a day, given as its ordinal; ordinal 1 is a Monday."""
        weeks, rest = divmod(day - 1, 7)
        return weeks * 5 + min(rest, 5) + self._gained[bisect_left(self._turned, day)]

    def _worked(self, moment: datetime) -> int:
        """W of the module's model: microseconds of working time before a moment in the calendar's zone."""
        known = self._known.get(moment)
        if known is not None:
            return known
        day = moment.toordinal()
        before = self._days_before(day)
        worked = before * self._day_length
        if self._days_before(day + 1) > before:
            at = _since_midnight(moment)
            worked += sum(min(at, closes) - opens for opens, closes in self._shifts if at > opens)
        if len(self._known) >= _KNOWN_MOST:
            self._known.clear()
        self._known[moment] = worked
        return worked

    def _reached(self, worked: int, since: date) -> datetime:
        """The earliest moment, not before the day `since`, with W = `worked`, W having been less on that day's eve."""
        days, rest = divmod(worked - 1, self._day_length)
        first = since.toordinal()
        ahead = bisect_left(range(_FURTHEST_DAYS), days + 1, key=lambda step: self._days_before(first + step + 1))
        if ahead == _FURTHEST_DAYS or first + ahead > date.max.toordinal():
            raise _too_far(since)
        midnight = datetime.combine(date.fromordinal(first + ahead), time.min, self.zone)
        left = rest + 1
        for opens, closes in self._shifts[:-1]:
            if left <= closes - opens:
                return midnight + timedelta(microseconds=opens + left)
            left -= closes - opens
        return midnight + timedelta(microseconds=self._shifts[-1][0] + left)


def _since_midnight(moment: time | datetime) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


def _too_far(since: date) -> ValueError:
    return ValueError(f"no deadline within ten years of {since:%Y-%m-%d}: shorten the limit, or enter the working days "
                      "the calendar lacks")


def _aware(moment: datetime, calendar: Calendar) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a zone, for example 2026-07-18T16:30+08:00")
    return moment.astimezone(calendar.zone)


def deadline(start: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """The moment a limit ends that begins at `start` (aware), in the calendar's zone 截止时间.

    ValueError when it would lie ten years away or more, which also answers a calendar without working days.
    """
    begins = _aware(start, calendar)
    try:
        if limit.unit is Unit.CALENDAR_DAY:
            if limit.value > _FURTHEST_DAYS:
                raise _too_far(begins)
            ends = (begins.replace(tzinfo=None) + timedelta(days=limit.value)).replace(tzinfo=calendar.zone)
            # A local time skipped by a change of clocks becomes the one the same distance after it.
            return ends.astimezone(UTC).astimezone(calendar.zone)
        return add_time(begins, calendar.length(limit), limit.unit, calendar)
    except OverflowError as beyond:
        raise _too_far(begins) from beyond


def add_time(start: datetime, length: timedelta, unit: Unit, calendar: Calendar) -> datetime:
    """The moment at which `length` has passed since `start`, counted as the unit counts; nothing added is the start.

    For a clock that goes on after standing still: what was left when a case went on hold 挂账.
    """
    if unit.works:
        return add_working_time(start, length, calendar)
    begins = _aware(start, calendar)
    if not _NOTHING <= length <= timedelta(days=_FURTHEST_DAYS):
        raise _out_of_bounds(length, begins)
    return (begins.astimezone(UTC) + length).astimezone(calendar.zone)


def add_working_time(start: datetime, length: timedelta, calendar: Calendar) -> datetime:
    """The earliest moment by which `length` of working time has passed since `start`; nothing added is the start."""
    begins = _aware(start, calendar)
    if not _NOTHING <= length <= timedelta(days=_FURTHEST_DAYS):
        raise _out_of_bounds(length, begins)
    if not length:
        return begins
    return calendar._reached(calendar._worked(begins) + length // _MICROSECOND, begins)


def _out_of_bounds(length: timedelta, begins: datetime) -> ValueError:
    if length < _NOTHING:
        return ValueError(f"time is added forwards, not {length}: swap start and end")
    return _too_far(begins)


def working_time_between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Working time from `start` to `end`; nothing when the end is not after the start."""
    begins, ends = _aware(start, calendar), _aware(end, calendar)
    return timedelta(microseconds=max(calendar._worked(ends) - calendar._worked(begins), 0))


def time_between(start: datetime, end: datetime, unit: Unit, calendar: Calendar) -> timedelta:
    """Time from `start` to `end` counted as the unit counts; nothing when the end is not after the start."""
    if unit.works:
        return working_time_between(start, end, calendar)
    # In UTC, since a difference within one zone would be taken on the wall clock.
    return max(_aware(end, calendar).astimezone(UTC) - _aware(start, calendar).astimezone(UTC), _NOTHING)


def _given_and_used(start: datetime, due: datetime, now: datetime, unit: Unit, calendar: Calendar) -> tuple[int, int]:
    """Microseconds of the limit and of it used."""
    if not unit.works:
        return (time_between(start, due, unit, calendar) // _MICROSECOND,
                time_between(start, now, unit, calendar) // _MICROSECOND)
    # A list asks for hundreds: where the start lies is found once for both.
    begins = calendar._worked(_aware(start, calendar))
    return (max(calendar._worked(_aware(due, calendar)) - begins, 0),
            max(calendar._worked(_aware(now, calendar)) - begins, 0))


def used_share(start: datetime, now: datetime, due: datetime, unit: Unit, calendar: Calendar) -> Fraction:
    """The share of a limit used at `now`: time passed over time given, both counted as the unit counts.

    Past `due` it is always above 1, in closed hours too, where no time is counted but the work is late. A limit with
    no time in it (a due moment moved into the closed hours of the start) is used up, share 1, until it is late.
    """
    given, used = _given_and_used(start, due, now, unit, calendar)
    if now <= due and not given:
        return Fraction(1)
    given = max(given, 1)
    if now > due:
        used = max(used, given + 1)
    return Fraction(used, given)


# 80 % and 100 %: the stage lights of city rules read second hand; a scheme gives its own.
_YELLOW_ABOVE, _RED_ABOVE = Fraction(8, 10), Fraction(1)


def light_of(start: datetime, now: datetime, due: datetime, unit: Unit, calendar: Calendar) -> Light:
    """`light(used_share(…))` without making the share, which costs more than all else: a list asks for thousands."""
    if now > due:
        return Light.RED
    given, used = _given_and_used(start, due, now, unit, calendar)
    above = not given or used * _YELLOW_ABOVE.denominator > given * _YELLOW_ABOVE.numerator
    return Light.YELLOW if above else Light.GREEN


def green_for_sure(now: datetime, calendar: Calendar) -> list[tuple[datetime, datetime]]:
    """Pairs (due, begun): a clock due after the one and begun after the other is green at `now`, whatever its unit.

    For a database that knows no calendar, to leave most clocks unread. Yellow begins when four times as much is used as
    is left (80 %); working time used is never more than the time that passed, and a working limit that ends after
    `left` working hours from now has more than that left.
    """
    times = _YELLOW_ABOVE / (1 - _YELLOW_ABOVE)
    return [(add_working_time(now, left, calendar), now - left * times.numerator / times.denominator)
            for left in (timedelta(hours=2 ** step) for step in range(8))]


def light(share: Fraction, *, yellow_above: Fraction = _YELLOW_ABOVE, red_above: Fraction = _RED_ABOVE) -> Light:
    """Green up to and with `yellow_above` of the limit, yellow up to and with `red_above`, red beyond.

    The defaults are `_YELLOW_ABOVE` and `_RED_ABOVE`; a scheme gives its own.
    """
    if yellow_above > red_above:
        raise ValueError("yellow comes before red: give a share for yellow that is not above the one for red")
    if share > red_above:
        return Light.RED
    return Light.YELLOW if share > yellow_above else Light.GREEN
