"""Whatever is sent to the open doors, the answer is an answer: never our own mistake."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as some

from tests.city import MANHOLE, City
from undercity.city.accounts import derived

ODD = some.one_of(some.text(max_size=40), some.sampled_from([
    "", " ", "0", "-0", "nan", "inf", "-1e400", "1e308", "٣٦", "36,6", "\x00", "\ud83d\ude00", "' OR 1=1 --", "<b>",
    "../../etc", "9" * 400, "2026-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "true", "[]"]))
FIELDS = ("service_code", "lat", "long", "address_string", "address_id", "description", "first_name", "phone", "email",
          "datum", "client_key", "api_key", "media_url", "format", "jurisdiction_id", "attribute[cover_state]",
          "attribute[none][]", "attribute[", "last_name")
ASKED = ("service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size", "before",
         "api_key", "updated_after", "updated_before", "lat", "long", "radius", "extensions", "jurisdiction_id")
TOLD = ("service_request_id", "update_id", "status", "updated_datetime", "description", "media_url", "api_key",
        "jurisdiction_id", "email")
TYPED = ("step", "area", "address", "lat", "lon", "datum", "carried", "back", "category", "text")
TRIES = hypothesis_settings(max_examples=500, suppress_health_check=list(HealthCheck))


@pytest.fixture
def key(city: City) -> str:
    from undercity.org.models import Post

    return derived(f"key:{Post.objects.filter(role='open311_client').order_by('pk')[0].key}")


def test_no_report_through_the_door_breaks_it(key: str) -> None:
    client = Client(raise_request_exception=True)
    good = {"api_key": key, "service_code": MANHOLE, "lat": "36.655", "long": "117.003", "description": "x"}

    @TRIES
    @given(some.dictionaries(some.sampled_from(FIELDS), ODD, max_size=4), some.sampled_from(["json", "xml"]))
    def send(changes: dict[str, str], format: str) -> None:
        answer = client.post(f"/open311/v2/requests.{format}", _sendable({**good, **changes}))
        assert answer.status_code in {201, 400, 403, 404, 413}, answer.content

    send()


def test_no_question_through_the_door_breaks_it(city: City) -> None:
    client = Client(raise_request_exception=True)
    city.reported()

    @TRIES
    @given(some.dictionaries(some.sampled_from(ASKED), ODD, max_size=4), some.sampled_from(["json", "xml"]),
           some.sampled_from(["requests", "servicerequestupdates"]))
    def ask(words: dict[str, str], format: str, door: str) -> None:
        answer = client.get(f"/open311/v2/{door}.{format}", _sendable(words))
        assert answer.status_code in {200, 400, 403, 404}, answer.content

    ask()


def test_nothing_told_of_a_case_breaks_the_door(key: str, city: City) -> None:
    client = Client(raise_request_exception=True)
    posted = client.post("/open311/v2/requests.json", {"api_key": key, "service_code": MANHOLE, "lat": "36.655",
                                                       "long": "117.003", "description": "x"})
    good = {"api_key": key, "service_request_id": posted.json()[0]["service_request_id"], "update_id": "1",
            "status": "OPEN", "description": "x"}

    @hypothesis_settings(TRIES, max_examples=200)
    @given(some.dictionaries(some.sampled_from(TOLD), ODD, max_size=4), some.sampled_from(["json", "xml"]))
    def send(changes: dict[str, str], format: str) -> None:
        answer = client.post(f"/open311/v2/servicerequestupdates.{format}", _sendable({**good, **changes}))
        assert answer.status_code in {201, 400, 403, 404}, answer.content

    send()


def test_no_words_on_the_pages_break_them(city: City) -> None:
    client = Client(raise_request_exception=True)

    @hypothesis_settings(TRIES, max_examples=200)
    @given(some.dictionaries(some.sampled_from(TYPED), ODD, max_size=6), ODD)
    def send(words: dict[str, str], code: str) -> None:
        assert client.post("/report/", _sendable(words)).status_code in {200, 422}
        answer = client.get("/receipt/", _sendable({"token": code}), follow=True)
        assert answer.status_code == 404
        assert client.post("/signin/", _sendable({"username": code, "password": code})).status_code in {422, 429}
        assert client.get("/", _sendable({"near": code})).status_code == 200

    send()


def _sendable(words: dict[str, Any]) -> dict[str, Any]:
    # A lone surrogate cannot be written to a wire at all.
    return {name: value.encode("utf-8", "ignore").decode() for name, value in words.items()}
