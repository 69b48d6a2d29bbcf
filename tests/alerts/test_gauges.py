"""Rules over windows of readings: reached at the threshold, once an episode; over only when clearly below."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as some

from tests.city import City
from undercity import clock
from undercity.alerts.actions.gauges import watch_gauges
from undercity.alerts.models import Episode
from undercity.alerts.queries.gauges import stands
from undercity.alerts.rules import book
from undercity.alerts.rules.windows import Limits, value_at, walked
from undercity.alerts.signals import rule_eased, rule_reached
from undercity.alerts.states import Colour, Hazard, Kind
from undercity.clock import Timeline
from undercity.ledger.models import Entry
from undercity.ledger.replay import replay
from undercity.org.queries import directory
from undercity.places.models import Place
from undercity.readings.actions.devices import register_device
from undercity.readings.actions.taking import take
from undercity.readings.actions.terms import load_terms
from undercity.readings.rules import Said
from undercity.readings.states import Door, Quantity, Result

rain = some.lists(some.tuples(some.integers(1, 1200), some.integers(0, 200)), max_size=60)
limits = some.builds(Limits, how=some.sampled_from(Kind), seconds=some.integers(60, 7200),
                     threshold=some.integers(1, 800), back=some.integers(0, 200))


def placed(steps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Readings one after another."""
    at, points = 1_000_000, []
    for step, value in steps:
        at += step
        points.append((at, value))
    return points


@given(rain, limits)
def test_the_running_window_is_the_window_reckoned_anew(steps: list[tuple[int, int]], held: Limits) -> None:
    points = placed(steps)
    found = walked([], points, held, standing=False)
    if points:
        assert found.value == value_at(points, points[-1][0], held)
    for turn in found.turns:
        assert turn.value == value_at([one for one in points if one[0] <= turn.at], turn.at, held)
        assert turn.value >= held.threshold if turn.reached else turn.value < held.threshold - held.back


@given(rain, limits, some.integers(0, 60))
def test_in_two_parts_it_is_the_same_as_in_one(steps: list[tuple[int, int]], held: Limits, cut: int) -> None:
    points = placed(steps)
    whole = walked([], points, held, standing=False)
    first = walked([], points[:cut], held, standing=False)
    rest = points[cut:]
    before = [one for one in points[:cut] if rest and one[0] > rest[0][0] - held.seconds]
    second = walked(before, rest, held, standing=first.standing)
    assert first.turns + second.turns == whole.turns
    assert second.standing == whole.standing


@given(rain, limits)
def test_turns_alternate_and_more_rain_never_reaches_later(steps: list[tuple[int, int]], held: Limits) -> None:
    points = placed(steps)
    turns = walked([], points, held, standing=False).turns
    assert [one.reached for one in turns] == [n % 2 == 0 for n in range(len(turns))]
    more = walked([], [(at, value + 5) for at, value in points], held, standing=False).turns
    if turns:
        assert more
        assert more[0].at <= turns[0].at


@pytest.mark.parametrize(("hours", "mm", "day", "colour"), [
    (1, 42, "2023-07-01", None), (1, 50, "2023-07-01", Colour.ORANGE), (3, 50, "2023-07-01", Colour.ORANGE),
    (6, 50, "2023-07-01", Colour.YELLOW), (12, 50, "2023-07-01", Colour.BLUE), (12, 49.9, "2023-07-01", None),
    (3, 100, "2023-07-01", Colour.RED), (13, 200, "2023-07-01", None), (3, 60, "2026-07-01", Colour.YELLOW),
    (5, 100, "2026-07-01", Colour.ORANGE)])
def test_which_signal_so_much_rain_would_mean(hours: float, mm: float, day: str, colour: Colour | None) -> None:
    found = book.meant_by(Hazard.RAIN, [(hours, mm)], datetime.fromisoformat(day).date())
    assert (found.colour if found else None) == colour


def test_every_dated_row_has_its_source_and_its_words() -> None:
    for one in book.all_signals():
        assert one.source
        assert len(one.do_zh) == len(one.do_en) > 0
        assert bool(one.window_h) != bool(one.days)
    for rule in book.all_gauge_rules():
        assert rule.source
        assert 0 <= rule.back < rule.threshold
    assert book.terms(datetime(1999, 1, 1).date()).source


@pytest.fixture
def gauge(city: City) -> str:
    """A rain gauge."""
    load_terms()
    register_device(by=None, at=city.at, key="rain-1", place=Place.objects.get(key="cool-foshui"),
                    keeper=directory().by_key["jinan-cad-works"], quantities=[Quantity.RAINFALL], label="雨量站一")
    return "rain-1"


@pytest.fixture
def heard() -> Any:
    """What was announced: (rule, value)."""
    told: list[tuple[str, str, float]] = []

    def reached(sender: Any, rule: Any, value: float, at: Any, body: int, episode: Any, **_: Any) -> None:
        assert directory().cards[body].key == rule.body
        told.append(("reached", rule.code, value))

    def eased(sender: Any, rule: Any, value: float, **_: Any) -> None:
        told.append(("eased", rule.code, value))

    rule_reached.connect(reached)
    rule_eased.connect(eased)
    yield told
    rule_reached.disconnect(reached)
    rule_eased.disconnect(eased)


def rained(gauge: str, city: City, *millimetres: float) -> None:
    """So much every ten minutes from here on."""
    for mm in millimetres:
        at = city.later(minutes=10)
        answers = take([Said(gauge, "rainfall", int(at.timestamp()), mm)], door=Door.HTTP, at=at)
        assert answers[0].result is Result.STORED


def test_forty_millimetres_in_an_hour_are_told_once(city: City, gauge: str, heard: Any) -> None:
    rained(gauge, city, 5, 8, 9, 9)
    assert watch_gauges(city.at) == 0
    rained(gauge, city, 9)
    assert watch_gauges(city.at) == 1
    assert heard == [("reached", "rain-40-1h", 40.0)]
    rained(gauge, city, 9)
    watch_gauges(city.at)
    watch_gauges(city.at)
    assert [one for one in heard if one[1] == "rain-40-1h"] == [("reached", "rain-40-1h", 40.0)]


def test_it_is_over_only_clearly_below_and_reached_again_is_a_new_episode(city: City, gauge: str, heard: Any) -> None:
    rained(gauge, city, 10, 10, 10, 10, 0, 0, 0)
    watch_gauges(city.at)  # 30 mm: not below 30
    assert [what for what, code, _ in heard if code == "rain-40-1h"] == ["reached"]
    rained(gauge, city, 0)
    watch_gauges(city.at)
    rained(gauge, city, 20, 20)
    watch_gauges(city.at)
    assert [what for what, code, _ in heard if code == "rain-40-1h"] == ["reached", "eased", "reached"]
    rows = Episode.objects.filter(rule="rain-40-1h").order_by("began")
    assert [(row.peak, row.ended is None) for row in rows] == [(400, False), (400, True)]
    assert replay().differences == []


def test_a_worker_that_slept_goes_through_all_of_it(city: City, gauge: str, heard: Any) -> None:
    rained(gauge, city, 20, 20, 0, 0, 0, 0, 0, 0, 0)
    watch_gauges(city.at)
    assert [what for what, code, _ in heard if code == "rain-40-1h"] == ["reached", "eased"]
    assert set(Entry.objects.filter(stream_kind="gauge").values_list("verb", flat=True)) == {
        "gauge.reached/1", "gauge.eased/1"}


def test_storms_long_past_are_not_told(city: City, gauge: str, heard: Any) -> None:
    rained(gauge, city, 20, 20, 20)
    city.later(days=3)
    rained(gauge, city, 1)
    watch_gauges(city.at)
    assert heard == []


def test_a_drill_looks_for_itself(city: City, gauge: str, heard: Any) -> None:
    rained(gauge, city, 20, 20)
    watch_gauges(city.at)
    with clock.on(Timeline("drill-1", frozen=city.at)):
        watch_gauges(city.at)
        assert Episode.objects.filter(timeline="drill-1").exists()
    assert len([one for one in heard if one[1] == "rain-40-1h"]) == 2


def test_the_page_shows_the_value_beside_the_threshold(city: City, gauge: str) -> None:
    rained(gauge, city, 20, 2)
    rows = {rule.code: rows for rule, rows in stands(city.at)}
    assert [(row.value, row.percent, row.silent) for row in rows["rain-40-1h"]] == [("22.0 mm", 55, False)]
    assert rows["street-015"] == []
    later = {rule.code: rows for rule, rows in stands(city.at + timedelta(hours=2))}
    assert later["rain-40-1h"][0].silent
