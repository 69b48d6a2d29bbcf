"""挡水板: set and taken down by a tap; the tap's moment and the arrival's are both kept, in any order of arrival."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, strategies as st

from tests.city import City, png
from tests.inspections.conftest import a_place, at, by_key, replayed
from undercity.errors import NotAllowed, NotFound, RuleBroken
from undercity.inspections.actions.boards import tap_boards
from undercity.inspections.models import BoardsStand
from undercity.ledger.models import Entry
from undercity.ledger.pictures import read_picture

PICTURE = read_picture(png())


def test_a_tap_is_kept_with_its_moment_and_its_arrival(place: Any) -> None:
    row = tap_boards(place.pk, is_set=True, by=by_key("keeper-1"), at=at(7, 17, 18), tapped=at(7, 17, 17, 40),
                     photos=[PICTURE])
    entry = Entry.objects.get(stream=row.pk)
    assert (row.is_set, row.changed_at, entry.at) == (True, at(7, 17, 17, 40), at(7, 17, 17, 40))
    assert row.arrived_at == entry.recorded
    assert replayed() == []


def test_a_tap_that_arrives_after_a_later_one_changes_nothing(place: Any) -> None:
    who = by_key("keeper-1")
    tap_boards(place.pk, is_set=False, by=who, at=at(7, 17, 19), tapped=at(7, 17, 18, 30))
    row = tap_boards(place.pk, is_set=True, by=who, at=at(7, 17, 20), tapped=at(7, 17, 18), photos=[PICTURE])
    assert (row.is_set, row.changed_at) == (False, at(7, 17, 18, 30))
    assert Entry.objects.filter(stream=row.pk).count() == 2
    assert replayed() == []


@given(st.permutations(range(4)))
def test_the_last_tap_counts_whatever_the_order_of_arrival(order: list[int]) -> None:
    from undercity.inspections.facts import BoardsDown, BoardsSet
    from undercity.ledger.fold import Happening, StreamState

    state = StreamState()
    for sequence, tap in enumerate(order, 1):
        facts = (BoardsSet if tap % 2 == 0 else BoardsDown)(place=1, body=1, photos=())
        state = facts.apply(state, Happening("real", "boards", None, sequence, at(7, 9, 10 + tap), at(7, 9, 20),  # type: ignore[arg-type]
                                             "post", 1, 1))
    assert (state.subject.is_set, state.subject.changed_at) == (False, at(7, 9, 13))


def test_boards_are_set_with_a_picture_by_whoever_keeps_the_place(place: Any) -> None:
    with pytest.raises(RuleBroken) as refusal:
        tap_boards(place.pk, is_set=True, by=by_key("keeper-1"), at=at(7, 17))
    assert refusal.value.field == "photos"
    for post, wrong in (("keeper-3", NotFound), ("leader-1", NotAllowed)):
        with pytest.raises(wrong):
            tap_boards(place.pk, is_set=True, by=by_key(post), at=at(7, 17), photos=[PICTURE])


def test_the_phone_carries_the_two_taps_for_the_places_of_its_body(place: Any, city: City,
                                                                   signed_in: Callable[[Any], Client]) -> None:
    from uuid_utils.compat import uuid7

    a_place("elsewhere", body="op-parking")
    client = signed_in(by_key("keeper-1"))
    day = client.get("/field/today.json").json()
    assert [one["form"]["code"] for one in day["quick"]] == ["boards.set", "boards.down"]
    fields = {one["name"]: one for one in day["quick"][0]["form"]["fields"]}
    assert [key for key, _name in fields["place"]["choices"]] == ["shop"]
    assert "quick" not in signed_in(by_key("inspector-1")).get("/field/today.json").json()
    said = {"key": str(uuid7()), "who": day["who"], "doing": "boards.set", "values": {"place": "shop"},
            "done_at": "2026-07-17T08:00:00Z", "sent_at": "2026-07-17T09:30:00Z"}
    for _try in range(2):
        answer = client.post("/field/actions", {"action": json.dumps(said), "photo": [
            SimpleUploadedFile("boards.png", png(), "image/png")]})
        assert answer.status_code == 200, answer.content
    row = BoardsStand.objects.get()
    assert row.arrived_at - row.changed_at == timedelta(minutes=90)
    page = client.get("/desk/readiness/places/shop/").content.decode()
    assert "挡水板已装" in page


def test_a_place_of_somebody_else_is_refused_from_the_phone_too(place: Any, signed_in: Callable[[Any], Client]) -> None:
    from uuid_utils.compat import uuid7

    a_place("elsewhere", body="op-parking")
    client = signed_in(by_key("keeper-1"))
    who = client.get("/field/today.json").json()["who"]
    for key in ("elsewhere", "nowhere"):
        said = {"key": str(uuid7()), "who": who, "doing": "boards.down", "values": {"place": key}}
        assert client.post("/field/actions", {"action": json.dumps(said)}).status_code in {404, 422}
    assert not BoardsStand.objects.exists()
