"""Duty templates 责任模板 as values, and what follows from them: when a duty arises, for which period, until when.

Recurrence is an RFC 5545 rule counted from the template's first day (DTSTART), by `dateutil`; an occurrence that falls
on a free day moves to the next working day when the template says so. A duty stands for one period of its cycle, and
there is at most one a period and post: making a month's duties twice makes them once.

>>> period_of(date(2026, 7, 18), Cycle.QUARTER)
'2026-Q3'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dateutil.rrule import rrulestr
from django.utils.translation import get_language, gettext as _

from undercity.errors import InvalidMove, RuleBroken
from undercity.org.states import Role
from undercity.science.worktime import Calendar, Limit, deadline

MORNING = time(8)
LAST_MINUTE = time(23, 59)
# Whoever stayed silent this often is not told once more: the list of the overdue shows it.
MOST_ESCALATIONS = 10
KIND = "task."
REFUSAL = "task.refusal"


class Cycle(StrEnum):
    """What a duty of a template stands for 周期."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Until(StrEnum):
    """How a deadline follows 期限规则: a limit from the start, the end of a period, or a day before the trigger."""

    LIMIT = "limit"
    END = "end_of_period"
    NEXT = "end_of_next_period"
    BEFORE = "before_trigger"


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number that comes with the evidence: days on the spot, people reached."""

    code: str
    zh: str
    en: str
    least: int
    most: int

    @property
    def label(self) -> str:
        """In the reader's language."""
        return self.zh if chinese() else self.en


@dataclass(frozen=True, slots=True)
class Template:
    """A duty template: who has the duty, when it arises (a rule, or a trigger with its date), until when, and what
    must be shown."""

    code: str
    zh: str
    en: str
    do_zh: str
    do_en: str
    row: str
    roles: tuple[Role, ...]
    posts: tuple[str, ...]
    bodies: tuple[str, ...]
    rule: str
    trigger: str
    cycle: Cycle
    next_working_day: bool
    until: Until
    limit: Limit | None
    days_before: int
    note: bool
    photos: int
    counts: tuple[Count, ...]
    again_after: timedelta
    public: bool
    source: str
    valid_from: date
    valid_to: date | None

    @property
    def kind(self) -> str:
        """The code of the duty kind this template brings."""
        return KIND + self.code

    @property
    def title(self) -> str:
        """What the duty is called."""
        return self.zh if chinese() else self.en

    @property
    def what(self) -> str:
        """What has to be done, in a sentence."""
        return self.do_zh if chinese() else self.do_en

    def in_force(self, day: date) -> bool:
        """Holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def chinese() -> bool:
    """Is the reader's language Chinese?"""
    return (get_language() or "zh").startswith("zh")


def period_of(day: date, cycle: Cycle) -> str:
    """The period a day lies in: 2026-07-18, 2026-W29, 2026-07, 2026-Q3, 2026."""
    if cycle is Cycle.DAY:
        return day.isoformat()
    if cycle is Cycle.WEEK:
        year, week, _weekday = day.isocalendar()
        return f"{year}-W{week:02d}"
    if cycle is Cycle.MONTH:
        return f"{day:%Y-%m}"
    return f"{day.year}-Q{(day.month + 2) // 3}" if cycle is Cycle.QUARTER else f"{day.year}"


def last_day(day: date, cycle: Cycle) -> date:
    """The last day of the period a day lies in."""
    if cycle is Cycle.DAY:
        return day
    if cycle is Cycle.WEEK:
        return day + timedelta(days=6 - day.weekday())
    month = {Cycle.MONTH: day.month, Cycle.QUARTER: (day.month + 2) // 3 * 3, Cycle.YEAR: 12}[cycle]
    return (date(day.year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def occurrences(template: Template, since: date, until: date) -> list[date]:
    """The days of the rule from `since` to `until`, both included; none for a template with a trigger."""
    if not template.rule:
        return []
    # From a period earlier: a day moved over a holiday may come out of it.
    begins = datetime.combine(template.valid_from, time.min)
    rule = rrulestr(template.rule, dtstart=begins)
    found = rule.between(datetime.combine(since, time.min), datetime.combine(until, time.min), inc=True)
    return [moment.date() for moment in found if template.in_force(moment.date())]


def start_of(day: date, template: Template, calendar: Calendar) -> datetime:
    """When a duty of this day arises: in the morning, on the next working day if the template says so."""
    while template.next_working_day and not calendar.is_working(day):
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, calendar.zone)


def due_of(day: date, begins: datetime, template: Template, calendar: Calendar) -> datetime:
    """The deadline of a duty that stands for `day` (its occurrence or trigger) and begins at a moment. A duty given
    after its deadline would have passed is due when it is given: late from the first minute, and seen as such."""
    if template.until is Until.LIMIT:
        assert template.limit is not None
        return deadline(begins, template.limit, calendar)
    if template.until is Until.BEFORE:
        ends = day - timedelta(days=template.days_before)
    else:
        ends = last_day(day, template.cycle)
        if template.until is Until.NEXT:
            ends = last_day(ends + timedelta(days=1), template.cycle)
    return max(datetime.combine(ends, LAST_MINUTE, calendar.zone), begins)


def complete(template: Template, *, note: str, photos: int, counts: dict[str, int]) -> None:
    """What the template asks for is there; otherwise RuleBroken naming the field."""
    if template.note and not note.strip():
        raise RuleBroken(_("Say in a few words what was done."), field="note",
                         remedy=_("One sentence is enough: where, what, with which result."))
    if photos < template.photos:
        raise RuleBroken(_("Photos are missing: %(least)d at least.") % {"least": template.photos}, field="photos",
                         remedy=_("Add a picture taken on the spot."))
    for count in template.counts:
        given = counts.get(count.code)
        if given is None or not count.least <= given <= count.most:
            raise RuleBroken(_("%(what)s: between %(least)d and %(most)d.") % {
                "what": count.label, "least": count.least, "most": count.most}, field=count.code,
                remedy=_("Give the number, or refuse the duty with your reason."))


def still_open(status: str) -> None:
    """A duty that is over can't be done again; otherwise InvalidMove says how it ended."""
    if status != "open":
        raise InvalidMove(_("This duty is over already."), remedy=_("The record below shows how it ended."))
