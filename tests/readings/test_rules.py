"""What is told apart, and when a warning begins and ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies

from undercity.readings.rules import (
    AHEAD_SECONDS,
    OLDEST_SECONDS,
    Fit,
    Known,
    Said,
    Standing,
    Terms,
    is_stale,
    judged,
    moment_of,
    stepped,
    value_of,
)
from undercity.readings.states import Quantity, Reason, Watch

NOW = 1_784_363_400  # 2026-07-18 16:30 +08:00
WARM = Terms(Quantity.TEMPERATURE_IN, least=-300, most=600, warn_low=50, warn_high=280, back=5, for_seconds=1200,
             stale_seconds=1800, category="c", source="s")
DEVICES = {"t-1": Known(7, False, {Quantity.TEMPERATURE_IN: 70, Quantity.OCCUPANCY: 71}),
           "off": Known(8, True, {Quantity.TEMPERATURE_IN: 80})}
GOOD = Said("t-1", "temperature_in", NOW - 60, 21.4)


def verdict(**changes: Any) -> Fit | Reason:
    return judged(replace(GOOD, **changes), devices=DEVICES, terms={Quantity.TEMPERATURE_IN: WARM}, now=NOW)


def test_a_good_reading_is_a_whole_number_of_tenths() -> None:
    assert verdict() == Fit(7, 70, Quantity.TEMPERATURE_IN, NOW - 60, 214, "")


@pytest.mark.parametrize(("changes", "reason"), [
    ({"device": "nobody"}, Reason.UNKNOWN_DEVICE),
    ({"device": None}, Reason.UNKNOWN_DEVICE),
    ({"device": "off"}, Reason.STOPPED_DEVICE),
    ({"quantity": "radiation"}, Reason.UNKNOWN_QUANTITY),
    ({"quantity": "co2"}, Reason.UNKNOWN_QUANTITY),
    ({"value": "warm"}, Reason.BAD_VALUE),
    ({"value": None}, Reason.BAD_VALUE),
    ({"value": True}, Reason.BAD_VALUE),
    ({"value": float("nan")}, Reason.BAD_VALUE),
    ({"value": "1e400"}, Reason.BAD_VALUE),
    ({"value": [21]}, Reason.BAD_VALUE),
    ({"device": "t-\ud800-9"}, Reason.UNKNOWN_DEVICE),
    ({"value": "9" * 400}, Reason.BAD_VALUE),
    ({"at": "9" * 400}, Reason.BAD_TIME),
    ({"at": {"hour": 3}}, Reason.BAD_TIME),
    ({"at": "yesterday"}, Reason.BAD_TIME),
    ({"at": "2026-02-30T10:00"}, Reason.BAD_TIME),
    ({"at": None}, Reason.NO_TIME),
    ({"value": 60.1}, Reason.IMPOSSIBLE),
    ({"value": -31}, Reason.IMPOSSIBLE),
    ({"at": NOW + AHEAD_SECONDS + 1}, Reason.FUTURE),
    ({"at": NOW - OLDEST_SECONDS - 1}, Reason.TOO_OLD),
    ({"key": "k" * 65}, Reason.UNREADABLE),
])
def test_each_kind_of_bad_reading_has_its_own_reason(changes: dict[str, Any], reason: Reason) -> None:
    assert verdict(**changes) is reason


def test_a_reading_without_time_needs_a_key() -> None:
    found = verdict(at=None, key="a-1")
    assert isinstance(found, Fit)
    assert (found.at, found.key) == (NOW, "a-1")


@pytest.mark.parametrize("at", ["2026-07-18T16:29:00+08:00", "2026-07-18T08:29:00Z", "2026-07-18 16:29:00",
                                "2026/07/18 16:29", "２０２６-０７-１８ 16:29", NOW - 60, str(NOW - 60),
                                (NOW - 60) * 1000])
def test_a_moment_is_understood_however_it_is_written(at: Any) -> None:
    assert moment_of(at) == NOW - 60


@pytest.mark.parametrize(("given_value", "stored"), [(21.44, 214), ("２１．４", 214), (" 21.45 ", 214), ("21.46", 215),
                                                     (-0.04, 0), (21, 210)])
def test_a_value_is_rounded_to_its_last_decimal(given_value: Any, stored: int) -> None:
    assert value_of(given_value, Quantity.TEMPERATURE_IN) == stored


@given(strategies.one_of(strategies.none(), strategies.booleans(), strategies.integers(), strategies.floats(),
                         strategies.text(), strategies.lists(strategies.integers())),
       strategies.one_of(strategies.none(), strategies.integers(), strategies.floats(), strategies.text()))
def test_whatever_is_sent_there_is_an_answer(value: Any, at: Any) -> None:
    found = verdict(value=value, at=at)
    assert isinstance(found, Fit | Reason)
    if isinstance(found, Fit):
        assert WARM.least <= found.value <= WARM.most
        assert NOW - OLDEST_SECONDS <= found.at <= NOW + AHEAD_SECONDS


def run(values: list[tuple[int, int]], terms: Terms = WARM) -> list[Watch]:
    """The watch after each (minute, value)."""
    now, found = Standing(Watch.NORMAL, None), []
    for minute, value in values:
        now = stepped(now, minute * 60, value, terms)
        found.append(now.watch)
    return found


H, N, L = Watch.HIGH, Watch.NORMAL, Watch.LOW


def test_a_warning_begins_only_after_its_time() -> None:
    assert run([(0, 281), (10, 290), (20, 285), (30, 285)]) == [N, N, H, H]
    assert run([(0, 281), (10, 279), (20, 285), (39, 285), (40, 285)]) == [N, N, N, N, H]


def test_a_warning_ends_only_well_inside() -> None:
    assert run([(0, 300), (20, 300), (30, 279), (40, 276), (50, 275), (60, 281)]) == [N, H, H, H, N, N]


def test_what_swings_round_the_limit_is_one_event() -> None:
    values = [(minute, 281 + (-1) ** minute * 2) for minute in range(200)]
    watched = run(values, replace(WARM, for_seconds=0))
    assert sum(now is H and before is N for before, now in zip([N, *watched], watched, strict=False)) == 1


def test_from_too_high_straight_to_too_low_is_another_event() -> None:
    assert run([(0, 300), (20, 300), (30, 10), (50, 10)]) == [N, H, N, L]


@given(strategies.lists(strategies.integers(-100, 500), max_size=60))
def test_a_warning_stands_only_while_something_is_outside_or_not_far_enough_back(values: list[int]) -> None:
    for value, watch in zip(values, run(list(enumerate(values)), replace(WARM, for_seconds=0)), strict=True):
        assert (watch is H) >= (value > 280)
        assert (watch is L) >= (value < 50)
        if watch is H:
            assert value > 275
        if watch is L:
            assert value < 55


def test_a_value_is_stale_after_its_time_and_one_never_heard_is_too() -> None:
    assert not is_stale(NOW - 1800, NOW, WARM)
    assert is_stale(NOW - 1801, NOW, WARM)
    assert is_stale(None, NOW, None)


@pytest.mark.parametrize(("quantity", "value", "words"), [
    (Quantity.TEMPERATURE_IN, 214, "21.4 °C"), (Quantity.TEMPERATURE_IN, -5, "-0.5 °C"),
    (Quantity.OCCUPANCY, 120, "120"),
    (Quantity.WATER_LEVEL, 81, "0.81 m"), (Quantity.CO2, 1500, "1500 ppm"), (Quantity.CO2, None, "")])
def test_a_stored_value_is_shown_in_its_unit(quantity: Quantity, value: int | None, words: str) -> None:
    assert quantity.with_unit(value) == words


def test_only_temperature_and_people_may_ever_be_public() -> None:
    assert {one for one in Quantity if not one.is_internal} == {
        Quantity.TEMPERATURE_IN, Quantity.TEMPERATURE_OUT, Quantity.OCCUPANCY}
