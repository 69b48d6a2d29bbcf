"""Is a place open, until when, and why: its hours, its seasons and the exceptions to them, in one pure rule 开放状态.

At any moment the first of these that holds says it:

1. an exception that closes (of several the one that ends last);
2. an exception that changes the hours (of several the one added last);
3. the season the day lies in, with its hours;
4. the place's own hours, unless they are those of a season (they name months) and its seasons are known: then a day
   outside all of them is closed.

Moments go in and come out aware; inside, everything is counted in the city's own time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _
from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # its stub leaves the error out

from undercity.clock import ZONE
from undercity.errors import InvalidMove, RuleBroken
from undercity.places.seasons.states import MOVES, Answer, Verb, Why, Wish
from undercity.science.worktime import Limit

_MONTHS = re.compile(r"\s*(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")
_TIMES = re.compile(r"\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*\s*\Z")
# Hours may change their comment without changing the state; nothing sensible does so more often before it changes.
MOST_STEPS = 400


@dataclass(frozen=True, slots=True)
class Opening:
    """Open now or not, when that changes (aware; None: never, as far as is known), and why (a `Why`; "": its hours)."""

    is_open: bool
    changes_at: datetime | None
    why: str = ""

    @property
    def because(self) -> str:
        """The reason in words; "" when its hours say it all."""
        return str(Why(self.why).label) if self.why else ""


@dataclass(frozen=True, slots=True)
class Span:
    """The season of a year: its first and last day, and the hours of those days."""

    opens_on: date
    closes_on: date
    hours: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exception 例外: from a moment to another (None: until it is withdrawn), closed (hours "") or other hours."""

    why: str
    starts: datetime
    ends: datetime | None
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Timetable:
    """Everything that says when a place is open 开放安排."""

    hours: str
    spans: tuple[Span, ...] = ()
    exemptions: tuple[Exemption, ...] = ()


@lru_cache(maxsize=4096)
def parsed(hours: str) -> OpeningHours:
    """Hours ready to be asked. ParserError when they cannot be understood."""
    return OpeningHours(hours)


def checked_hours(hours: str) -> str:
    """The hours, if they can be understood; RuleBroken with an example if not."""
    try:
        parsed(hours)
    except ParserError as error:
        raise RuleBroken(_("These opening hours cannot be understood: %(hours)s") % {"hours": hours}, field="hours",
                         remedy=_("Write for example “Jun 21-Aug 31 09:30-20:00”.")) from error
    return hours


def of_a_season(hours: str) -> bool:
    """Do these hours name the months they hold in?"""
    return bool(_MONTHS.match(hours))


def daily_hours(hours: str) -> str:
    """The hours of a day, without the months they hold in; "" when they name no times."""
    if not of_a_season(hours):
        return hours
    times = _TIMES.search(hours)
    return times[0] if times else ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What holds at a moment: hours (None: closed whatever the hour) and why."""

    hours: str | None
    why: str

    def is_open(self, local: datetime) -> bool:
        return self.hours is not None and bool(parsed(self.hours).is_open(local))


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZONE).replace(tzinfo=None)


def _holds(table: Timetable, at: datetime) -> _Plan:
    covering = [one for one in table.exemptions
                if _local(one.starts) <= at and (one.ends is None or at < _local(one.ends))]
    closing = [one for one in covering if not one.hours]
    if closing:
        longest = max(closing, key=lambda one: (one.ends is None, one.ends or one.starts))
        return _Plan(None, longest.why)
    if covering:
        return _Plan(covering[-1].hours, covering[-1].why)
    day = at.date()
    for span in table.spans:
        if span.opens_on <= day <= span.closes_on:
            return _Plan(span.hours, "")
    if table.spans and of_a_season(table.hours):
        later = any(day < span.opens_on for span in table.spans)
        return _Plan(None, Why.BEFORE.value if later else Why.OVER.value)
    return _Plan(table.hours, "")


def _edges(table: Timetable, after: datetime) -> list[datetime]:
    """The moments at which another of the table's parts begins to hold."""
    found = {_local(edge) for one in table.exemptions for edge in (one.starts, one.ends) if edge is not None}
    for span in table.spans:
        found |= {datetime.combine(span.opens_on, time.min),
                  datetime.combine(span.closes_on, time.min) + timedelta(days=1)}
    return sorted(edge for edge in found if edge > after)


def _turn(plan: _Plan, was_open: bool, since: datetime, until: datetime | None) -> datetime | None:
    """The first moment after `since` and before `until` at which a plan says otherwise than `was_open`."""
    if plan.hours is None:
        return None
    asked, moment = parsed(plan.hours), since
    for _step in range(MOST_STEPS):
        change = asked.next_change(moment)
        if change is None or (until is not None and change >= until):
            return None
        if bool(asked.is_open(change)) is not was_open:
            return change
        moment = change
    return None


def opening(table: Timetable | str, at: datetime) -> Opening:
    """Whether a place is open at an aware moment, when that changes, and why."""
    if isinstance(table, str):
        table = Timetable(table)
    local = _local(at)
    plan = _holds(table, local)
    is_open = plan.is_open(local)
    # Closed at night during longer hours is closed by the hours.
    why = plan.why if is_open or plan.hours is None else ""
    return Opening(is_open, _change(table, plan, is_open, local), why)


def _change(table: Timetable, plan: _Plan, is_open: bool, local: datetime) -> datetime | None:
    if not table.spans and not table.exemptions:
        change = _turn(plan, is_open, local, None)
        return change.replace(tzinfo=ZONE) if change else None
    since = local
    for edge in [*_edges(table, local), None]:
        change = _turn(plan, is_open, since, edge)
        if change is None and edge is not None:
            plan = _holds(table, edge)
            change = edge if plan.is_open(edge) is not is_open else None
        if change is not None:
            return change.replace(tzinfo=ZONE)
        if edge is not None:
            since = edge
    return None


def stretches(table: Timetable, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of time a place is open between two aware moments, in their order."""
    moment = since
    while moment < until:
        now = opening(table, moment)
        ends = min(now.changes_at or until, until)
        if now.is_open:
            yield moment, ends
        moment = ends


def legal(stands: Answer, verb: Verb) -> Answer:
    """Where a proposal comes to by this verb; InvalidMove says how it stands when that may not be."""
    found = MOVES[stands].get(verb)
    if found is None:
        raise InvalidMove(_("This proposal can no longer be moved so: %(state)s.") % {"state": stands.label},
                          remedy=_("Load the page again; the record below shows what happened."))
    return found


@dataclass(frozen=True, slots=True)
class HeatRule:
    """From which heat on something is proposed 高温规则: dated, with its source.

    `at_least`: daily maximum in °C; `days`: on so many days one after another; `near`: at most so many days before the
    last day of the season; `by`: so many days more are proposed. `longer_*`: the same for longer hours, until when
    they are proposed in the evening, and for how many days. `decide`: by when each wish must be decided.
    """

    valid_from: date
    at_least: float
    days: int
    near: int
    by: int
    longer_at_least: float
    longer_days: int
    longer_until: time
    longer_for: int
    decide: Mapping[Wish, Limit]
    source: str


def hot_days(maxima: Mapping[date, float], last: date, at_least: float) -> int:
    """How many days up to and with `last` stood at `at_least` °C or more, one after another; a day nobody measured
    ends the row."""
    count = 0
    while maxima.get(last - timedelta(days=count), -273.0) >= at_least:
        count += 1
    return count


def extension_due(span: Span, maxima: Mapping[date, float], today: date, terms: HeatRule) -> date | None:
    """The new last day to propose, when the heat stays near the season's end; None when it does not.

    Yesterday is the last day measured in full.
    """
    near = today <= span.closes_on <= today + timedelta(days=terms.near)
    if near and hot_days(maxima, today - timedelta(days=1), terms.at_least) >= terms.days:
        return span.closes_on + timedelta(days=terms.by)
    return None


def longer_due(span: Span, maxima: Mapping[date, float], today: date, terms: HeatRule) -> date | None:
    """The last day of longer hours to propose, when it was hot for days inside the season; None when it was not."""
    inside = span.opens_on <= today <= span.closes_on
    if inside and hot_days(maxima, today - timedelta(days=1), terms.longer_at_least) >= terms.longer_days:
        return min(today + timedelta(days=terms.longer_for - 1), span.closes_on)
    return None


_SIMPLE = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)\Z")


def longer_hours(hours: str, until: time) -> str:
    """One stretch of hours a day, ending later; "" when they are no single stretch or end as late already."""
    found = _SIMPLE.match(hours.strip())
    return f"{found[1]}-{until:%H:%M}" if found and found[2] < f"{until:%H:%M}" else ""
