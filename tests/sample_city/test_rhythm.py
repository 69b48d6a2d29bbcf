"""The rhythm of the sample city, as ratios of the pure functions: nothing here depends on luck."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from undercity import clock
from undercity.city import rhythm
from undercity.city.actions.teller import read_problems, read_seasons
from undercity.city.rhythm import Chooser, Problem, Seasons, intensity, moments, pace, weight
from undercity.city.tempers import read_tempers

pytestmark = pytest.mark.once
TUESDAY = date(2026, 5, 12)
DRY = Seasons()


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=clock.ZONE)


def of_day(day: date, seasons: Seasons = DRY) -> float:
    return sum(intensity(at(day, hour), seasons, weekdays) for hour in range(24))


def test_a_weekend_brings_two_thirds_to_four_fifths_of_a_working_day() -> None:
    week = [of_day(date(2026, 5, 11) + timedelta(days=n)) for n in range(7)]
    assert max(week[5:]) < 0.8 * min(week[:5])
    assert min(week[5:]) > 0.6 * max(week[:5])


def test_the_rush_hours_are_ten_times_the_night() -> None:
    hours = [intensity(at(TUESDAY, hour), DRY, weekdays) for hour in range(24)]
    assert max(hours) in (hours[8], hours[9])
    assert sum(hours[8:10]) / 2 > 10 * sum(hours[1:5]) / 4
    assert hours[17] > hours[15] > hours[12]


def test_rain_brings_more_the_more_it_rains_and_a_downpour_the_day_after_too() -> None:
    days = [of_day(TUESDAY, Seasons(rain={TUESDAY: millimetres})) for millimetres in (0, 2, 12, 30, 60)]
    assert days == sorted(days)
    assert days[-1] / days[0] == pytest.approx(2.0)
    after = Seasons(rain={TUESDAY - timedelta(days=1): 40.0})
    assert of_day(TUESDAY, after) / days[0] == pytest.approx(1.3)


def test_the_spring_festival_is_a_lull() -> None:
    lull = Seasons(lull=frozenset({TUESDAY}))
    assert of_day(TUESDAY, lull) / of_day(TUESDAY) == pytest.approx(0.55)


def test_a_swapped_working_saturday_is_no_weekend() -> None:
    saturday = at(date(2026, 5, 9), 10)
    assert intensity(saturday, DRY, lambda day: True) > 1.2 * intensity(saturday, DRY, weekdays)


def problem(code: str) -> Problem:
    return next(one for one in read_problems() if one.code == f"gbt47678-{code}")


@pytest.mark.parametrize(("code", "often", "seldom", "least"), [
    ("matter-09-001", (date(2026, 7, 14), 20), (date(2026, 1, 13), 10), 8),  # street vendors on summer evenings
    ("matter-01-037", (date(2025, 12, 16), 20), (date(2026, 6, 16), 10), 6),  # lamps on winter evenings
    ("matter-08-004", (date(2026, 4, 14), 10), (date(2026, 7, 14), 10), 3),  # dust of building sites in spring
    ("matter-06-012", (date(2025, 11, 18), 10), (date(2026, 5, 12), 10), 2),  # leaves in November
])
def test_a_problem_has_its_season_and_its_hour(code: str, often: tuple[date, int], seldom: tuple[date, int],
                                              least: float) -> None:
    assert weight(problem(code), at(*often), DRY) > least * weight(problem(code), at(*seldom), DRY)


def test_grates_after_rain_ice_after_snow_and_litter_after_fireworks() -> None:
    noon = at(TUESDAY, 12)
    for code, seasons, least in (
            ("matter-01-004", Seasons(rain={TUESDAY: 60.0}), 5), ("matter-01-004",
                                                                 Seasons(rain={TUESDAY - timedelta(days=1): 60.0}), 3),
            ("matter-06-012", Seasons(fireworks=frozenset({TUESDAY})), 3)):
        assert weight(problem(code), noon, seasons) > least * weight(problem(code), noon, DRY)
    winter = date(2026, 1, 6)
    ice = problem("matter-10-001")
    assert weight(ice, at(winter, 8), Seasons(snow=frozenset({winter}))) > 100 * weight(ice, at(winter, 8), DRY)


def test_the_centre_is_slower_at_night_and_in_a_downpour() -> None:
    flood = Seasons(rain={TUESDAY: 60.0})
    assert pace(at(TUESDAY, 12), DRY) == 1.0
    assert pace(at(TUESDAY, 23), DRY) == pace(at(TUESDAY, 3), DRY) == rhythm.NIGHT_PACE > 1.2
    assert pace(at(TUESDAY, 12), flood) == rhythm.FLOOD_PACE
    assert pace(at(TUESDAY, 23), flood) == pytest.approx(rhythm.NIGHT_PACE * rhythm.FLOOD_PACE)


def test_moments_are_as_many_as_asked_ordered_and_before_the_end() -> None:
    until = datetime(2026, 7, 18, 16, 30, tzinfo=clock.ZONE)
    for count in (0, 1, 700):
        found = moments(count, until=until, days=30, seasons=DRY, works=weekdays, dice=random.Random(1))
        assert len(found) == count
        assert found == sorted(found)
        assert all(until - timedelta(days=31) < moment < until for moment in found)
    one, other = (moments(50, until=until, days=30, seasons=DRY, works=weekdays, dice=random.Random(seed))
                  for seed in (1, 2))
    assert one != other
    assert one == moments(50, until=until, days=30, seasons=DRY, works=weekdays, dice=random.Random(1))


def test_problems_are_chosen_as_often_as_they_weigh() -> None:
    first, second = Problem("a", 3.0, ("x",), "litter"), Problem("b", 1.0, ("x",), "litter")
    chooser, dice = Chooser([first, second], DRY), random.Random(4)
    told = Counter(chooser.choose(at(TUESDAY, 12), dice).code for _ in range(4000))
    assert told["a"] / told["b"] == pytest.approx(3.0, rel=0.15)


def test_every_department_and_season_of_the_files_can_be_read() -> None:
    seasons, tempers = read_seasons(), read_tempers()
    assert 600 < sum(seasons.rain.values()) < 1100
    worst = max(tempers.departments.values(), key=lambda one: one.late)
    assert worst.late > 5 * tempers.department("sz-sanitation").late
    learned = tempers.department("sz-lighting")
    assert learned.late_before > 5 * learned.late
    assert tempers.department("nobody") == tempers.departments["default"]
