"""When a notice may leave, by which channel, and when it is tried again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from undercity import clock
from undercity.errors import RuleBroken
from undercity.notices.rules import (
    MOST_ATTEMPTS,
    Retry,
    Wishes,
    after_failure,
    channel_at,
    end_of_quiet,
    is_quiet,
    when,
)
from undercity.notices.states import Level
from undercity.notices.terms import SHIPPED, read_terms

RULE = read_terms(SHIPPED)[-1]
DUTIES, ORDERS = RULE.kind("task.visit"), RULE.kind("order.given")
moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda one: one.replace(tzinfo=clock.ZONE))
spans = st.tuples(st.times().map(lambda one: one.replace(microsecond=0)),
                  st.times().map(lambda one: one.replace(microsecond=0)))


@given(moments, spans)
def test_quiet_hours_are_those_between_their_ends_also_over_midnight(at: datetime, quiet: tuple[time, time]) -> None:
    minute_by_minute = at.time()
    inside = (quiet[0] <= minute_by_minute < quiet[1] if quiet[0] <= quiet[1] else
              not quiet[1] <= minute_by_minute < quiet[0])
    assert is_quiet(at, quiet) is inside


@given(moments, spans)
def test_quiet_hours_end_within_a_day_and_are_over_then(at: datetime, quiet: tuple[time, time]) -> None:
    if is_quiet(at, quiet):
        end = end_of_quiet(at, quiet)
        assert timedelta(0) < end - at <= timedelta(days=1)
        assert not is_quiet(end, quiet)


@given(moments, spans, st.sampled_from(Level))
def test_an_order_goes_out_at_any_hour_and_whatever_was_wished(at: datetime, quiet: tuple[time, time],
                                                              level: Level) -> None:
    assert when(level, ORDERS, Wishes(quiet, {"orders"}), at, RULE.overrides_quiet).now
    assert when(Level.URGENT, DUTIES, Wishes(quiet, {"duties"}), at, RULE.overrides_quiet).now


@given(moments, spans)
def test_what_is_not_urgent_waits_for_the_end_of_quiet_hours_or_stays_on_the_page(at: datetime,
                                                                                 quiet: tuple[time, time]) -> None:
    found = when(Level.IMPORTANT, DUTIES, Wishes(quiet), at, RULE.overrides_quiet)
    assert found.now is not is_quiet(at, quiet)
    assert found.until == (end_of_quiet(at, quiet) if is_quiet(at, quiet) else None)
    assert when(Level.IMPORTANT, DUTIES, Wishes(quiet, {"duties"}), at, RULE.overrides_quiet).on_page


def test_no_wishes_are_no_quiet_hours() -> None:
    assert when(Level.ORDINARY, DUTIES, Wishes(), datetime(2026, 7, 18, 3, tzinfo=clock.ZONE), Level.URGENT).now
    assert not is_quiet(datetime(2026, 7, 18, 3, tzinfo=clock.ZONE), (time(3), time(3)))


@given(st.integers(1, 5), st.integers(1, 4), st.booleans())
def test_every_channel_has_its_turn_before_any_has_a_second_round(length: int, tries: int, final: bool) -> None:
    retry, position, turns = Retry(tries, timedelta(seconds=5)), 0, []
    for attempts in range(1, MOST_ATTEMPTS):
        turns.append(channel_at(position, length, tries))
        found = after_failure(attempts=attempts, position=position, length=length, final=final, retry=retry)
        assert found.pause is not None
        following = channel_at(found.position, length, tries)
        assert (found.pause == timedelta(0)) is (following > turns[-1]), "only a fresh channel is tried at once"
        position = found.position
    each = 1 if final and length > 1 else tries
    assert turns[:each * length] == [place for place in range(length) for _ in range(each)][:len(turns)]


@given(st.integers(0, 40), st.integers(1, 5), st.booleans(), st.sampled_from(Level))
def test_after_the_last_claim_it_is_given_up(position: int, length: int, final: bool, level: Level) -> None:
    found = after_failure(attempts=MOST_ATTEMPTS, position=position, length=length, final=final,
                          retry=RULE.retry[level])
    assert found.pause is None


def test_a_single_channel_is_tried_for_two_days_with_doubling_pauses() -> None:
    pauses = [after_failure(attempts=attempts, position=attempts - 1, length=1, final=attempts % 2 == 0,
                            retry=RULE.retry[Level.ORDINARY]).pause for attempts in range(1, MOST_ATTEMPTS)]
    assert pauses[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert timedelta(days=1) < sum((one for one in pauses if one), timedelta(0)) < timedelta(days=3)


def test_the_first_kind_that_fits_counts_and_the_last_takes_the_rest() -> None:
    assert [RULE.kind(code).key for code in ("order.given", "duty.escalated", "task.visit", "case.filed/1", "")] == [
        "orders", "late", "duties", "duties", "duties"]
    assert ORDERS.level is Level.URGENT


@pytest.mark.parametrize("text", ["", "[[terms]]", "terms = 3", "[[terms]]\nvalid_from = 2026-01-01\nkind = []",
                                  SHIPPED.read_text(encoding="utf-8").replace('"urgent"\nmay', '"loud"\nmay')])
def test_a_file_of_terms_that_cannot_be_read_is_refused_with_the_remedy(text: str, tmp_path: Path) -> None:
    file = tmp_path / "terms.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RuleBroken, match=r"terms\.toml"):
        read_terms(file)
