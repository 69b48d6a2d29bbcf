"""The machine door: a token a device, an answer for each reading, and clear words for whatever is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, strategies

from tests.city import City
from tests.readings.measured import SECOND, a_device


def send(body: Any, token: str = "", **headers: str) -> Any:
    given_headers = {"Authorization": f"Bearer {token}", **headers} if token else headers
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    return Client(headers={"Accept-Language": "en"}).post("/api/readings", content, content_type="application/json",
                                                        headers=given_headers)


def batch(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"readings": list(rows)}


def one(at: int = -60, value: Any = 21.4, **more: Any) -> dict[str, Any]:
    return {"quantity": "temperature_in", "at": SECOND + at, "value": value, **more}


def test_the_answer_tells_stored_duplicate_and_refused_each_with_its_reason(city: City) -> None:
    _device, token = a_device()
    a_device("t-2", "cool-qianfo")
    rows = batch(one(), one(), one(at=900), one(value=300), one(quantity="noise"), one(device="t-2"), 7,
                 one(at=-7200), {"quantity": "co2", "value": 500}, {"quantity": "co2", "value": 500, "key": "k1"})
    answer = send(rows, token)
    assert answer.status_code == 200
    told = answer.json()
    assert [(row["result"], row.get("reason")) for row in told["results"]] == [
        ("stored", None), ("duplicate", None), ("refused", "future"), ("refused", "impossible"),
        ("refused", "unknown_quantity"), ("refused", "unknown_device"), ("refused", "unknown_quantity"),
        ("stored", None), ("refused", "no_time"), ("stored", None)]
    assert told["results"][7]["late"] is True
    assert (told["stored"], told["duplicate"], told["refused"]) == (3, 1, 6)
    assert told["results"][2]["message"] == "from the future"
    assert told["results"][2]["remedy"] == "Check the clock of the device."
    again = send(rows, token).json()
    assert (again["stored"], again["duplicate"], again["refused"]) == (0, 4, 6)


def test_a_bare_list_is_a_batch_too(city: City) -> None:
    _device, token = a_device()
    assert send([one()], token).json()["stored"] == 1


@pytest.mark.parametrize(("body", "status", "field"), [
    (b"not json", 422, "body"), (b"\xff\xfe", 422, "body"), ({"readings": "x"}, 422, "readings"),
    ("7", 422, "readings"),
    ("null", 422, "readings"), ({"readings": [{}] * 5001}, 413, "readings"), (b"[" * 100_000, 422, "body")])
def test_what_is_no_batch_is_refused_with_its_field(city: City, body: Any, status: int, field: str) -> None:
    _device, token = a_device()
    answer = send(body, token)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (error["field"], bool(error["remedy"])) == (field, True)


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic abc", "Bearer"])
def test_without_a_token_nothing_is_taken(city: City, header: str) -> None:
    from undercity.readings.models import KeptApart

    a_device()
    answer = send(batch(one()), Authorization=header)
    assert answer.status_code == 401
    assert answer.json()["error"]["field"] == "Authorization"
    assert not KeptApart.objects.exists()


def test_only_posts_are_taken(city: City) -> None:
    assert Client().get("/api/readings").status_code == 405
    assert Client().put("/api/readings").status_code == 405


def test_an_old_token_is_worth_nothing_and_a_stopped_device_is_told(city: City) -> None:
    from undercity.readings.actions.devices import new_token, switch

    _device, token = a_device()
    keeper = city.post("keeper", 1)
    fresh = new_token("t-1", by=keeper, at=city.at)
    assert send(batch(one()), token).status_code == 401
    assert send(batch(one()), fresh).status_code == 200
    switch("t-1", on=False, by=keeper, at=city.at)
    assert send(batch(one(at=-50)), fresh).status_code == 403
    switch("t-1", on=True, by=keeper, at=city.at)
    assert send(batch(one(at=-50)), fresh).json()["stored"] == 1


def test_a_token_is_nowhere_kept(city: City) -> None:
    from undercity.readings.models import Device

    device, token = a_device()
    row = Device.objects.get(pk=device.pk)
    assert token not in json.dumps({name: str(value) for name, value in vars(row).items()})
    assert len(token) >= 32


def test_half_a_letter_and_a_nought_are_kept_apart_like_any_nonsense(city: City) -> None:
    _device, token = a_device()
    body = r'{"readings": [{"quantity": "\ud800", "at": "\u0000", "value": "\udfff", "device": "\ud800"}]}'
    assert send(body, token).json()["results"][0]["reason"] == "unknown_device"
    assert send([{"quantity": "co2\x00", "at": SECOND - 5, "value": 400, "key": "\x00"}], token).json()["refused"] == 1


JSON = strategies.recursive(strategies.none() | strategies.booleans() | strategies.floats() | strategies.integers()
                            | strategies.text(max_size=20), lambda inner: strategies.lists(inner, max_size=3)
                            | strategies.dictionaries(strategies.sampled_from(
                                ["quantity", "at", "value", "key", "device", "readings"]), inner, max_size=5),
                            max_leaves=8)


@given(JSON)
def test_whatever_is_sent_is_answered_and_never_a_failure(city: City, body: Any) -> None:
    from django.db import transaction

    with transaction.atomic():
        _device, token = a_device()
        answer = send({"readings": [body]}, token)
        assert answer.status_code == 200
        assert len(answer.json()["results"]) == 1
        assert send(body, token).status_code in {200, 422}
        transaction.set_rollback(True)
