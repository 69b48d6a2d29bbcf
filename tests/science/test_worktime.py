"""Deadlines: the published vectors, real holidays, and the laws every calendar obeys."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import partial
from timeit import repeat
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from undercity.science.worktime import (
    Calendar,
    Light,
    Limit,
    Unit,
    add_time,
    add_working_time,
    deadline,
    green_for_sure,
    light,
    light_of,
    time_between,
    used_share,
    working_time_between,
)

pytestmark = pytest.mark.once

ZONE = ZoneInfo("Asia/Shanghai")
PLAIN = Calendar(zone=ZONE)
# The notice for October 2025: eight free days, the Sunday before and the Saturday after are worked.
OCTOBER = Calendar(zone=ZONE, exceptions={
    **{date(2025, 10, day): False for day in range(1, 9)}, date(2025, 9, 28): True, date(2025, 10, 11): True})


def at(text: str) -> datetime:
    """A moment in Jinan."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


# --- the vectors ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("start", "value", "unit", "due"), [
    ("2026-05-20 11:00", 4, Unit.WORKING_HOUR, "2026-05-20 17:00"),
    ("2026-05-20 08:00", 1, Unit.WORKING_DAY, "2026-05-20 18:00"),
    ("2026-05-22 17:30", 1, Unit.WORKING_DAY, "2026-05-25 17:30"),
    ("2026-05-22 19:00", 2, Unit.WORKING_HOUR, "2026-05-25 10:00"),
    ("2026-05-22 17:30", 2, Unit.URGENT_HOUR, "2026-05-22 19:30"),
])
def test_the_published_vectors(start: str, value: int, unit: Unit, due: str) -> None:
    assert deadline(at(start), Limit(value, unit), PLAIN) == at(due)


@pytest.mark.parametrize(("start", "value", "unit", "due"), [
    ("2026-05-20 08:00", 4, Unit.WORKING_HOUR, "2026-05-20 12:00"),  # the close of the shift, not the next opening
    ("2026-05-20 12:00", 4, Unit.WORKING_HOUR, "2026-05-20 18:00"),
    ("2026-05-20 13:00", 1, Unit.WORKING_HOUR, "2026-05-20 15:00"),
    ("2026-05-20 00:00", 1, Unit.WORKING_HOUR, "2026-05-20 09:00"),
    ("2026-05-20 18:00", 1, Unit.WORKING_DAY, "2026-05-21 18:00"),
    ("2026-05-20 11:00", 15, Unit.WORKING_DAY, "2026-06-10 11:00"),
    ("2026-05-22 23:50", 15, Unit.MINUTE, "2026-05-23 00:05"),
    ("2026-05-22 17:30", 2, Unit.URGENT_DAY, "2026-05-24 17:30"),
    ("2026-05-22 17:30", 2, Unit.CALENDAR_DAY, "2026-05-24 17:30"),
])
def test_every_unit_in_a_plain_week(start: str, value: int, unit: Unit, due: str) -> None:
    assert deadline(at(start), Limit(value, unit), PLAIN) == at(due)


@pytest.mark.parametrize(("start", "value", "unit", "due"), [
    ("2025-09-26 17:00", 2, Unit.WORKING_HOUR, "2025-09-28 09:00"),  # Friday into the worked Sunday
    ("2025-09-30 17:00", 2, Unit.WORKING_HOUR, "2025-10-09 09:00"),  # over eight free days
    ("2025-10-03 10:00", 1, Unit.WORKING_DAY, "2025-10-09 18:00"),
    ("2025-10-09 08:00", 3, Unit.WORKING_DAY, "2025-10-11 18:00"),  # Thursday, Friday, the worked Saturday
    ("2025-10-11 17:00", 2, Unit.WORKING_HOUR, "2025-10-13 09:00"),
    ("2025-09-30 17:00", 2, Unit.URGENT_HOUR, "2025-09-30 19:00"),
])
def test_holidays_and_swapped_working_days_override_the_weekday(start: str, value: int, unit: Unit, due: str) -> None:
    assert deadline(at(start), Limit(value, unit), OCTOBER) == at(due)


def test_a_day_is_worked_by_its_weekday_unless_the_calendar_says_otherwise() -> None:
    worked = [day for day in range(1, 15) if OCTOBER.is_working(date(2025, 10, day))]
    assert worked == [9, 10, 11, 13, 14]
    assert [day for day in range(1, 15) if PLAIN.is_working(date(2025, 10, day))] == [1, 2, 3, 6, 7, 8, 9, 10, 13, 14]


def test_a_city_sets_its_own_hours() -> None:
    summer = Calendar(zone=ZONE, shifts=((time(9), time(12)), (time(15), time(18))), working_day_hours=6,
                      urgent_day_hours=12)
    assert deadline(at("2026-05-20 09:00"), Limit(1, Unit.WORKING_DAY), summer) == at("2026-05-20 18:00")
    assert deadline(at("2026-05-20 11:00"), Limit(2, Unit.WORKING_HOUR), summer) == at("2026-05-20 16:00")
    assert deadline(at("2026-05-20 09:00"), Limit(1, Unit.URGENT_DAY), summer) == at("2026-05-20 21:00")


def test_a_working_day_longer_than_the_shifts_rolls_on() -> None:
    mornings = Calendar(zone=ZONE, shifts=((time(8), time(12)),))
    assert deadline(at("2026-05-22 08:00"), Limit(1, Unit.WORKING_DAY), mornings) == at("2026-05-25 12:00")


# --- zones ----------------------------------------------------------------------------------------------------------

def test_the_deadline_is_given_in_the_zone_of_the_calendar() -> None:
    due = deadline(datetime(2026, 5, 20, 3, 0, tzinfo=UTC), Limit(4, Unit.WORKING_HOUR), PLAIN)
    assert (due.tzinfo, due.isoformat()) == (ZONE, "2026-05-20T17:00:00+08:00")


def test_an_urgent_hour_is_an_hour_where_clocks_are_changed() -> None:
    berlin = Calendar(zone=ZoneInfo("Europe/Berlin"))
    start = datetime(2026, 3, 29, 1, 30, tzinfo=berlin.zone)
    assert deadline(start, Limit(1, Unit.URGENT_HOUR), berlin).isoformat() == "2026-03-29T03:30:00+02:00"
    assert time_between(start, deadline(start, Limit(24, Unit.URGENT_HOUR), berlin), Unit.URGENT_HOUR,
                        berlin) == timedelta(hours=24)


def test_a_calendar_day_ends_at_the_same_local_time_where_clocks_are_changed() -> None:
    berlin = Calendar(zone=ZoneInfo("Europe/Berlin"))
    noon = datetime(2026, 3, 28, 12, 0, tzinfo=berlin.zone)
    assert deadline(noon, Limit(1, Unit.CALENDAR_DAY), berlin).isoformat() == "2026-03-29T12:00:00+02:00"
    skipped = datetime(2026, 3, 28, 2, 30, tzinfo=berlin.zone)
    assert deadline(skipped, Limit(1, Unit.CALENDAR_DAY), berlin).isoformat() == "2026-03-29T03:30:00+02:00"


# --- what is refused ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("value", [0, -1, 1.5, "4", True, None])
def test_a_limit_is_a_whole_number_above_zero(value: object) -> None:
    with pytest.raises(ValueError, match="whole number of at least 1"):
        Limit(value, Unit.MINUTE)  # type: ignore[arg-type]


def test_a_limit_has_a_unit_of_the_list() -> None:
    with pytest.raises(ValueError, match="working_day"):
        Limit(1, "fortnight")  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", Unit)
def test_a_moment_without_a_zone_is_refused(unit: Unit) -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        deadline(datetime(2026, 5, 20, 8), Limit(1, unit), PLAIN)


@pytest.mark.parametrize("shifts", [
    (), ((time(12), time(8)),), ((time(8), time(8)),), ((time(14), time(18)), (time(8), time(12))),
    ((time(8), time(13)), (time(12), time(18)))])
def test_shifts_must_follow_each_other(shifts: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="shift"):
        Calendar(zone=ZONE, shifts=shifts)


def test_a_day_of_no_hours_is_refused() -> None:
    for working, urgent in ((0, 24), (8, 0)):
        with pytest.raises(ValueError, match="at least one hour"):
            Calendar(zone=ZONE, working_day_hours=working, urgent_day_hours=urgent)


def test_a_calendar_without_working_days_is_refused_and_not_searched_for_ever() -> None:
    first = date(2026, 1, 1)
    closed = Calendar(zone=ZONE, exceptions={first + timedelta(days=n): False for n in range(4000)})
    with pytest.raises(ValueError, match="within ten years of 2026-05-20"):
        deadline(at("2026-05-20 08:00"), Limit(1, Unit.WORKING_HOUR), closed)
    assert deadline(at("2026-05-20 08:00"), Limit(1, Unit.URGENT_HOUR), closed) == at("2026-05-20 09:00")
    assert working_time_between(at("2026-05-20 08:00"), at("2030-05-20 08:00"), closed) == timedelta(0)


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("value", [10**8, 10**30])
def test_a_limit_of_centuries_is_refused(unit: Unit, value: int) -> None:
    with pytest.raises(ValueError, match="within ten years"):
        deadline(at("2026-05-20 08:00"), Limit(value, unit), PLAIN)


@pytest.mark.parametrize("unit", Unit)
def test_the_end_of_the_calendar_is_refused_with_a_reason(unit: Unit) -> None:
    with pytest.raises(ValueError, match="within ten years"):
        deadline(at("9999-12-31 15:00"), Limit(3000, unit), PLAIN)


def test_a_calendar_cannot_be_changed() -> None:
    days = {date(2026, 5, 20): False}
    calendar = Calendar(zone=ZONE, exceptions=days)
    days[date(2026, 5, 21)] = False
    assert calendar.is_working(date(2026, 5, 21))
    with pytest.raises(TypeError):
        calendar.exceptions[date(2026, 5, 21)] = False  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        calendar.zone = ZoneInfo("UTC")  # type: ignore[misc]
    same = Calendar(zone=ZONE, exceptions={date(2026, 5, 20): False})
    assert (calendar == same, hash(calendar) == hash(same), calendar == PLAIN) == (True, True, False)


# --- laws -----------------------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda moment: moment.replace(tzinfo=ZONE))
UNITS = st.sampled_from(Unit)
WORKING = st.sampled_from([Unit.WORKING_HOUR, Unit.WORKING_DAY])
VALUES = st.integers(1, 60)
DAYS = st.dates(date(2024, 12, 1), date(2028, 12, 31))
CALENDARS = st.builds(
    Calendar, zone=st.just(ZONE), exceptions=st.dictionaries(DAYS, st.booleans(), max_size=40),
    shifts=st.sampled_from([PLAIN.shifts, ((time(8, 30), time(17)),), ((time(0), time(6)), (time(7), time(23, 59)))]),
    working_day_hours=st.sampled_from([6, 8]))


def is_open(moment: datetime, calendar: Calendar) -> bool:
    """Does the moment lie in a shift, its opening left out and its close counted in?"""
    return calendar.is_working(moment.date()) and any(a < moment.time() <= b for a, b in calendar.shifts)


@given(MOMENTS, MOMENTS, VALUES, UNITS, CALENDARS)
def test_a_later_start_never_ends_earlier(one: datetime, two: datetime, value: int, unit: Unit,
                                          calendar: Calendar) -> None:
    early, late = sorted((one, two))
    assert deadline(early, Limit(value, unit), calendar) <= deadline(late, Limit(value, unit), calendar)


@given(MOMENTS, VALUES, UNITS, CALENDARS)
def test_a_longer_limit_ends_later(start: datetime, value: int, unit: Unit, calendar: Calendar) -> None:
    due = deadline(start, Limit(value, unit), calendar)
    assert start < due < deadline(start, Limit(value + 1, unit), calendar)


@given(MOMENTS, VALUES, WORKING, CALENDARS)
def test_a_working_deadline_never_lies_in_a_closed_period(start: datetime, value: int, unit: Unit,
                                                          calendar: Calendar) -> None:
    assert is_open(deadline(start, Limit(value, unit), calendar), calendar)


@given(MOMENTS, VALUES, VALUES, UNITS, CALENDARS)
def test_adding_limits_is_adding_times(start: datetime, first: int, second: int, unit: Unit,
                                       calendar: Calendar) -> None:
    halfway = deadline(start, Limit(first, unit), calendar)
    assert deadline(halfway, Limit(second, unit), calendar) == deadline(start, Limit(first + second, unit), calendar)


@given(MOMENTS, VALUES, UNITS, CALENDARS)
def test_the_time_to_the_deadline_is_the_limit(start: datetime, value: int, unit: Unit, calendar: Calendar) -> None:
    limit = Limit(value, unit)
    assert time_between(start, deadline(start, limit, calendar), unit, calendar) == calendar.length(limit)


@given(st.lists(MOMENTS, min_size=3, max_size=3), UNITS, CALENDARS)
def test_time_adds_up_over_any_moment_between(moments: list[datetime], unit: Unit, calendar: Calendar) -> None:
    first, middle, last = sorted(moments)
    assert (time_between(first, middle, unit, calendar) + time_between(middle, last, unit, calendar)
            == time_between(first, last, unit, calendar))
    assert time_between(last, first, unit, calendar) == timedelta(0)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)), UNITS, CALENDARS)
def test_what_was_left_at_a_hold_is_left_when_it_resumes(start: datetime, length: timedelta, unit: Unit,
                                                         calendar: Calendar) -> None:
    due = add_time(start, length, unit, calendar)
    assert time_between(start, due, unit, calendar) == length
    assert (due == start) == (length == timedelta(0))


def test_time_is_not_added_backwards() -> None:
    for unit in Unit:
        with pytest.raises(ValueError, match="forwards"):
            add_time(at("2026-05-20 08:00"), timedelta(microseconds=-1), unit, PLAIN)


MINUTE = timedelta(minutes=1)


def counted(start: datetime, minutes: int, calendar: Calendar) -> datetime:
    """Brute force: walk minute by minute and stop when so many of them were worked."""
    moment = start
    while minutes:
        moment += MINUTE
        minutes -= is_open(moment, calendar)
    return moment


@given(st.datetimes(datetime(2026, 5, 1), datetime(2026, 5, 31)), st.integers(1, 1200),
       st.dictionaries(st.dates(date(2026, 5, 1), date(2026, 6, 10)), st.booleans(), max_size=15))
def test_it_agrees_with_counting_minutes(start: datetime, minutes: int, exceptions: dict[date, bool]) -> None:
    calendar = Calendar(zone=ZONE, exceptions=exceptions)
    begins = start.replace(second=0, microsecond=0, tzinfo=ZONE)
    ends = counted(begins, minutes, calendar)
    assert add_working_time(begins, minutes * MINUTE, calendar) == ends
    assert working_time_between(begins, ends, calendar) == minutes * MINUTE


def test_fifteen_working_days_take_microseconds() -> None:
    first = date(2020, 1, 1)
    crowded = Calendar(zone=ZONE, exceptions={first + timedelta(days=3 * n): n % 2 == 0 for n in range(1500)})
    start, limit = at("2026-05-20 11:00"), Limit(15, Unit.WORKING_DAY)
    for calendar in (PLAIN, crowded):
        # The quickest of several runs, since others use the machine too.
        seconds = min(repeat(partial(deadline, start, limit, calendar), repeat=7, number=500)) / 500
        assert seconds < 50e-6


# --- share and light ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("now", "share", "shown"), [
    ("2026-05-22 13:00", Fraction(0), Light.GREEN),
    ("2026-05-22 16:00", Fraction(0), Light.GREEN),
    ("2026-05-25 09:00", Fraction(3, 10), Light.GREEN),
    ("2026-05-25 16:00", Fraction(8, 10), Light.GREEN),
    ("2026-05-25 16:01", Fraction(481, 600), Light.YELLOW),
    ("2026-05-25 18:00", Fraction(1), Light.YELLOW),
    ("2026-05-25 18:01", Fraction(36_000_000_001, 36_000_000_000), Light.RED),  # late though nobody works
    ("2026-05-26 09:00", Fraction(11, 10), Light.RED),
])
def test_the_light_of_ten_working_hours(now: str, share: Fraction, shown: Light) -> None:
    start, due = at("2026-05-22 16:00"), at("2026-05-25 18:00")
    used = used_share(start, at(now), due, Unit.WORKING_HOUR, PLAIN)
    assert (used, light(used)) == (share, shown)


def test_a_limit_without_time_in_it_is_used_up_and_red_once_due() -> None:
    start, due = at("2026-05-22 19:00"), at("2026-05-23 12:00")
    shares = [used_share(start, at(now), due, Unit.WORKING_DAY, PLAIN)
              for now in ("2026-05-22 20:00", "2026-05-23 13:00")]
    assert [light(share) for share in shares] == [Light.YELLOW, Light.RED]


@given(MOMENTS, VALUES, UNITS, CALENDARS, MOMENTS, MOMENTS)
def test_the_share_grows_and_passes_one_exactly_at_the_deadline(
        start: datetime, value: int, unit: Unit, calendar: Calendar, one: datetime, two: datetime) -> None:
    due = deadline(start, Limit(value, unit), calendar)
    early, late = sorted((one, two))
    shares = [used_share(start, now, due, unit, calendar) for now in (early, late)]
    assert shares[0] <= shares[1]
    assert [share > 1 for share in shares] == [early > due, late > due]
    assert used_share(start, due, due, unit, calendar) == 1
    assert used_share(start, start, due, unit, calendar) == 0


def test_the_thresholds_of_a_light_are_settings() -> None:
    half, all_but = Fraction(1, 2), Fraction(9, 10)
    shown = [light(Fraction(n, 10), yellow_above=half, red_above=all_but) for n in (5, 6, 9, 10)]
    assert shown == [Light.GREEN, Light.YELLOW, Light.YELLOW, Light.RED]
    with pytest.raises(ValueError, match="yellow comes before red"):
        light(half, yellow_above=all_but, red_above=half)


@given(MOMENTS, VALUES, UNITS, CALENDARS, MOMENTS, st.timedeltas(timedelta(-9), timedelta(9)))
def test_the_light_of_a_clock_is_that_of_its_share(
        start: datetime, value: int, unit: Unit, calendar: Calendar, now: datetime, moved: timedelta) -> None:
    due = max(deadline(start, Limit(value, unit), calendar) + moved, start)
    for moment in (now, start, due, due + timedelta(microseconds=1)):
        assert light_of(start, moment, due, unit, calendar) is light(used_share(start, moment, due, unit, calendar))


@given(MOMENTS, MOMENTS, MOMENTS, UNITS, CALENDARS)
def test_what_is_green_for_sure_is_green(one: datetime, two: datetime, three: datetime, unit: Unit,
                                         calendar: Calendar) -> None:
    start, now, due = sorted((one, two, three))
    if any(due > late and start > begun for late, begun in green_for_sure(now, calendar)):
        assert light_of(start, now, due, unit, calendar) is Light.GREEN


def test_half_of_what_is_green_is_green_for_sure() -> None:
    now = at("2026-05-22 16:00")
    clocks = [(now - timedelta(days=days), now + timedelta(days=20 - days)) for days in range(20)]
    green = [light_of(start, now, due, Unit.WORKING_DAY, PLAIN) is Light.GREEN for start, due in clocks]
    sure = [any(due > late and start > begun for late, begun in green_for_sure(now, PLAIN)) for start, due in clocks]
    assert 0.5 <= sure.count(True) / green.count(True) <= 1
