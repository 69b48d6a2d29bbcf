"""The rule of the state: hours, seasons and exceptions against a reading of it minute by minute."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as some

from undercity.clock import ZONE
from undercity.errors import InvalidMove
from undercity.places.seasons.heat import heat_rule, rule_of
from undercity.places.seasons.rules import (
    Exemption,
    HeatRule,
    Span,
    Timetable,
    extension_due,
    hot_days,
    legal,
    longer_due,
    longer_hours,
    opening,
    parsed,
    stretches,
)
from undercity.places.seasons.states import CLOSING, MOVES, Answer, Verb, Why

SEASONAL = "Jun 21-Aug 31 09:30-20:00"
ROUND = "09:00-18:00"
SPAN = Span(date(2026, 6, 21), date(2026, 8, 31), "09:30-20:00")
FIRST = datetime(2026, 7, 1, tzinfo=ZONE)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def rain(starts: str, ends: str | None) -> Exemption:
    return Exemption(Why.RAIN.value, moment(starts), moment(ends) if ends else None)


@pytest.mark.parametrize(("table", "at", "is_open", "changes", "why"), [
    # Without a season a place follows its own hours, whatever the year.
    (Timetable(SEASONAL), "2026-09-01T12:00", False, "2027-06-21T09:30", ""),
    # With one, its days and hours hold, and outside all of them a place of a season is closed.
    (Timetable(SEASONAL, (SPAN,)), "2026-07-18T16:30", True, "2026-07-18T20:00", ""),
    (Timetable(SEASONAL, (SPAN,)), "2026-06-01T12:00", False, "2026-06-21T09:30", "before_season"),
    (Timetable(SEASONAL, (SPAN,)), "2026-09-01T12:00", False, None, "season_over"),
    (Timetable(SEASONAL, (Span(SPAN.opens_on, date(2026, 9, 10), "09:30-20:00"),)), "2026-09-01T12:00", True,
     "2026-09-01T20:00", ""),
    # A place open all year stays open after its season, at its own hours.
    (Timetable(ROUND, (SPAN,)), "2026-09-01T12:00", True, "2026-09-01T18:00", ""),
    (Timetable(ROUND, (SPAN,)), "2026-08-31T19:00", True, "2026-08-31T20:00", ""),
    # Closed for rain: opens when the rain is over and the hours say so.
    (Timetable(ROUND, (), (rain("2026-07-18T16:45", "2026-07-18T17:15"),)), "2026-07-18T16:50", False,
     "2026-07-18T17:15", "rain"),
    (Timetable(ROUND, (), (rain("2026-07-18T16:45", "2026-07-19T07:00"),)), "2026-07-18T16:50", False,
     "2026-07-19T09:00", "rain"),
    (Timetable(ROUND, (), (rain("2026-07-18T16:45", None),)), "2026-07-18T16:50", False, None, "rain"),
    (Timetable(ROUND, (), (rain("2026-07-18T16:45", None),)), "2026-07-18T16:40", True, "2026-07-18T16:45", ""),
    # Of two closings the longer is told; a closing beats longer hours.
    (Timetable(ROUND, (), (rain("2026-07-18T10:00", "2026-07-18T17:00"),
                           Exemption("refit", moment("2026-07-18T00:00"), moment("2026-07-25T00:00")))),
     "2026-07-18T12:00", False, "2026-07-25T09:00", "refit"),
    (Timetable(ROUND, (), (Exemption("heat", moment("2026-07-18T00:00"), moment("2026-07-20T00:00"), "09:00-22:00"),)),
     "2026-07-18T20:00", True, "2026-07-18T22:00", "heat"),
    (Timetable(ROUND, (), (Exemption("heat", moment("2026-07-18T00:00"), moment("2026-07-20T00:00"), "09:00-22:00"),)),
     "2026-07-18T23:00", False, "2026-07-19T09:00", ""),
    # Day and night, no change in sight.
    (Timetable("24/7"), "2026-07-18T03:00", True, None, ""),
    (Timetable("24/7", (), (rain("2026-07-18T02:00", "2026-07-18T04:00"),)), "2026-07-18T03:00", False,
     "2026-07-18T04:00", "rain"),
])
def test_the_state_says_open_or_not_until_when_and_why(table: Timetable, at: str, is_open: bool, changes: str | None,
                                                       why: str) -> None:
    found = opening(table, moment(at))
    assert (found.is_open, found.why) == (is_open, why)
    assert found.changes_at == (moment(changes) if changes else None)


quarters = some.integers(0, 14 * 96).map(lambda nth: FIRST + timedelta(minutes=15 * nth))
hours = some.sampled_from(["09:30-20:00", "24/7", "08:00-12:00,14:00-18:00", "Mo-Fr 09:00-17:00", "18:00-02:00",
                           SEASONAL, "Jul 3-Jul 9 10:00-16:00"])


@some.composite
def exemptions(draw: some.DrawFn) -> Exemption:
    starts = draw(quarters)
    ends = draw(some.one_of(some.none(), some.integers(1, 400).map(lambda n: starts + timedelta(minutes=15 * n))))
    other = draw(some.sampled_from(["", "", "07:00-23:00", "10:00-11:00"]))
    return Exemption(Why.HEAT.value if other else draw(some.sampled_from(CLOSING)).value, starts, ends, other)


@some.composite
def timetables(draw: some.DrawFn) -> Timetable:
    days = sorted(draw(some.lists(some.integers(0, 14), min_size=0, max_size=4, unique=True)))
    spans = tuple(Span(FIRST.date() + timedelta(days=a), FIRST.date() + timedelta(days=b), draw(some.sampled_from(
        ["09:30-20:00", "10:00-22:00"]))) for a, b in zip(days[::2], days[1::2], strict=False))
    return Timetable(draw(hours), spans, tuple(draw(some.lists(exemptions(), max_size=4))))


def open_at(table: Timetable, at: datetime) -> bool:
    """The four sentences of the rule, read at one moment."""
    covering = [one for one in table.exemptions if one.starts <= at and (one.ends is None or at < one.ends)]
    local = at.replace(tzinfo=None)
    if any(not one.hours for one in covering):
        return False
    if covering:
        return bool(parsed(covering[-1].hours).is_open(local))
    for span in table.spans:
        if span.opens_on <= at.date() <= span.closes_on:
            return bool(parsed(span.hours).is_open(local))
    return not (table.spans and table.hours[:3] in {"Jun", "Jul"}) and bool(parsed(table.hours).is_open(local))


@given(timetables(), quarters)
def test_until_is_the_first_moment_at_which_the_rule_says_otherwise(table: Timetable, at: datetime) -> None:
    found = opening(table, at)
    assert found.is_open is open_at(table, at)
    step, limit = at, at + timedelta(days=20)
    while step < limit and open_at(table, step) is found.is_open:
        step += timedelta(minutes=15)
    if step < limit:
        assert found.changes_at == step
    else:
        assert found.changes_at is None or found.changes_at >= limit


@given(timetables())
def test_stretches_are_what_the_state_says_quarter_by_quarter(table: Timetable) -> None:
    until = FIRST + timedelta(days=8)
    told = set()
    for begins, ends in stretches(table, FIRST, until):
        assert begins < ends <= until
        told |= {begins + timedelta(minutes=15 * nth) for nth in range(int((ends - begins).total_seconds() // 900))}
    quarter = [FIRST + timedelta(minutes=15 * nth) for nth in range(8 * 96)]
    assert told == {at for at in quarter if open_at(table, at)}


@pytest.mark.parametrize("stands", Answer)
@pytest.mark.parametrize("verb", Verb)
def test_a_proposal_moves_as_the_table_says_and_nowhere_else(stands: Answer, verb: Verb) -> None:
    expected = {("proposed", "accept"): "accepted", ("proposed", "refuse"): "refused",
                ("proposed", "withdraw"): "withdrawn", ("proposed", "lapse"): "lapsed",
                ("accepted", "undo"): "proposed", ("refused", "undo"): "proposed"}.get((stands.value, verb.value))
    assert MOVES[stands].get(verb) == expected
    if expected is None:
        with pytest.raises(InvalidMove):
            legal(stands, verb)
    else:
        assert legal(stands, verb) == expected


RULE = HeatRule(valid_from=date(2025, 6, 1), at_least=35, days=7, near=10, by=10, longer_at_least=35, longer_days=3,
                longer_until=time(22), longer_for=5, decide={}, source="test")
END = SPAN.closes_on


def hot(until: date, days: int, celsius: float = 36.0) -> dict[date, float]:
    return {until - timedelta(days=nth): celsius for nth in range(days)}


@pytest.mark.parametrize(("today", "days", "celsius", "expected"), [
    (date(2026, 8, 28), 7, 35.0, date(2026, 9, 10)), (date(2026, 8, 28), 6, 36.0, None),
    (date(2026, 8, 28), 7, 34.9, None), (date(2026, 8, 21), 9, 36.0, date(2026, 9, 10)),
    (date(2026, 8, 20), 9, 36.0, None), (date(2026, 8, 31), 7, 36.0, date(2026, 9, 10)),
    (date(2026, 9, 1), 9, 36.0, None)])
def test_an_extension_is_due_when_the_heat_stays_near_the_end(today: date, days: int, celsius: float,
                                                              expected: date | None) -> None:
    assert extension_due(SPAN, hot(today - timedelta(days=1), days, celsius), today, RULE) == expected


def test_longer_hours_are_due_inside_the_season_and_end_with_it() -> None:
    today = date(2026, 7, 18)
    assert longer_due(SPAN, hot(date(2026, 7, 17), 3), today, RULE) == date(2026, 7, 22)
    assert longer_due(SPAN, hot(date(2026, 7, 17), 2), today, RULE) is None
    assert longer_due(SPAN, hot(date(2026, 8, 29), 3), date(2026, 8, 30), RULE) == END
    assert longer_due(SPAN, hot(date(2026, 6, 19), 3), date(2026, 6, 20), RULE) is None


@given(some.dictionaries(some.integers(0, 12).map(lambda nth: END - timedelta(days=nth)), some.floats(20, 45)))
def test_hot_days_are_counted_back_to_the_first_that_was_not_hot_or_not_measured(maxima: dict[date, float]) -> None:
    count = hot_days(maxima, END, 35)
    assert all(maxima[END - timedelta(days=nth)] >= 35 for nth in range(count))
    assert maxima.get(END - timedelta(days=count), 0) < 35


@pytest.mark.parametrize(("given_hours", "longer"), [("09:30-20:00", "09:30-22:00"), ("09:30-22:00", ""),
                                                     ("09:30-23:00", ""), ("09:00-12:00,14:00-18:00", ""),
                                                     ("24/7", "")])
def test_only_one_stretch_of_hours_is_made_longer(given_hours: str, longer: str) -> None:
    assert longer_hours(given_hours, time(22)) == longer


@pytest.mark.django_db
def test_the_rule_in_force_is_the_latest_begun_and_comes_from_its_rows() -> None:
    from undercity.places.models import HeatTerms
    from undercity.places.seasons.heat import read_terms

    shipped = read_terms()[0]
    assert heat_rule(date(2026, 7, 1)) == rule_of(shipped)
    HeatTerms.objects.create(valid_from=date(2025, 6, 1), content=shipped)
    HeatTerms.objects.create(valid_from=date(2026, 8, 1), content={**shipped, "valid_from": "2026-08-01", "days": 5})
    assert [heat_rule(date(2026, month, 1)).days for month in (7, 8)] == [7, 5]
