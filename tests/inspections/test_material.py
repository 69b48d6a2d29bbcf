"""The register of material: each movement an entry, never below nothing, what expires a duty, what lies near."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.city import City
from tests.inspections.conftest import a_place, at, by_key, replayed
from undercity.errors import Conflict, InvalidMove, NotAllowed, NotFound, RuleBroken
from undercity.inspections.actions.material import move_stock, note_test, register_stock, remind_due, write_off
from undercity.inspections.models import Material
from undercity.inspections.queries import material_near
from undercity.inspections.queries.material import book_of
from undercity.inspections.states import Gear, Movement
from undercity.ledger.models import Duty, Entry


def stock(place: Any = None, **more: Any) -> Any:
    who = by_key("keeper-1")
    return register_stock(**{"by": who, "at": at(7, 1), "gear": Gear.PUMP, "name": "移动泵（虚构）", "unit": "台",
                             "count": 3, "body": who.body, "place": place.pk if place else None, **more})


def moved(row: Any, movement: Movement, amount: int = 0, **more: Any) -> Any:
    return move_stock(row.pk, **{"by": by_key("keeper-1"), "at": at(7, 2), "movement": movement, "amount": amount,
                                 **more})


def test_every_movement_is_an_entry_and_the_count_follows(place: Any) -> None:
    row = stock(place)
    assert [moved(row, *step).count for step in ((Movement.OUT, 2), (Movement.IN, 5), (Movement.USED, 1),
                                                 (Movement.COUNTED, 4))] == [1, 6, 5, 4]
    assert moved(row, Movement.MOVED, place=None).place_id is None
    assert [one.count for one in book_of(row.pk)] == [4, 4, 5, 6, 1, 3]
    assert replayed() == []


def test_what_is_not_there_cannot_be_taken(place: Any) -> None:
    row = stock(place)
    with pytest.raises(RuleBroken) as refusal:
        moved(row, Movement.OUT, 4)
    assert refusal.value.field == "amount"
    with pytest.raises(Conflict) as overtaken:
        moved(row, Movement.OUT, 1, seen=0)
    assert overtaken.value.details["count"] == 3


def test_the_same_key_registers_once(place: Any) -> None:
    assert stock(place, client_key="k").pk == stock(place, client_key="k").pk
    assert Material.objects.count() == 1


def test_only_its_keeper_moves_it_and_only_his_area_sees_it(place: Any) -> None:
    row = stock(place)
    for post, refusal in (("keeper-3", NotFound), ("leader-1", NotAllowed)):
        with pytest.raises(refusal):
            moved(row, Movement.OUT, 1, by=by_key(post))
    with pytest.raises(NotAllowed):
        stock(None, by=by_key("keeper-3"))
    with pytest.raises(RuleBroken):
        moved(row, Movement.MOVED, place=a_place("elsewhere", body="op-parking", district="lixia").pk)
    assert moved(row, Movement.OUT, 1, by=by_key("administrator-1")).count == 2


def test_what_expires_becomes_one_duty_and_a_test_ends_it(place: Any) -> None:
    row = stock(place, expires_on=date(2026, 7, 30), test_on=date(2027, 1, 1))
    stock(place, test_on=date(2026, 12, 1))
    assert (remind_due(at(7, 17)), remind_due(at(7, 17))) == (1, 0)
    duty = Duty.objects.get()
    assert (duty.kind, duty.post_id, duty.due_at) == ("material.due", by_key("keeper-1").post, at(7, 30, 23, 59))
    with pytest.raises(RuleBroken):
        note_test(row.pk, by=by_key("keeper-1"), at=at(7, 18), passed=True, expires_on=date(2026, 7, 18), test_on=None)
    fresh = note_test(row.pk, by=by_key("keeper-1"), at=at(7, 18), passed=True, expires_on=date(2028, 7, 1),
                      test_on=date(2027, 1, 1))
    assert (fresh.duty, fresh.expires_on) == (None, date(2028, 7, 1))
    assert Duty.objects.get().outcome == "done"
    assert remind_due(at(7, 18)) == 0
    assert replayed() == []


def test_what_is_written_off_is_gone_with_its_reason(place: Any) -> None:
    row = stock(place, expires_on=date(2026, 7, 1))
    remind_due(at(7, 2))
    with pytest.raises(RuleBroken):
        write_off(row.pk, by=by_key("keeper-1"), at=at(7, 3), note=" ")
    assert write_off(row.pk, by=by_key("keeper-1"), at=at(7, 3), note="过期").gone
    with pytest.raises(InvalidMove):
        moved(row, Movement.IN, 1)
    assert Duty.objects.get().outcome == "gone"
    assert replayed() == []


def test_near_a_position_lie_stocks_of_the_kind_the_nearest_first(lists: City) -> None:
    near, far = a_place("near", lat=36.656), a_place("far", lat=36.68)
    first, _second = stock(near), stock(far)
    stock(near, count=0)
    stock(near, gear=Gear.BOAT)
    stock(None)
    found = material_near(36.655, 117.003, Gear.PUMP, within_m=4000)
    assert [one.place for one in found] == ["虚构·near", "虚构·far"]
    assert 100 < (found[0].metres or 0) < 130
    assert [one.row.pk for one in material_near(36.655, 117.003, Gear.PUMP, within_m=1000)] == [first.pk]


def test_no_word_of_a_stock_stands_in_the_record(place: Any) -> None:
    row = stock(place, spot="北门内侧")
    moved(row, Movement.OUT, 1, note="借给示例路")
    facts = json.dumps(list(Entry.objects.filter(stream=row.pk).values_list("facts", flat=True)), ensure_ascii=False)
    assert "移动泵" not in facts
    assert "示例路" not in facts


def test_the_pages_register_move_and_save(place: Any, signed_in: Callable[[Any], Client]) -> None:
    who = by_key("keeper-1")
    client = signed_in(who)
    form = {"gear": "board", "name": "=cmd|挡水板", "count": "6", "unit": "块", "body": who.body, "place": place.pk,
            "spot": "主口", "expires_on": "", "test_on": "", "key": "abc"}
    assert client.post("/desk/readiness/material/new/", {**form, "count": "-1"}).status_code == 422
    sent = client.post("/desk/readiness/material/new/", form)
    row = Material.objects.get()
    assert sent.headers["Location"] == f"/desk/readiness/material/{row.pk}/"
    move, step = f"/desk/readiness/material/{row.pk}/move/", {"movement": "out", "seen": row.version}
    assert client.post(move, {**step, "amount": "9"}).status_code == 422
    client.post(move, {**step, "amount": "2"})
    row.refresh_from_db()
    assert row.count == 4
    saved = b"".join(client.get("/desk/readiness/material/list.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "'=cmd|挡水板,4,块" in saved
    assert client.get("/desk/readiness/material/list.xlsx").status_code == 200
    assert client.get("/desk/readiness/material/?soon=1&gear=boat").status_code == 200
