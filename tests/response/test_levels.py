"""A level is proposed by anybody who may, confirmed by one or two, changed, and stood down in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.response.conftest import Flood, small_plan
from undercity.errors import Conflict, InvalidMove, NotAllowed, NotFound, RuleBroken


def test_a_level_is_proposed_and_waits_for_a_decision(flood: Flood, replayed: Callable[[], None]) -> None:
    row = flood.propose(4)
    assert (row.stage, row.level, row.wanted) == ("proposed", 0, 4)
    from undercity.ledger.models import Duty

    duty = Duty.objects.get(pk=row.duty)
    assert (duty.kind, duty.due_at - flood.at) == ("response.decide", timedelta(minutes=10))
    replayed()


def test_confirming_brings_it_into_force_with_its_orders(flood: Flood, replayed: Callable[[], None]) -> None:
    row = flood.confirmed(4)
    assert (row.stage, row.level, row.wanted, row.number, row.wave, row.issued) == ("active", 4, None, 1, 1, 1)
    from undercity.places.models import Place

    assert len(flood.orders(row)) == 1 + Place.objects.filter(listed=True).count()
    replayed()


def test_raising_gives_what_is_new_and_lowering_takes_it_back(flood: Flood, replayed: Callable[[], None]) -> None:
    from undercity.response.actions.levels import confirm

    row = flood.confirmed(4)
    before = {order.pk for order in flood.orders(row)}
    flood.later(minutes=30)
    row = confirm(flood.propose(3).pk, by=flood.officer, at=flood.at)
    new = [order for order in flood.orders(row) if order.pk not in before]
    assert {order.plan_order for order in new} == {"shut"}
    assert all(order.standing == "issued" for order in flood.orders(row))
    flood.later(minutes=30)
    row = confirm(flood.propose(4).pk, by=flood.officer, at=flood.at)
    standings = {order.plan_order: order.standing for order in flood.orders(row)}
    assert standings == {"watch": "issued", "boards": "issued", "shut": "withdrawn"}
    replayed()


def test_standing_down_withdraws_what_is_open(flood: Flood, replayed: Callable[[], None]) -> None:
    from undercity.response.actions.levels import confirm

    row = flood.confirmed(4)
    row = confirm(flood.propose(0).pk, by=flood.officer, at=flood.at)
    assert (row.stage, row.level) == ("ended", 0)
    assert {order.standing for order in flood.orders(row)} == {"withdrawn"}
    replayed()


def test_a_new_flood_gets_the_next_number(flood: Flood) -> None:
    from undercity.response.actions.levels import confirm

    first = flood.confirmed(4)
    confirm(flood.propose(0).pk, by=flood.officer, at=flood.at)
    second = flood.confirmed(4)
    assert (first.number, second.number) == (1, 3)
    assert first.pk != second.pk


def test_two_persons_confirm_where_the_plan_wants_two(flood: Flood, replayed: Callable[[], None]) -> None:
    from undercity.response.actions.levels import confirm

    flood.later(days=1)
    flood.publish(small_plan(persons=2, fallback=5).replace("2026.1", "2026.2"))
    row = flood.propose(4)
    for words in ({"level": 3, "note": "上游来水"}, {"text": "另一份命令"}, {"note": "x"}):
        with pytest.raises(RuleBroken, match="first of two"):
            confirm(row.pk, by=flood.officer, at=flood.at, **words)
    row = confirm(row.pk, by=flood.officer, at=flood.at)
    assert (row.level, row.seconded_by) == (0, flood.officer.post)
    with pytest.raises(NotAllowed, match="another post"):
        confirm(row.pk, by=flood.officer, at=flood.at)
    row = confirm(row.pk, by=flood.second, at=flood.at)
    assert row.level == 4
    replayed()


def test_without_a_second_one_the_first_holds_when_the_time_is_over(flood: Flood) -> None:
    from undercity.response.actions.levels import confirm, confirm_alone
    from undercity.response.models import Response

    flood.later(days=1)
    flood.publish(small_plan(persons=2, fallback=5).replace("2026.1", "2026.2"))
    row = confirm(flood.propose(4).pk, by=flood.officer, at=flood.at)
    assert confirm_alone(flood.at + timedelta(minutes=4, seconds=59)) == 0
    assert confirm_alone(flood.at + timedelta(minutes=5)) == 1
    assert confirm_alone(flood.at + timedelta(minutes=6)) == 0
    row = Response.objects.get(pk=row.pk)
    assert (row.level, row.confirmed_by) == (4, flood.officer.post)
    assert flood.orders(row)


def test_declining_needs_a_reason_and_leaves_the_level(flood: Flood) -> None:
    from undercity.response.actions.levels import decline

    row = flood.propose(4)
    with pytest.raises(RuleBroken, match="reason"):
        decline(row.pk, by=flood.officer, at=flood.at, note=" ")
    row = decline(row.pk, by=flood.officer, at=flood.at, note="雨势减弱")
    assert (row.stage, row.level) == ("declined", 0)


def test_whoever_may_not_is_refused(flood: Flood) -> None:
    from undercity.response.actions.levels import confirm

    keeper = flood.city.post("keeper")
    with pytest.raises(NotAllowed):
        flood.propose(4, by=keeper)
    row = flood.propose(4)
    with pytest.raises(NotAllowed):
        confirm(row.pk, by=keeper, at=flood.at)


def test_another_level_than_proposed_needs_a_reason(flood: Flood) -> None:
    from undercity.response.actions.levels import confirm

    row = flood.propose(4)
    with pytest.raises(RuleBroken, match="reason"):
        confirm(row.pk, by=flood.officer, at=flood.at, level=3)
    assert confirm(row.pk, by=flood.officer, at=flood.at, level=3, note="上游来水").level == 3


def test_who_was_overtaken_is_told_what_changed(flood: Flood) -> None:
    from undercity.response.actions.levels import confirm

    row = flood.propose(4)
    confirm(row.pk, by=flood.officer, at=flood.at, seen=row.version)
    with pytest.raises(Conflict) as told:
        confirm(row.pk, by=flood.second, at=flood.at, seen=row.version)
    assert told.value.details["changes"]


def test_a_machine_raises_and_never_lowers_while_the_warning_holds(flood: Flood) -> None:
    from undercity.org.powers import THE_SYSTEM

    row = flood.propose(3, by=THE_SYSTEM, basis="warning", basis_id="w1", note="")
    assert row.wanted == 3
    assert flood.propose(4, by=THE_SYSTEM, basis="warning", basis_id="w2", note="") is None
    assert flood.propose(3, by=THE_SYSTEM, basis="warning", basis_id="w1", note="") is None
    assert flood.propose(1, by=THE_SYSTEM, basis="warning", basis_id="w3", note="").wanted == 1


def test_a_person_is_told_why_a_proposal_changes_nothing(flood: Flood) -> None:
    flood.confirmed(4)
    with pytest.raises(InvalidMove, match="in force already"):
        flood.propose(4)


def test_a_body_without_a_plan_has_no_levels(flood: Flood) -> None:
    from undercity.org.queries import directory
    from undercity.response.actions.levels import propose_level

    with pytest.raises(NotFound, match="no emergency plan"):
        propose_level(directory().by_key["shizhong"], 4, by=flood.officer, at=flood.at, basis="received", note="x")


def test_a_level_the_plan_does_not_have_is_refused(flood: Flood) -> None:
    with pytest.raises(RuleBroken, match="no such level"):
        flood.propose(2)


def test_a_timeline_is_found_by_its_name_with_its_own_clock(flood: Flood) -> None:
    from undercity import clock
    from undercity.response.models import Drill
    from undercity.response.timelines import timeline_of

    drill = Drill.objects.create(name="drill-ahead", body_id=flood.body, title="x", made_by=flood.officer.post,
                                 made_at=flood.at, ahead_minutes=90)
    with clock.standing_at(flood.at):
        assert clock.named(drill.name) == timeline_of(drill)
        with clock.on(clock.named(drill.name)):
            assert (clock.timeline(), clock.now()) == ("drill-ahead", flood.at + timedelta(minutes=90))
        # What nobody keeps any more runs with the city's clock, under its own name.
        with clock.on(clock.named("drill-gone")):
            assert (clock.timeline(), clock.now()) == ("drill-gone", flood.at)
        assert clock.named(clock.REAL) == clock.city()


def test_a_late_decision_is_marked_and_a_newer_proposal_is_not(flood: Flood) -> None:
    from undercity.response.actions.levels import confirm
    from undercity.response.queries.standing import history_of

    flood.propose(4)
    flood.later(hours=1)
    row = flood.propose(3)
    assert [step.late for step in history_of(row)] == [False, False]
    row = confirm(row.pk, by=flood.officer, at=flood.later(hours=1))
    assert [step.what for step in history_of(row) if step.late] == ["Response level in force"]
