"""The pages of warnings: what an officer sees and enters, what the public reads, what an administrator sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from tests.alerts.messages import message, said, xml
from tests.alerts.test_signatures import WEATHER
from tests.city import City
from undercity.alerts.actions.receiving import receive
from undercity.alerts.cap.message import Alert, MsgType, Scope, Status
from undercity.alerts.cap.writing import written
from undercity.alerts.models import Bulletin, Feed, ReceivedWarning, Signer
from undercity.alerts.states import Door
from undercity.org.models import Person
from undercity.org.powers import THE_SYSTEM, Actor
from undercity.places.models import Place


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def client_of(actor: Actor) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(Person.objects.get(pk=actor.person))
    return client


@pytest.fixture
def officer(city: City) -> Client:
    return client_of(city.post("duty_officer"))


def took(alert: Alert, city: City, **more: Any) -> ReceivedWarning:
    return receive(written(alert), door=Door.POST, by=THE_SYSTEM, at=city.at, **more).warning


def shown(client: Client, path: str, **more: Any) -> str:
    answer = client.get(path, more)
    assert answer.status_code == 200, answer.content[:400]
    return answer.content.decode()


def test_the_list_has_what_is_in_force_first_and_the_history_below(city: City, officer: Client) -> None:
    assert "No warning is in force." in shown(officer, "/desk/warnings/")
    took(message(city.at), city)
    took(message(city.at - timedelta(days=2), identifier="old", infos=None, colour="蓝"), city)
    page = shown(officer, "/desk/warnings/")
    assert page.index("Rainstorm yellow warning") < page.index("What there was") < page.index("Rainstorm blue warning")
    assert "Rainstorm blue warning" not in shown(officer, "/desk/warnings/", colour="red")
    assert "Rainstorm blue warning" in shown(officer, "/desk/warnings/", hazard="rain", colour="blue", page="x")


def test_the_detail_has_every_language_its_ground_and_the_original(city: City, officer: Client) -> None:
    first = message(city.at, infos=[said(), said("橙", "Rainstorm", language="en", headline="Orange rainstorm warning",
                                                 sender_name="Jinan weather office")])
    row = took(first, city)
    second = message(city.later(minutes=5), identifier="2", msg_type=MsgType.UPDATE, about=[first], infos=first.infos)
    took(second, city)
    page = shown(officer, f"/desk/warnings/{row.pk}/")
    for words in ("Orange rainstorm warning", "济南市气象台发布暴雨黄色预警信号", 'class="ground"', "Warning updated",
                  "a test message, within the demonstration", "not signed", "What to do"):
        assert words in page
    links = re.findall(rf'href="(/desk/warnings/{row.pk}/[^"]+\.xml)"', page)
    assert len(links) == 2
    answer = officer.get(links[0])
    assert answer.content == written(first)
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_what_others_sent_is_never_markup_here(city: City, officer: Client) -> None:
    evil = "<script>alert(1)</script>"
    info = said(headline=evil, description=evil, sender_name=evil, parameters=((evil, evil),))
    row = took(message(city.at, infos=[info]), city)
    for path in ("/desk/warnings/", f"/desk/warnings/{row.pk}/"):
        assert evil not in shown(officer, path)
    assert evil not in shown(Client(), "/warnings/")


def test_a_message_by_hand_is_seen_before_it_is_taken(city: City, officer: Client) -> None:
    text = xml(city.at).decode()
    for given in ({"text": text}, {"file": SimpleUploadedFile("1.xml", text.encode())}):
        answer = officer.post("/desk/warnings/enter/", given)
        assert answer.status_code == 200, answer.content[:300]
        page = answer.content.decode()
        assert "Rainstorm yellow warning" in page
        carried = re.search(r'name="carried" value="([^"]+)"', page)
        assert carried is not None
    assert ReceivedWarning.objects.count() == 0
    answer = officer.post("/desk/warnings/enter/take/", {"carried": carried[1]})
    assert answer.headers["Location"] == f"/desk/warnings/{ReceivedWarning.objects.get().pk}/"
    officer.post("/desk/warnings/enter/take/", {"carried": carried[1]})
    assert ReceivedWarning.objects.count() == 1
    assert "known already" in officer.post("/desk/warnings/enter/", {"text": text}).content.decode()


@pytest.mark.parametrize("text", ["", "nonsense", "<html/>", "<a>" * 200])
def test_a_message_that_is_none_comes_back_with_the_reason(officer: Client, text: str) -> None:
    answer = officer.post("/desk/warnings/enter/", {"text": text})
    assert answer.status_code == 422
    assert 'class="errors"' in answer.content.decode()
    if text:
        assert escape(text[:8]) in answer.content.decode()


def test_a_form_that_was_tampered_with_is_refused(officer: Client) -> None:
    assert officer.post("/desk/warnings/enter/take/", {"carried": "x:y:z"}).status_code == 422


def test_an_administrator_keeps_feeds_and_certificates(city: City) -> None:
    admin = client_of(city.post("administrator"))
    given = {"act": "keep", "label": "虚构气象台", "url": "http://127.0.0.1:9/feed", "datum": "wgs84"}
    assert admin.post("/desk/warnings/sources/", given).status_code == 302
    feed = Feed.objects.get()
    assert admin.post("/desk/warnings/sources/", {**given, "number": feed.pk, "label": "新名"}).status_code == 302
    assert Feed.objects.get().label == "新名"
    wrong = admin.post("/desk/warnings/sources/", {**given, "url": "nonsense"})
    assert wrong.status_code == 422
    assert "nonsense" in wrong.content.decode()
    admin.post("/desk/warnings/sources/", {"act": "switch", "number": feed.pk, "on": "0"})
    assert "switched off" in shown(admin, "/desk/warnings/sources/", feed=str(feed.pk))
    assert admin.post("/desk/warnings/sources/", {"act": "trust", "label": "x", "certificate": "no"}).status_code == 422
    admin.post("/desk/warnings/sources/", {"act": "trust", "label": "气象局", "certificate": WEATHER.pem})
    admin.post("/desk/warnings/sources/", {"act": "stop", "number": Signer.objects.get().pk})
    assert "trusted no longer" in shown(admin, "/desk/warnings/sources/")
    assert admin.post("/desk/warnings/sources/", {"act": "no-such"}).status_code == 404


def test_who_takes_warnings_in_sees_the_sources_and_changes_none(city: City, officer: Client) -> None:
    assert 'name="act"' not in shown(officer, "/desk/warnings/sources/")
    answer = officer.post("/desk/warnings/sources/", {"act": "keep", "label": "x", "url": "http://127.0.0.1/"})
    assert answer.status_code == 403


def test_the_gauges_page_answers_what_so_much_rain_would_mean(officer: Client) -> None:
    assert "Rainstorm orange warning" in shown(officer, "/desk/warnings/gauges/", mm="120", hours="5")
    assert "no signal" in shown(officer, "/desk/warnings/gauges/", mm="3", hours="1")
    assert "as numbers" in shown(officer, "/desk/warnings/gauges/", mm="much", hours="nan")


def test_an_officer_publishes_and_withdraws_a_closing(city: City, officer: Client) -> None:
    page = shown(officer, "/desk/warnings/messages/")
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    place = Place.objects.get(key="cool-anda")
    given = {"body": str(place.district_id), "matter": "closing", "headline_zh": "安达地道关闭",
             "headline_en": "Closed", "places": [str(place.pk)], "ends": "2026-07-17T22:00", "key": key[1]}
    body = re.search(r'<option value="(\d+)"', page)
    assert body is not None
    given["body"] = body[1]
    wrong = officer.post("/desk/warnings/messages/", {**given, "headline_en": ""})
    assert wrong.status_code == 422
    assert "安达地道关闭" in wrong.content.decode()
    assert officer.post("/desk/warnings/messages/", given).status_code == 302
    officer.post("/desk/warnings/messages/", given)
    row = Bulletin.objects.get()
    public = shown(Client(headers={"Accept-Language": "en"}), "/warnings/")
    assert "Closed" in public
    assert "not a real message" in public
    shown_now = officer.get(f"/desk/warnings/messages/{row.pk}/").context["update"]
    assert (shown_now.initial["headline_zh"], shown_now.initial["seen"]) == ("安达地道关闭", 1)
    anew = {"do": "update", "headline_zh": "安达地道关闭至午夜", "headline_en": "Closed until midnight", "seen": "1"}
    late = officer.post(f"/desk/warnings/messages/{row.pk}/", {**anew, "ends": "2026-07-16T00:00"})
    assert late.status_code == 422
    assert late.context["update"].errors["ends"]
    assert officer.post(f"/desk/warnings/messages/{row.pk}/", {**anew, "ends": "2026-07-17T23:59"}).status_code == 302
    row.refresh_from_db()
    assert (row.version, row.places) == (2, [place.pk])
    assert "Closed until midnight" in shown(Client(headers={"Accept-Language": "en"}), "/warnings/")
    answer = officer.post(f"/desk/warnings/messages/{row.pk}/", {"headline_zh": "恢复开放", "headline_en": "Open again",
                                                                 "seen": row.version})
    assert answer.status_code == 302, answer.content.decode()[:500]
    assert "From us" not in shown(Client(headers={"Accept-Language": "en"}), "/warnings/")
    again = officer.post(f"/desk/warnings/messages/{row.pk}/", {"headline_zh": "x", "headline_en": "y"})
    assert again.status_code == 409


def test_the_public_reads_who_issued_it_until_when_and_what_to_do(city: City) -> None:
    took(message(city.at), city)
    hidden = Alert(**{**message(city.at, identifier="2", colour="红").__dict__, "scope": Scope.RESTRICTED,
                      "restriction": "成员单位"})
    took(hidden, city)
    page = shown(Client(headers={"Accept-Language": "en"}), "/warnings/")
    for words in ("Rainstorm yellow warning", "济南市气象台", "Keep out of flooded roads and underpasses",
                  "This is not a real warning"):
        assert words in page
    assert "red warning" not in page
    took(message(city.at, identifier="3", colour="橙", status=Status.EXERCISE), city)
    assert "orange warning" not in shown(Client(headers={"Accept-Language": "en"}), "/warnings/")
    chinese = shown(Client(headers={"Accept-Language": "zh-CN"}), "/warnings/")
    for words in ("暴雨黄色预警", "不走积水路段和下穿通道", "这不是真实预警"):
        assert words in chinese


def test_the_sample_city_has_its_warnings_all_of_them_tests_and_invented(city: City) -> None:
    from undercity.alerts import queries
    from undercity.alerts.models import WarningMessage
    from undercity.city.actions.loading import EVENING
    from undercity.city.actions.warning_story import tell_warnings
    from undercity.ledger.replay import replay

    tell_warnings(until=EVENING, say=lambda words: None)
    assert [row.colour for row in queries.in_force(EVENING)] == ["blue"]
    assert set(WarningMessage.objects.values_list("status", "invented")) == {("Test", True)}
    assert all(row.bodies and row.counts for row in ReceivedWarning.objects.all())
    assert replay().differences == []
