"""`servicerequestupdates` both ways, as FixMyStreet speaks it; keys with quotas; nothing of a key in the log."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from tests.city import EVENING, MANHOLE, SPOT, City, png
from undercity import clock
from undercity.city.accounts import derived

URL = "/open311/v2/servicerequestupdates"


@pytest.fixture
def keys(city: City) -> list[str]:
    from undercity.org.models import Post

    return [derived(f"key:{post.key}") for post in Post.objects.filter(role="open311_client").order_by("pk")]


@pytest.fixture(autouse=True)
def purses() -> None:
    from undercity.cases.open311 import quotas

    quotas.forget()


def reported(key: str) -> str:
    answer = Client().post("/open311/v2/requests.json", {"api_key": key, "service_code": MANHOLE, "lat": SPOT[0],
                                                         "long": SPOT[1], "description": "井盖破损"})
    assert answer.status_code == 201, answer.content
    return str(answer.json()[0]["service_request_id"])


def case_of(number: str) -> Any:
    from undercity.cases.models import Case
    from undercity.cases.numbers import row_of

    return Case.objects.select_related("report").get(pk=row_of(number))


def tell(key: str, number: str, expected: int = 201, /, **changes: Any) -> Any:
    given = {"api_key": key, "service_request_id": number, "update_id": "4711", "status": "OPEN",
             "updated_datetime": "2026-07-17T08:59:00+08:00", "description": "又塌了一块", "email": "a@example.org",
             "first_name": "小明", "last_name": "-", **changes}
    answer = Client(headers={"Accept-Language": "en"}).post(
        f"{URL}.xml", {name: value for name, value in given.items() if value is not None})
    assert answer.status_code == expected, answer.content
    return ElementTree.fromstring(answer.content)


def listed(**words: Any) -> list[dict[str, Any]]:
    answer = Client(headers={"Accept-Language": "en"}).get(f"{URL}.json", words)
    assert answer.status_code == 200, answer.content
    return list(json.loads(answer.content))


def test_public_moves_are_told_between_two_moments_and_internal_ones_are_not(city: City) -> None:
    from undercity.cases.actions import supervising
    from undercity.cases.states import Supervision

    city.at = EVENING - timedelta(hours=3)
    case = city.walk(city.reported(), "disposal")
    supervising.supervise(case.uid, by=city.post("leader"), at=city.later(minutes=1), reason="快办",
                          why=Supervision.LEADER)
    case = city.walk(case, "closed")
    words = {"start_date": (EVENING - timedelta(hours=4)).isoformat(), "end_date": EVENING.isoformat()}
    rows = listed(**words)
    assert [row["external_status_code"] for row in rows] == [
        "reported", "verification_sent", "verified", "passed_on", "filed", "dispatched", "done", "reviewed", "checked",
        "check_confirmed", "closed"]
    assert (rows[0]["status"], rows[5]["status"], rows[-1]["status"]) == ("open", "in_progress", "fixed")
    assert {row["service_request_id"] for row in rows} == {case.number}
    assert len({row["update_id"] for row in rows}) == len(rows)
    assert "快办" not in json.dumps(rows, ensure_ascii=False)
    assert listed(service_request_id=case.number) == rows
    assert listed() == rows
    tree = ElementTree.fromstring(Client().get(f"{URL}.xml", words).content)
    assert tree.tag == "service_request_updates"
    assert [node.tag for node in tree] == ["request_update"] * len(rows)
    middle = rows[5]["updated_datetime"]
    assert [row["external_status_code"] for row in listed(start_date=middle, end_date=middle)] == ["dispatched"]
    assert listed(start_date=words["start_date"], page=2, page_size=10)[0]["external_status_code"] == "closed"


def test_a_refusal_is_told_with_the_officers_words_as_on_the_receipt(city: City) -> None:
    from undercity.cases.actions import intake

    case = city.reported()
    intake.refuse_intake(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=1),
                         reason="属于高速公路管理")
    with clock.standing_at(city.at):
        told = listed(service_request_id=case.number)[-1]
    assert told["status"] == "not_councils_responsibility"
    assert "属于高速公路管理" in told["description"]


def test_an_update_reaches_the_case_its_page_and_whoever_has_it_once(city: City, keys: list[str]) -> None:
    from undercity.cases.models import Note
    from undercity.cases.queries.lists import time_line
    from undercity.notices.models import Notice

    number = reported(keys[0])
    case = city.walk(case_of(number), "disposal")
    handler, version = city.whose(city.duty(case)), case.version
    first = tell(keys[0], number, media=SimpleUploadedFile("a.png", png(), "image/png"))
    assert first.tag == "service_request_updates"
    again = tell(keys[0], number, description="别的话")
    assert first.findtext("request_update/update_id") == again.findtext("request_update/update_id")
    case.refresh_from_db()
    assert (case.stage, case.version) == ("disposal", version)
    told = [step for step in time_line(case) if step.note == "又塌了一块"]
    assert [len(step.photos) for step in told] == [1]
    assert not Note.objects.filter(text="别的话").exists()
    assert Notice.objects.filter(code="case.told_outside", post=handler.post, subject=case.uid).count() == 1
    client = Client()
    client.force_login(_person(handler))
    assert "又塌了一块" in client.get(f"/desk/cases/{number}/").content.decode()
    assert tell(keys[0], number, update_id="4712").findtext("request_update/update_id") != first.findtext(
        "request_update/update_id")
    with clock.standing_at(city.at):
        assert listed(service_request_id=number)[-1]["external_status_code"] == "dispatched"


def _person(actor: Any) -> Any:
    from undercity.org.models import Person

    return Person.objects.get(pk=actor.person)


def test_who_may_tell_and_what_is_wrong_with_it_is_said_by_field(city: City, keys: list[str]) -> None:
    number = reported(keys[0])

    def wrong(expected: int, key: str = keys[0], number: str = number, **changes: Any) -> set[str]:
        answer = tell(key, number, expected, **changes)
        return {(one.findtext("description") or "").split(":")[0] for one in answer.iter("error")}

    assert wrong(403, keys[1]) == {"service_request_id"}
    assert wrong(403, "wrong") == {"api_key"}
    assert wrong(404, number="20990101-000001") == {"service_request_id"}
    assert wrong(400, number="") == {"service_request_id"}
    assert wrong(400, update_id=None, status="HALF", updated_datetime="then", media_url="file:///etc/passwd",
                 description="x" * 4001) == {"update_id", "status", "updated_datetime", "media_url", "description"}
    assert tell(keys[0], number, update_id=None, update_id_ext="9") is not None
    assert Client().put(f"{URL}.xml").status_code == 405


def test_an_update_of_a_merged_case_goes_to_the_one_it_goes_on_as(city: City, keys: list[str]) -> None:
    from undercity.cases.actions.merging import merge

    kept, number = city.reported(), reported(keys[0])
    merged = case_of(number)
    merge(merged.uid, by=city.whose(city.duty(merged)), at=city.later(minutes=1), into=kept.number)
    tell(keys[0], number)
    assert [note.text for note in kept.notes.all()] == ["又塌了一块"]


def test_the_record_replays_clean_and_holds_none_of_the_words(city: City, keys: list[str]) -> None:
    from undercity.ledger.models import Entry
    from undercity.ledger.replay import replay

    number = reported(keys[0])
    tell(keys[0], number)
    assert list(replay().differences) == []
    stored = json.dumps([entry.facts for entry in Entry.objects.filter(stream=case_of(number).uid)], ensure_ascii=False)
    for words in ("又塌了一块", "example.org", "小明", "4711"):
        assert words not in stored


# --- keys ------------------------------------------------------------------------------------------------------------

def made(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("open311", "key", "make", "open311-1", "--label", "试验系统", *words)
    return capsys.readouterr().out.splitlines()[0]


def asked(key: str) -> Any:
    return Client(headers={"Accept-Language": "en"}).get("/open311/v2/requests.json", headers={"X-API-Key": key})


def test_a_key_is_made_listed_limited_and_revoked_by_command(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    from undercity.org.models import ApiKey

    key = made(capsys)
    row = ApiKey.objects.get(label="试验系统")
    assert asked(key).status_code == 200
    call_command("open311", "key", "limit", str(row.pk), "--per-minute", "2", "--per-day", "0")
    call_command("open311", "key", "list")
    out = capsys.readouterr().out
    assert "2/min" in out
    assert key not in out
    call_command("open311", "key", "revoke", str(row.pk))
    refused = asked(key)
    assert refused.status_code == 403
    assert "revoked" in refused.json()[0]["description"]


def test_a_key_that_is_over_opens_nothing(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    refused = asked(made(capsys, "--until", "2020-01-01"))
    assert refused.status_code == 403
    assert "over" in refused.json()[0]["description"]


def test_a_quota_is_spent_to_the_last_request_and_then_says_when_it_begins_anew(
        city: City, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from undercity.cases.open311 import quotas

    noon = clock.real_now().replace(hour=12, minute=0, second=20, microsecond=0)
    monkeypatch.setattr(clock, "real_now", lambda: noon)
    key = made(capsys, "--per-minute", "45", "--per-day", "50")
    assert [asked(key).status_code for _ in range(45)] == [200] * 45
    refused = asked(key)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "40")
    assert refused.json()[0]["code"] == 429
    # Another process knows what this one took.
    quotas.forget()
    assert asked(key).status_code == 429
    monkeypatch.setattr(clock, "real_now", lambda: noon + timedelta(minutes=1))
    quotas.forget()
    # What that process had taken of the day and not spent is lost, at most a twentieth: never more than the limit.
    assert [asked(key).status_code for _ in range(6)].count(200) <= 5
    assert asked(key).headers["Retry-After"] == str(12 * 3600 - 80)
    monkeypatch.setattr(clock, "real_now", lambda: noon + timedelta(days=1))
    assert asked(key).status_code == 200


def test_processes_together_never_take_more_than_the_quota(committed_db: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from undercity.org.actions import take_from_quota
    from undercity.org.models import ApiKey, Body, Post

    body = Body.objects.create(key="b", kind="office", path="b/")
    post = Post.objects.create(key="p", body=body, role="open311_client", title_zh="外部系统", title_en="A system")
    row = ApiKey.objects.create(post=post, digest="0" * 64, label="a system")

    def take(_worker: int) -> list[int]:
        try:
            return [take_from_quota(row.pk, "minute", EVENING, limit=100, wanted=7) for _ in range(6)]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        taken = [one for some in pool.map(take, range(6)) for one in some]
    assert sum(taken) == 100
    assert {*taken} == {7, 100 % 7, 0}


def test_without_quotas_of_its_own_a_key_has_those_of_the_terms(
        city: City, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from undercity.cases.models import Term
    from undercity.cases.queries.scheme import forget

    within = clock.real_now().replace(second=20, microsecond=0)
    monkeypatch.setattr(clock, "real_now", lambda: within)
    key = made(capsys)
    Term.objects.create(name="key_per_minute", value=1, source="a test", valid_from=EVENING.date())
    forget()
    assert [asked(key).status_code for _ in range(2)] == [200, 429]


def test_neither_key_nor_receipt_code_is_written_to_the_log(
        city: City, keys: list[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        number = reported(keys[0])
        token = case_of(number).report.token
        Client().get("/open311/v2/requests.json", {"api_key": keys[0]})
        Client().get(f"/open311/v2/tokens/{token}.json")
        tell(keys[0], number)
        asked("wrong-but-secret-all-the-same")
    # What a test client or a database says of itself is not the deployment's log.
    lines = [json.dumps(vars(one), default=str) for one in caplog.records if one.name.startswith("undercity")]
    assert lines
    for secret in (keys[0], token, "wrong-but-secret"):
        assert not any(secret in line for line in lines)
