"""When a duty of a template arises, for which period, until when, and what must be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from undercity.clock import ZONE
from undercity.errors import InvalidMove, RuleBroken
from undercity.ledger.rules import (
    Count,
    Cycle,
    Template,
    Until,
    complete,
    due_of,
    last_day,
    occurrences,
    period_of,
    start_of,
    still_open,
)
from undercity.org.states import Role
from undercity.science.worktime import Calendar, Limit, Unit

CALENDAR = Calendar(zone=ZONE, exceptions={date(2026, 5, 1): False, date(2026, 5, 4): False, date(2026, 5, 5): False})
VISIT = Template(
    code="visit", zh="大走访", en="Visit", do_zh="", do_en="", row="A5", roles=(Role.LEADER,), posts=(), bodies=(),
    rule="FREQ=MONTHLY;BYMONTHDAY=1", trigger="", cycle=Cycle.MONTH, next_working_day=True, until=Until.END, limit=None,
    days_before=0, note=True, photos=1, counts=(Count("days", "天数", "days", 1, 2),), again_after=timedelta(hours=24),
    public=False, source="test", valid_from=date(2025, 1, 1), valid_to=None)
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


@pytest.mark.parametrize(("cycle", "period", "last"), [
    (Cycle.DAY, "2026-07-18", date(2026, 7, 18)), (Cycle.WEEK, "2026-W29", date(2026, 7, 19)),
    (Cycle.MONTH, "2026-07", date(2026, 7, 31)), (Cycle.QUARTER, "2026-Q3", date(2026, 9, 30)),
    (Cycle.YEAR, "2026", date(2026, 12, 31))])
def test_a_day_lies_in_its_period(cycle: Cycle, period: str, last: date) -> None:
    assert period_of(date(2026, 7, 18), cycle) == period
    assert last_day(date(2026, 7, 18), cycle) == last


@given(DAYS, st.sampled_from(list(Cycle)))
def test_the_last_day_lies_in_the_same_period_and_the_day_after_does_not(day: date, cycle: Cycle) -> None:
    last = last_day(day, cycle)
    assert last >= day
    assert period_of(last, cycle) == period_of(day, cycle)
    assert period_of(last + timedelta(days=1), cycle) != period_of(day, cycle)


def test_a_duty_begins_on_the_next_working_day_when_its_day_is_free() -> None:
    assert start_of(date(2026, 5, 1), VISIT, CALENDAR) == at(date(2026, 5, 6), 8)
    assert start_of(date(2026, 5, 1), replace(VISIT, next_working_day=False), CALENDAR) == at(date(2026, 5, 1), 8)


def test_a_rule_gives_its_days_within_the_templates_life_only() -> None:
    assert occurrences(VISIT, date(2026, 5, 1), date(2026, 7, 18)) == [
        date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)]
    ended = replace(VISIT, valid_to=date(2026, 6, 1))
    assert occurrences(ended, date(2026, 5, 1), date(2026, 7, 18)) == [date(2026, 5, 1)]
    assert occurrences(replace(VISIT, rule="", trigger="day"), date(2026, 5, 1), date(2026, 7, 18)) == []


@pytest.mark.parametrize(("until", "due"), [
    (Until.END, at(date(2026, 7, 31), 23, 59)), (Until.NEXT, at(date(2026, 8, 31), 23, 59)),
    (Until.BEFORE, at(date(2026, 7, 19), 23, 59)), (Until.LIMIT, at(date(2026, 7, 15), 8))])
def test_a_deadline_follows_its_rule(until: Until, due: datetime) -> None:
    template = replace(VISIT, until=until, days_before=1, limit=Limit(2, Unit.WORKING_DAY))
    begins = at(date(2026, 7, 13), 8)
    # Two working days from Monday 08:00 end when work ends on Tuesday.
    expected = at(date(2026, 7, 14), 18) if until is Until.LIMIT else due
    assert due_of(date(2026, 7, 20), begins, template, CALENDAR) == expected


@given(DAYS, st.integers(0, 400), st.sampled_from([Until.END, Until.NEXT, Until.BEFORE]), st.sampled_from(list(Cycle)))
def test_no_duty_is_due_before_it_begins(day: date, later: int, until: Until, cycle: Cycle) -> None:
    begins = at(day + timedelta(days=later), 9)
    assert due_of(day, begins, replace(VISIT, until=until, cycle=cycle), CALENDAR) >= begins


def test_what_the_template_asks_for_must_come() -> None:
    complete(VISIT, note="走访大观园环卫所", photos=1, counts={"days": 2})
    for field, said in (("note", {"note": " "}), ("photos", {"photos": 0}), ("days", {"counts": {}}),
                        ("days", {"counts": {"days": 3}})):
        with pytest.raises(RuleBroken) as broken:
            complete(VISIT, **{"note": "x", "photos": 1, "counts": {"days": 1}, **said})
        assert broken.value.field == field
        assert broken.value.remedy


def test_a_duty_that_is_over_stays_over() -> None:
    still_open("open")
    for status in ("done", "refused", "excused"):
        with pytest.raises(InvalidMove):
            still_open(status)
