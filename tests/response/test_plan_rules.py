"""What follows from a plan: orders at a level, changes of level, dependencies, dry runs, the text of a command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from undercity.response.plans.rules import (
    Holders,
    Named,
    PlaceCard,
    PlanContent,
    PostCard,
    change,
    check,
    compare,
    difference,
    dry_run,
    expand,
    may_publish,
    order_text,
    triggered,
)
from undercity.response.plans.rules.texts import act_of, number_in_chinese
from undercity.response.plans.states import LEVELS, MOVES, Condition, Stage, Verb

HOLDERS = Holders(
    bodies={"city": 1, "east": 2, "firm": 3}, paths={1: "city/", 2: "city/east/", 3: "city/firm/"},
    posts=(PostCard(1, "mayor", 1, "leader", 11), PostCard(2, "east-leader", 2, "leader", 12),
           PostCard(3, "east-squad-1", 2, "squad_member", 13), PostCard(4, "east-squad-2", 2, "squad_member", None),
           PostCard(5, "keeper-a", 3, "keeper", 15), PostCard(6, "keeper-b", 3, "keeper", 16, superior=2)),
    places=(PlaceCard(21, "hall", "大厅", "Hall", "mall", True, 2, 5, 3),
            PlaceCard(22, "park", "车库", "Car park", "parking", False, 2, 6, 3),
            PlaceCard(23, "orphan", "无人", "Orphan", "parking", True, 1)))
LEVEL = st.sampled_from([None, *LEVELS])


def order(**more: Any) -> dict[str, Any]:
    return {"key": "a", "level": 4, "verb": "patrol", "to": {"post": "mayor"}, "zh": "巡查", "en": "Patrol", **more}


def plan(*orders: dict[str, Any], **more: Any) -> PlanContent:
    return PlanContent.model_validate({
        "plan": {"code": "p", "zh": "预案", "en": "Plan", "body": "east", "version": "1", "valid_from": "2026-06-01",
                 "source": "虚构"},
        "level": [{"level": level, "zh": f"{level}级", "en": f"Level {level}"} for level in LEVELS],
        "numbering": {"pattern": "甲〔{year}〕第{number}号"}, "order": list(orders), **more})


@st.composite
def plans(draw: Any) -> PlanContent:
    """Plans of up to eight orders with every kind of addressee and target, waiting only for orders before them."""
    rows = []
    for nth in range(draw(st.integers(1, 8))):
        level = draw(st.sampled_from(LEVELS))
        until = draw(st.sampled_from([None, *(one for one in LEVELS if one <= level)]))
        to, at = draw(st.sampled_from([
            ({"post": "mayor"}, None), ({"role": "squad_member", "body": "east", "each": True}, None),
            ({"role": "squad_member", "under": "city"}, {"areas": ["east"]}), ({"keeper": True}, {"all": True}),
            ({"keeper": True}, {"uses": ["parking"]}), ({"post": "nobody"}, None), ({"team": "none"}, None)]))
        after = draw(st.lists(st.sampled_from([f"o{one}" for one in range(nth)]), unique=True)) if nth else []
        rows.append(order(key=f"o{nth}", level=level, until=until, to=to, at=at, after=after))
    return plan(*rows)


@given(plans(), LEVEL)
def test_every_order_that_holds_is_given_for_every_place_and_post_and_none_twice(content: PlanContent,
                                                                               level: int | None) -> None:
    drafts = expand(content, level, HOLDERS)
    keys = [draft.key for draft in drafts]
    assert len(keys) == len(set(keys))
    expected = set()
    for one in content.orders:
        if level is None or not (one.until or 1) <= level <= (one.level or 0):
            continue
        places = [None] if one.at is None else [
            place for place in HOLDERS.places if one.at.all or place.use in one.at.uses
            or (one.at.areas and place.territory == 2)]
        for place in places:
            posts = {True: [place and place.keeper]}.get(one.to.keeper) or {
                "mayor": [1], "nobody": [None]}.get(one.to.post or "") or (
                [None] if one.to.team else [3, 4] if one.to.each else [3])
            expected |= {(one.key, place.id if place else None, post) for post in posts}
    assert {(draft.order, draft.place, draft.post) for draft in drafts} == expected


@given(plans(), LEVEL, LEVEL)
def test_going_up_and_coming_down_are_each_others_reverse(content: PlanContent, low: int | None,
                                                          high: int | None) -> None:
    up, down = difference(content, low, high), difference(content, high, low)
    assert (up.begins, up.ends) == (down.ends, down.begins)
    change_up, change_down = change(content, low, high, HOLDERS), change(content, high, low, HOLDERS)
    assert {one.key for one in change_up.begins} == {one.key for one in change_down.ends}
    standing = {one.key for one in expand(content, low, HOLDERS)}
    after = standing - {one.key for one in change_up.ends} | {one.key for one in change_up.begins}
    assert after == {one.key for one in expand(content, high, HOLDERS)}


@given(plans(), LEVEL)
def test_what_comes_before_is_an_order_that_is_given_too(content: PlanContent, level: int | None) -> None:
    drafts = expand(content, level, HOLDERS)
    keys = {draft.key for draft in drafts}
    assert all(set(draft.after) <= keys - {draft.key} for draft in drafts)


def test_a_place_is_reached_at_the_soonest_time_that_fits_and_unknown_ones_at_none() -> None:
    content = plan(order(key="here", to={"keeper": True}, at={"all": True}), order(key="nowhere"), reached=[
        {"key": "cars", "at": {"uses": ["parking"]}, "minutes": 40, "source": "虚构"},
        {"key": "low", "at": {"places": ["park"]}, "minutes": 15, "source": "虚构"}])
    assert {draft.place: draft.water_minutes for draft in expand(content, 4, HOLDERS)} == {
        21: None, 22: 15, 23: 40, None: None}


def test_what_is_said_of_the_water_names_places_that_exist_once() -> None:
    rows = [{"key": "x", "at": {"places": ["no-such"]}, "minutes": 5, "source": "s"}] * 2
    found = [(one.severity, one.where) for one in check(plan(order(), reached=rows), HOLDERS)
             if one.where.startswith("reached")]
    assert ("error", "reached x · at") in found
    assert ("error", "reached 2") in found
    changed = compare(plan(order(), reached=rows[:1]), plan(order()))
    assert [one.word for one in changed.head] == ["reached · x"]


def test_work_at_a_place_waits_for_that_place_only_and_a_report_for_all() -> None:
    content = plan(order(key="close", to={"keeper": True}, at={"all": True}),
                   order(key="empty", to={"keeper": True}, at={"uses": ["parking"]}, after=["close"]),
                   order(key="report", after=["empty"]))
    drafts = {draft.key: draft for draft in expand(content, 4, HOLDERS)}
    assert drafts["empty/park/keeper-b"].after == ("close/park/keeper-b",)
    assert set(drafts["report/-/mayor"].after) == {"empty/park/keeper-b", "empty/orphan/-"}


def test_a_silent_post_goes_to_the_one_above_step_by_step() -> None:
    content = plan(order(to={"keeper": True}, at={"places": ["hall", "park"]}, escalation=[
        {"to": {"superior": True}, "after": 5}, {"to": {"superior": True}, "after": 9},
        {"to": {"post": "east-leader"}, "after": 12}]))
    drafts = {draft.place: draft for draft in expand(content, 4, HOLDERS)}
    # No leader sits in the firm, so the mayor is next; nobody stands above him.
    assert drafts[21].escalation == ((1, 5), (2, 12))
    assert drafts[22].escalation == ((2, 5), (1, 9), (2, 12))


def test_an_order_that_names_nobody_falls_to_the_plans_own_body() -> None:
    draft, = expand(plan(order(to={"post": "nobody"})), 4, HOLDERS)
    assert (draft.post, draft.appointment, draft.body) == (None, None, 2)


def test_names_of_places_stand_in_the_text_and_only_places_close() -> None:
    draft, = expand(plan(order(to={"keeper": True}, at={"places": ["hall"]}, closes=True, zh="关闭{place}",
                               en="Close {place}", stand_down_zh="开放{place}")), 4, HOLDERS)
    assert (draft.zh, draft.en, draft.stand_down_zh, draft.closes_place) == ("关闭大厅", "Close Hall", "开放大厅", True)


def test_a_condition_brings_its_orders_where_it_is_met() -> None:
    content = plan(order(), order(key="notice", level=None, when="place_closed", to={"keeper": True}),
                   order(key="listed", level=None, when="place_closed", to={"keeper": True}, at={"listed": True}))
    keys = [one.key for one in triggered(content, Condition.PLACE_CLOSED, [22, 21, 21], HOLDERS)]
    assert keys == ["notice/hall/keeper-a", "notice/park/keeper-b", "listed/hall/keeper-a"]
    assert all(one.order == "a" for one in expand(content, 1, HOLDERS))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_a_circle_of_orders_is_found_exactly_when_there_is_one(edges: list[tuple[int, int]]) -> None:
    content = plan(*(order(key=f"o{nth}", after=sorted({f"o{there}" for here, there in edges if here == nth}))
                     for nth in range(6)))
    reach = {nth: {there for here, there in edges if here == nth} for nth in range(6)}
    for _round in range(6):
        reach = {nth: direct | {far for near in direct for far in reach[near]} for nth, direct in reach.items()}
    found = [one for one in check(content, HOLDERS) if "wait for one another" in one.message
             or "互相等待" in one.message]
    assert bool(found) == any(nth in far for nth, far in reach.items())
    assert may_publish(check(content, HOLDERS)) == (not found)


@pytest.mark.parametrize(("orders", "severity", "where"), [
    ([order(to={"post": "gone"})], "error", "order a · to"),
    ([order(to={"role": "leader", "body": "gone"})], "error", "order a · to"),
    ([order(to={"role": "king", "body": "east"})], "error", "order a · to"),
    ([order(to={"role": "inspector", "body": "east"})], "error", "order a · to"),
    ([order(at={"places": ["gone"]})], "error", "order a · at"),
    ([order(at={"areas": ["gone"]})], "error", "order a · at"),
    ([order(at={"uses": ["castle"]})], "error", "order a · at"),
    ([order(after=["gone"])], "error", "order a · after"),
    ([order(), order()], "error", "order 2"),
    ([order(done=60), order(key="b", done=30, after=["a"])], "error", "order b · after"),
    ([order(escalation=[{"to": {"post": "gone"}, "after": 5}])], "error", "order a · escalation"),
    ([order(level=2), order(key="b", after=["a"])], "warning", "order b · after"),
    ([order(answer=30, done=20)], "warning", "order a · answer"),
    ([order(done=20, escalation=[{"to": {"post": "mayor"}, "after": 20}])], "warning", "order a · escalation"),
    ([order(to={"keeper": True}, at={"places": ["orphan"]})], "warning", "order a · at"),
    ([order(to={"role": "squad_member", "body": "east", "each": True})], "warning", "order a · to"),
    ([order(at={"uses": ["store"]})], "warning", "order a · at"),
])
def test_what_is_wrong_with_a_plan_is_said_with_its_place(orders: list[Any], severity: str, where: str) -> None:
    found = [one for one in check(plan(*orders), HOLDERS) if one.where == where]
    assert found
    assert found[0].severity == severity
    assert found[0].remedy
    assert may_publish(check(plan(*orders), HOLDERS)) == (severity == "warning")


def test_a_level_the_plan_does_not_have_and_one_without_orders_are_told() -> None:
    content = plan(order(level=2), level=[{"level": 4, "zh": "四级", "en": "IV"}])
    found = {(one.severity, one.where) for one in check(content, HOLDERS)}
    assert {("error", "order 1 · level"), ("warning", "level 1")} <= found


def test_the_dry_run_counts_who_is_called_and_what_is_in_the_way() -> None:
    content = plan(order(key="a", to={"role": "squad_member", "body": "east", "each": True}, done=30),
                   order(key="b", done=30, after=["a"]), order(key="c", to={"post": "nobody"}),
                   order(key="d", to={"keeper": True}, at={"places": ["hall", "park"]}, closes=True, done=30))
    run = dry_run(expand(content, 4, HOLDERS), {11, 15}, lambda draft: None if not (
        draft.post and draft.place) else 30.0 if draft.place == 22 else 5.0)
    assert (len(run.orders), run.posts, run.messages, run.places, run.closing) == (6, 5, 2, 2, 2)
    assert (run.vacant, run.unreachable, run.unnamed) == ((4,), (3, 6), 1)
    # One has no minute left after the order before it, the other none after the way there.
    assert [one.draft.key for one in run.late] == ["b/-/mayor", "d/park/keeper-b"]
    assert dry_run([], set()).last_minute == 0


def test_a_comparison_tells_orders_added_removed_and_changed() -> None:
    was = plan(order(), order(key="b"), order(key="c"))
    now = plan(order(), order(key="b", done=45), order(key="d"), confirm={"persons": 2, "fallback": 5})
    found = compare(was, now)
    assert ([one.key for one in found.added], [one.key for one in found.removed]) == (["d"], ["c"])
    assert [(one.now.key, [(f.word, f.was, f.now) for f in one.fields]) for one in found.changed] == [
        ("b", [("done", "", "45")])]
    assert {one.word for one in found.head} == {"confirm · persons", "confirm · fallback"}
    assert compare(was, was).is_empty


@pytest.mark.parametrize(("was", "now", "act", "zh"), [
    (None, 4, "start", "关于启动东区防汛4级的命令"), (4, 3, "raise", "关于将东区防汛应急响应提升为3级的命令"),
    (2, 4, "lower", "关于将东区防汛应急响应调整为4级的命令"), (4, None, "end", "关于终止东区防汛应急响应的命令")])
def test_the_text_of_a_command_follows_from_the_change(was: int | None, now: int | None, act: str, zh: str) -> None:
    content = plan(order(), order(key="b", level=3, zh="关闭{place}。", en="Close {place}.", done=30,
                                  to={"keeper": True}, at={"all": True}))
    text = order_text(content, was=was, now=now, number=6, at=datetime(2026, 7, 18, 8, 30, tzinfo=UTC),
                      basis=Named("暴雨黄色预警", "a yellow warning"), issuer=Named("指挥部", "Command"),
                      area=Named("东区", "East"), addressees=[Named("中队", "Squad")])
    assert (text.act, text.title.zh, text.number) == (act, zh, "甲〔2026〕第6号")
    assert text.zh.splitlines()[2] == "中队："
    assert "7月18日16时30分" in text.zh
    assert "16:30" in text.en
    if act == "raise":
        assert text.paragraphs[1].zh == "一、关闭各有关工程，30分钟内完成。"


def test_a_command_that_changes_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="does not change"):
        act_of(3, 3)


def test_numbers_in_chinese() -> None:
    assert [number_in_chinese(one) for one in (1, 10, 12, 20, 45)] == ["一", "十", "十二", "二十", "四十五"]


def test_warnings_and_gauges_bring_the_gravest_level_that_fits() -> None:
    content = plan(order(), warning=[{"hazard": "rain", "colour": "blue", "level": 4, "source": "s"}],
                   gauge=[{"key": "a", "quantity": "rain", "window": 60, "at_least": 40, "unit": "mm", "level": 3,
                           "source": "s"},
                          {"key": "b", "quantity": "rain", "window": 60, "at_least": 80, "unit": "mm", "level": 1,
                           "source": "s"}])
    assert (content.level_of_warning("rain", "blue"), content.level_of_warning("rain", "red")) == (4, None)
    assert [content.level_of_reading("rain", value, window=60) for value in (39, 40, 90)] == [None, 3, 1]
    assert content.level_of_reading("rain", 90, window=180) is None


def test_ten_thousand_orders_have_ten_thousand_keys() -> None:
    places = tuple(replace(HOLDERS.places[0], id=nth, key=f"p{nth}", keeper=5 + nth % 2) for nth in range(5000))
    content = plan(order(to={"keeper": True}, at={"all": True}),
                   order(key="b", to={"keeper": True}, at={"all": True}, after=["a"]))
    drafts = expand(content, 4, replace(HOLDERS, places=places))
    assert len({draft.key for draft in drafts}) == len(drafts) == 10_000
    assert all(len(draft.after) == 1 for draft in drafts[5000:])


def test_versions_move_only_from_draft_to_published_to_withdrawn() -> None:
    legal = {(stage, verb): after for stage, moves in MOVES.items() for verb, after in moves.items()}
    assert legal == {(Stage.DRAFT, Verb.PUBLISH): Stage.PUBLISHED, (Stage.DRAFT, Verb.WITHDRAW): Stage.WITHDRAWN,
                     (Stage.PUBLISHED, Verb.WITHDRAW): Stage.WITHDRAWN}
