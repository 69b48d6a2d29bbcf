"""The rules of checks and readiness: what a form must have, what fails, when a place is ready; stocks; files."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from undercity.errors import RuleBroken
from undercity.inspections.checklist_rules import CHECKLIST, TOPIC, checked, item_of
from undercity.inspections.rules import Looked, after, changes, complete, counts, fails, standing_at
from undercity.inspections.states import Movement, Said, Standing

START = datetime(2026, 5, 1, tzinfo=UTC)
HOURS = st.integers(0, 24 * 90).map(lambda hours: START + timedelta(hours=hours))


@st.composite
def looked(draw: Any) -> Looked:
    done = draw(HOURS)
    clean = draw(st.one_of(st.none(), st.just(done), st.integers(1, 400).map(lambda h: done + timedelta(hours=h))))
    return Looked(draw(st.sampled_from(["before", "season", "street"])), done, clean,
                  done + timedelta(days=draw(st.integers(1, 50))))


PLACES = st.lists(looked(), max_size=8, unique_by=lambda one: (one.checklist, one.done_at))


# --- readiness ------------------------------------------------------------------------------------------------------

@given(PLACES, HOURS)
def test_the_turns_of_a_place_agree_with_its_standing_at_any_moment(place: list[Looked], at: datetime) -> None:
    turned = [standing for moment, standing in changes(place) if moment <= at]
    assert (turned[-1] if turned else Standing.UNCHECKED) is standing_at(place, at)


@given(PLACES)
def test_a_turn_turns_something(place: list[Looked]) -> None:
    said = [Standing.UNCHECKED, *(standing for _moment, standing in changes(place))]
    assert all(one is not other for one, other in pairwise(said))
    assert [moment for moment, _ in changes(place)] == sorted(moment for moment, _ in changes(place))


@given(st.lists(PLACES, max_size=6), st.lists(HOURS, max_size=6).map(sorted))
def test_the_counts_of_days_are_the_standings_added_up(places: list[list[Looked]], moments: list[datetime]) -> None:
    assert counts(places, moments) == [Counter(standing_at(place, at) for place in places) for at in moments]


@given(PLACES, HOURS, st.randoms())
def test_the_order_in_which_checks_arrive_does_not_matter(place: list[Looked], at: datetime, dice: Any) -> None:
    other = list(place)
    dice.shuffle(other)
    assert standing_at(place, at) is standing_at(other, at)


@given(PLACES, HOURS)
def test_a_clean_check_of_every_list_makes_a_place_ready(place: list[Looked], at: datetime) -> None:
    clean = [Looked(name, at, at, at + timedelta(days=1)) for name in {one.checklist for one in place} | {"season"}]
    assert standing_at([*(one for one in place if one.done_at < at), *clean], at) is Standing.READY


@given(PLACES, HOURS, st.integers(1, 60))
def test_nothing_but_time_never_makes_a_place_ready(place: list[Looked], at: datetime, days: int) -> None:
    told = [one for one in place if one.done_at <= at and (one.clean_at is None or one.clean_at <= at)]
    if standing_at(told, at) is not Standing.READY:
        assert standing_at(told, at + timedelta(days=days)) is not Standing.READY


# --- forms ----------------------------------------------------------------------------------------------------------

def item(**more: Any) -> Any:
    return item_of({"code": "a", "kind": "yes_no", "zh": "甲", "en": "A", "category": "x", **more})


def test_yes_or_no_fails_with_no_only() -> None:
    assert [one for one in Said.values if fails(item(), one)] == ["no"]


@given(st.floats(0, 1000), st.floats(0, 500), st.floats(0, 500))
def test_a_number_fails_beyond_its_limits_only(value: float, low: float, span: float) -> None:
    one = item(kind="number", least=low, most=low + span)
    assert fails(one, value) is not (low <= value <= low + span)


@pytest.mark.parametrize(("rule", "answer", "photos", "wrong"), [
    ("never", "no", 0, False), ("failed", "no", 0, True), ("failed", "no", 1, False), ("failed", "yes", 0, False),
    ("always", "yes", 0, True), ("always", "yes", 1, False), ("always", "none", 0, False)])
def test_the_photo_rule_says_when_a_picture_is_missing(rule: str, answer: str, photos: int, wrong: bool) -> None:
    form = ([item(photo=rule)], {"a": answer}, {}, {"a": photos})
    if wrong:
        with pytest.raises(RuleBroken) as refusal:
            complete(*form)
        assert refusal.value.field == "a-photo"
    else:
        assert complete(*form).results == {"a": answer}


@pytest.mark.parametrize(("items", "answers", "field"), [
    ([item()], {}, "a"), ([item()], {"a": "maybe"}, "a"), ([item()], {"a": "yes", "b": "yes"}, "items"),
    ([item(kind="number")], {"a": -1}, "a"), ([item(kind="number")], {"a": float("nan")}, "a"),
    ([item(kind="number")], {"a": True}, "a"), ([item(kind="number")], {"a": 10 ** 9}, "a"),
    ([item(kind="choice", options=[{"code": "x", "zh": "x", "en": "x"}])], {"a": "y"}, "a"),
    ([item(kind="text")], {}, "a-note")])
def test_what_is_missing_or_wrong_names_its_item(items: Any, answers: Any, field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        complete(items, answers, {}, {})
    assert refusal.value.field == field
    assert refusal.value.remedy


def test_no_word_of_a_text_stands_among_the_results() -> None:
    found = complete([item(kind="text")], {}, {"a": "主出入口内侧"}, {})
    assert found.results == {"a": 6}


# --- stocks ---------------------------------------------------------------------------------------------------------

@given(st.integers(0, 1000), st.sampled_from([one for one in Movement if one is not Movement.MOVED]),
       st.integers(0, 2000))
def test_a_stock_never_falls_below_nothing(count: int, movement: Movement, amount: int) -> None:
    takes = movement in {Movement.OUT, Movement.USED}
    if (amount == 0 and movement is not Movement.COUNTED) or (takes and amount > count):
        with pytest.raises(RuleBroken) as refusal:
            after(count, movement, amount)
        assert refusal.value.field == "amount"
    else:
        left = after(count, movement, amount)
        assert left == {Movement.IN: count + amount, Movement.COUNTED: amount}.get(movement, count - amount)
        assert left >= 0


# --- files ----------------------------------------------------------------------------------------------------------

LIST = {"code": "try", "topic": "flood", "zh": "试", "en": "try", "do_zh": "做", "do_en": "do", "uses": ["mall"],
        "rule": "FREQ=MONTHLY", "cycle": "month", "until": "end_of_period", "holds_days": 30, "source": "test",
        "valid_from": date(2026, 1, 1), "item": [{"code": "a", "kind": "yes_no", "zh": "甲", "en": "A",
                                                  "category": "c"}]}


def judged(**changes: Any) -> Any:
    said = {key: value for key, value in {**LIST, **changes}.items() if value is not None}
    return checked(CHECKLIST, said, file="try.toml", categories=frozenset({"c"}), topics=["flood"])


@pytest.mark.parametrize(("changes", "field"), [
    ({"topic": "fire"}, "topic"), ({"uses": ["castle"]}, "uses"), ({"uses": "mall"}, "uses"), ({"rule": "x"}, "rule"),
    ({"cycle": "moon"}, "cycle"), ({"until": "limit"}, "limit"), ({"holds_days": "9"}, "holds_days"),
    ({"valid_from": "2026"}, "valid_from"), ({"valid_from": datetime(2026, 1, 1)}, "valid_from"),
    ({"code": "不"}, "code"), ({"surplus": 1}, "surplus"), ({"zh": 7}, "zh"), ({"item": None}, "item"),
    ({"item": [LIST["item"][0], LIST["item"][0]]}, "item"),  # type: ignore[index]
    ({"item": [{"code": "a", "kind": "guess", "zh": "a", "en": "a"}]}, "item.kind"),
    ({"item": [{"code": "a", "kind": "yes_no", "zh": "a", "en": "a"}]}, "item.category"),
    ({"item": [{"code": "a", "kind": "yes_no", "zh": "a", "en": "a", "category": "z"}]}, "item.category"),
    ({"item": [{"code": "a", "kind": "number", "zh": "a", "en": "a", "category": "c", "least": 3, "most": 2}]},
     "item.least"),
    ({"item": [{"code": "a", "kind": "choice", "zh": "a", "en": "a", "category": "c"}]}, "item.options"),
    ({"item": ["a"]}, "item.code")])
def test_a_file_at_fault_is_refused_with_its_field_and_a_remedy(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        judged(**changes)
    assert refusal.value.field == field
    assert refusal.value.remedy
    assert "try.toml" in refusal.value.message


def test_a_file_in_order_is_kept_as_it_says() -> None:
    assert judged() == {**LIST, "valid_from": "2026-01-01"}


@given(st.dictionaries(st.sampled_from([*LIST, "limit", "x"]), st.one_of(
    st.none(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2), st.booleans(),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)), max_size=4))
def test_no_file_whatever_it_says_breaks_the_reader(changes: dict[str, Any]) -> None:
    for kind in (TOPIC, CHECKLIST):
        with suppress(RuleBroken):
            checked(kind, {**LIST, **changes}, file="x", categories=frozenset(), topics=["flood"])


def test_the_shipped_files_say_everything_in_both_languages() -> None:
    import tomllib

    from undercity.inspections.actions.checklists import SHIPPED

    for path in SHIPPED:
        for one in tomllib.loads(Path(path).read_text(encoding="utf-8")).get("checklist", ()):
            assert all(row["zh"] and row["en"] and row["zh"] != row["en"] for row in one["item"])
