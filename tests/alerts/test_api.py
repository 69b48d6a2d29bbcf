"""The machine doors: a message posted with a key, every bad one answered clearly; our own messages out."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from capvalidator import check_schema
from django.test import Client
from lxml import etree

from tests.alerts.messages import message, unknown, xml
from tests.alerts.test_reading import FETCHED, LAUGHS, OUTSIDE
from tests.city import City
from undercity import clock
from undercity.alerts import actions
from undercity.alerts.cap.message import MsgType, Status
from undercity.alerts.cap.reading import parsed
from undercity.alerts.cap.writing import written
from undercity.alerts.models import ReceivedWarning
from undercity.alerts.states import Matter
from undercity.clock import Timeline
from undercity.org.models import ApiKey, Post
from undercity.org.queries import digest_of, directory
from undercity.places.models import Place

KEY = "a-key-of-the-weather-office"
CAP = "application/cap+xml"


@pytest.fixture
def key(city: City) -> str:
    """The key of a system that speaks as the duty officer."""
    post = Post.objects.get(pk=city.post("duty_officer").post)
    ApiKey.objects.create(post=post, digest=digest_of(KEY), label="weather", per_minute=0, per_day=0)
    return KEY


def post(raw: bytes, key: str = KEY, **more: Any) -> Any:
    return Client().post("/cap/" + more.pop("query", ""), raw, content_type=CAP, headers={"X-API-Key": key}, **more)


def test_a_warning_is_taken_once_and_answered_the_same_again(city: City, key: str) -> None:
    first = post(xml(city.at))
    assert first.status_code == 201, first.content
    told = first.json()
    assert (told["result"], told["how"], told["counts"]) == ("received", "received", True)
    again = post(xml(city.at))
    assert again.status_code == 200
    assert {**again.json(), "result": "received", "how": "received"} == told
    assert ReceivedWarning.objects.count() == 1


@pytest.mark.parametrize(("raw", "status", "code"), [
    (b"", 422, "rule_broken"), (b"not xml", 422, "not_xml"), (b"<html/>", 422, "not_cap"), (LAUGHS, 422, "not_xml"),
    (OUTSIDE, 422, "not_xml"), (FETCHED, 422, "not_xml"), (b"<a>" * 1000, 422, "not_xml"),
    (b"x" * (2 * 1024 * 1024), 413, "too_large")], ids=lambda value: repr(value)[:20])
def test_every_bad_message_has_a_clear_answer(city: City, key: str, raw: bytes, status: int, code: str) -> None:
    answer = post(raw)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["field"]
    assert error["remedy"]
    assert ReceivedWarning.objects.count() == 0


class Endless(io.RawIOBase):
    """A body that counts how much of it was read."""

    def __init__(self) -> None:
        self.taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size >= 0
        self.taken += size
        return b"x" * size


def test_fifty_megabytes_are_refused_without_being_read(city: City, key: str) -> None:
    from django.core.handlers.wsgi import WSGIRequest
    from django.test import RequestFactory

    from undercity.alerts.api import take

    body = Endless()
    made = RequestFactory().post("/cap/", b"", content_type=CAP, headers={"X-API-Key": key})
    request = WSGIRequest({**made.META, "wsgi.input": body, "CONTENT_LENGTH": str(50 * 1024 * 1024)})
    answer = take(request)
    assert answer.status_code == 413
    assert body.taken == 0


def test_an_update_before_its_alert_and_an_unknown_reference_are_kept(city: City, key: str) -> None:
    first = message(city.at)
    update = message(city.at + timedelta(minutes=1), identifier="2", msg_type=MsgType.UPDATE, about=[first])
    assert post(written(update)).json()["missing"] is True
    late = post(written(first)).json()
    assert (late["how"], late["missing"]) == ("joined", False)
    lost = message(city.at, identifier="9", msg_type=MsgType.CANCEL, about=[unknown(city.at)])
    assert post(written(lost)).json()["stage"] == "cancelled"


def test_what_is_over_is_kept_and_counts_for_nothing(city: City, key: str) -> None:
    told = post(xml(city.at - timedelta(days=3))).json()
    assert (told["stage"], told["counts"]) == ("expired", False)


def test_nobody_brings_one_in_without_a_key_that_may(city: City) -> None:
    assert Client().post("/cap/", xml(city.at), content_type=CAP).status_code == 401
    assert post(xml(city.at), "wrong").status_code == 403
    keeper = Post.objects.get(pk=city.post("keeper").post)
    ApiKey.objects.create(post=keeper, digest=digest_of("keeper"), label="x", per_minute=0, per_day=0)
    assert post(xml(city.at), "keeper").status_code == 403


def test_the_door_takes_and_gives_none(city: City) -> None:
    answer = Client().get("/cap/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "error" in json.loads(answer.content)


def test_an_unknown_datum_is_refused_and_a_known_one_taken(city: City, key: str) -> None:
    assert post(xml(city.at), query="?datum=mars").json()["error"]["field"] == "datum"
    assert post(xml(city.at), query="?datum=gcj02").status_code == 201


def test_a_quota_used_up_says_when_it_begins_anew(
        city: City, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    within = clock.real_now().replace(second=20, microsecond=0)
    monkeypatch.setattr(clock, "real_now", lambda: within)
    ApiKey.objects.update(per_minute=1)
    post(xml(city.at))
    answer = post(xml(city.at))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "40"


ZH, EN = actions.Said("安达地道今日关闭", "因暴雨关闭。", "请改去其他纳凉点。"), actions.Said(
    "Anda tunnel closed today", "Closed for the rainstorm.", "Go to another cool place.")


def closing(city: City, **changes: Any) -> Any:
    given = {"by": city.post("duty_officer"), "at": city.at, "body": directory().by_key["jinan"],
             "matter": Matter.CLOSING, "zh": ZH, "en": EN, "ends": city.at + timedelta(hours=6),
             "places": [Place.objects.get(key="cool-anda").pk]}
    return actions.issue(**{**given, **changes})


def own(row: Any) -> list[str]:
    from undercity.alerts.queries.bulletins import messages_of

    return [one.identifier for one in messages_of(row.pk)]


def test_our_message_is_cap_that_validates_and_reads_back(city: City) -> None:
    row = closing(city)
    answer = Client().get(f"/cap/{own(row)[0]}.xml")
    assert answer.headers["Content-Type"].startswith(CAP)
    assert check_schema(answer.content).passed
    alert = parsed(answer.content)
    assert (alert.status, alert.msg_type) == (Status.TEST, MsgType.ALERT)
    assert [info.language for info in alert.infos] == ["zh-CN", "en"]
    assert alert.infos[0].headline == ZH.headline
    assert alert.infos[0].event != alert.infos[1].event


def test_an_update_and_a_withdrawal_refer_to_what_they_replace(city: City) -> None:
    row = closing(city)
    duty = city.post("duty_officer")
    actions.update(row.pk, by=duty, at=city.later(minutes=5), zh=ZH, en=EN, ends=city.at + timedelta(hours=9),
                   seen=row.version)
    actions.withdraw(row.pk, by=duty, at=city.later(minutes=5), zh=actions.Said("恢复开放"), en=actions.Said("Open"))
    messages = [parsed(Client().get(f"/cap/{name}.xml").content) for name in own(row)]
    assert [one.msg_type for one in messages] == [MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL]
    assert [one.references for one in messages[1:]] == [(messages[0].itself,), (messages[1].itself,)]
    assert all(check_schema(written(one)).passed for one in messages)
    from undercity.ledger.replay import replay

    assert replay().differences == []


def test_status_follows_the_timeline_and_a_drill_stays_out_of_the_public_feed(city: City, settings: Any) -> None:
    with clock.on(Timeline("drill-1", frozen=city.at)):
        exercise = closing(city)
        assert exercise.status == Status.EXERCISE.value
    name = own(exercise)[0]
    assert Client().get(f"/cap/{name}.xml").status_code == 404
    assert name not in Client().get("/cap/feed.atom").content.decode()
    settings.DEMO = False
    assert closing(city).status == Status.ACTUAL.value


def test_the_feed_lists_what_holds_and_answers_304(city: City) -> None:
    row = closing(city)
    answer = Client().get("/cap/feed.atom")
    root = etree.fromstring(answer.content)
    links = [one.get("href") for one in root.iter("{*}link") if one.get("type") == CAP]
    assert [link.rsplit("/", 1)[1] for link in links] == [f"{own(row)[0]}.xml"]
    for address in ("/cap/feed.atom", f"/cap/{own(row)[0]}.xml"):
        tag = Client().get(address).headers["ETag"]
        assert Client().get(address, headers={"If-None-Match": tag}).status_code == 304
    assert Client().get("/cap/nothing.xml").status_code == 404


def test_nothing_internal_can_be_named(city: City) -> None:
    from undercity.city.actions.underground import open_works
    from undercity.errors import NotAllowed, RuleBroken

    open_works()
    hidden = Place.objects.filter(listed=False).first()
    assert hidden is not None
    with pytest.raises(RuleBroken) as refused:
        closing(city, places=[hidden.pk])
    assert refused.value.field == "places"
    with pytest.raises(NotAllowed):
        closing(city, by=city.post("keeper"))
    with pytest.raises(RuleBroken):
        closing(city, en=actions.Said(" "))
    with pytest.raises(RuleBroken):
        closing(city, ends=city.at - timedelta(hours=1))


def test_the_same_key_publishes_once(city: City) -> None:
    assert closing(city, client_key="k").pk == closing(city, client_key="k").pk


def test_what_we_publish_can_be_taken_in_again(city: City, key: str) -> None:
    raw = Client().get(f"/cap/{own(closing(city))[0]}.xml").content
    assert post(raw).status_code == 201
