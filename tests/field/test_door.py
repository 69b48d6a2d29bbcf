"""The door that takes what was recorded on the spot: once, in whose name, and with what is now when it moved on."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import uuid_utils.compat as uuid
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.city import City, png
from tests.officers import replayed_clean
from undercity.org.powers import Actor

MANHOLE = "gbt47678-component-01-001"


def phone(actor: Actor) -> Client:
    """A browser in which that officer is signed in."""
    from undercity.org.models import Person

    client = Client(headers={"Accept": "application/json", "Accept-Language": "en"})
    client.force_login(Person.objects.get(pk=actor.person))
    return client


def action(actor: Actor, what: str, **more: Any) -> dict[str, Any]:
    """An action as the page makes it."""
    return {"key": str(uuid.uuid7()), "who": str(actor.person), "doing": what, "subject": None, "seen": None,
            "values": {}, "done_at": "2026-07-17T01:00:00Z", "sent_at": "2026-07-17T01:00:02Z", **more}


def send(client: Client, said: Any, *photos: bytes) -> tuple[int, Any]:
    """Status and body of the answer."""
    form = {"action": said if isinstance(said, str) else json.dumps(said),
            "photo": [SimpleUploadedFile(f"photo-{n}.png", raw, "image/png") for n, raw in enumerate(photos)]}
    answer = client.post("/field/actions", form)
    return answer.status_code, answer.json()


def verifying(city: City) -> tuple[Any, Actor]:
    """A case that an inspector is asked to verify, and that inspector."""
    case = city.reported()
    case = city.steps()["intake"](case, city.whose(city.duty(case)), city.later(minutes=1))
    return case, city.whose(city.duty(case))


def verified(case: Any, actor: Actor, **more: Any) -> dict[str, Any]:
    given = {"subject": str(case.uid), "seen": case.version, "values": {"answer": "exists", "note": "在"}}
    return action(actor, "case.verify", **{**given, **more})


def entries(case: Any) -> list[str]:
    from undercity.ledger.queries import story

    return [entry.verb for entry in story(case.uid)]


def test_the_same_key_again_gives_the_first_answer_and_does_nothing(city: City) -> None:
    case, inspector = verifying(city)
    client, said = phone(inspector), verified(case, inspector)
    status, first = send(client, said, png())
    assert (status, first["first"], first["number"]) == (200, True, case.number)
    status, again = send(client, {**said, "sent_at": "2026-07-17T03:00:00Z", "seen": 99}, png())
    assert (status, again["first"]) == (200, False)
    assert {**again, "first": True} == first
    assert entries(case) == ["case.reported/1", "case.verification_sent/1", "case.verified/1"]
    assert case.photos.count() == 1
    replayed_clean()


def test_another_content_under_the_same_key_is_no_repetition(city: City) -> None:
    case, inspector = verifying(city)
    client, said = phone(inspector), verified(case, inspector)
    assert send(client, said)[0] == 200
    status, told = send(client, {**said, "values": {"answer": "absent", "note": "不在"}})
    assert (status, told["error"]["code"], told["error"]["field"]) == (409, "conflict", "key")


def test_a_report_with_photos_is_one_case_however_often_it_comes(city: City) -> None:
    from undercity.cases.models import Case

    inspector = city.post("inspector")
    values = {"category": MANHOLE, "lat": 36.655, "lon": 117.003, "datum": "wgs84", "text": "", "area": "",
              "address": ""}
    said = action(inspector, "case.report", values=values)
    answers = [send(phone(inspector), said, png(size=(70, 50)), png(size=(50, 70))) for _ in range(3)]
    assert [status for status, _ in answers] == [200] * 3
    assert len({body["number"] for _, body in answers}) == 1
    case = Case.objects.get()
    assert (case.source, sorted((photo.width, photo.height) for photo in case.photos.all())) == (
        "inspector", [(50, 70), (70, 50)])
    replayed_clean()


def test_a_case_that_moved_meanwhile_is_answered_with_what_is_now_who_did_what_and_what_is_allowed(city: City) -> None:
    case, inspector = verifying(city)
    said = verified(case, inspector)
    other = city.steps()["verifying"](case, inspector, city.later(minutes=5))
    status, body = send(phone(inspector), said)
    now = body["error"]["details"]["now"]
    assert (status, body["error"]["code"]) == (409, "conflict")
    assert (now["state"], now["version"], now["number"]) == ("intake", other.version, case.number)
    assert [(one["what"], bool(one["who"])) for one in now["changes"]] == [("Verified on site", True)]
    assert [one["code"] for one in now["allowed"]] == ["case.remark"]
    # What was recorded goes on as a remark, which moves nothing.
    status, _body = send(phone(inspector), action(inspector, "case.remark", subject=said["subject"],
                                                  values={"note": "17:03 看过，在"}), png())
    assert status == 200
    case.refresh_from_db()
    assert (entries(case)[-1], case.version) == ("case.remarked/1", other.version)
    replayed_clean()


def test_who_may_no_longer_is_told_so_and_what_is_hidden_stays_hidden(city: City) -> None:
    case, inspector = verifying(city)
    lead = city.post("shift_lead")
    status, body = send(phone(lead), verified(case, lead))
    assert (status, body["error"]["code"]) == (403, "not_allowed")
    assert body["error"]["details"]["now"]["state"] == "intake"
    handler = city.post("department_handler")
    status, body = send(phone(handler), verified(case, handler))
    assert (status, body["error"]["details"]["now"]["state"]) == (404, "gone")
    assert case.number not in json.dumps(body)
    assert inspector.post != lead.post


def test_one_persons_queue_is_never_sent_in_anothers_name(city: City) -> None:
    case, inspector = verifying(city)
    lead = city.post("shift_lead")
    status, body = send(phone(lead), verified(case, inspector))
    assert (status, body["error"]["field"]) == (403, "who")
    assert entries(case)[-1] == "case.verification_sent/1"
    said = verified(case, inspector)
    assert send(phone(inspector), said)[0] == 200
    # Nor does somebody else learn what a key came to.
    assert send(phone(lead), {**said, "who": str(lead.person)})[0] == 409


def test_signed_out_is_said_to_a_machine_and_a_form_token_is_wanted(city: City) -> None:
    case, inspector = verifying(city)
    nobody = Client(headers={"Accept": "application/json"})
    for path in ("/field/session.json", "/field/today.json"):
        answer = nobody.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_signed_in")
    assert send(nobody, verified(case, inspector))[0] == 401
    from undercity.org.models import Person

    strict = Client(enforce_csrf_checks=True, headers={"Accept": "application/json"})
    strict.force_login(Person.objects.get(pk=inspector.person))
    status, body = send(strict, verified(case, inspector))
    assert (status, body["error"]["code"]) == (403, "stale_form")
    token = strict.get("/field/session.json").json()
    assert token["who"] == str(inspector.person)
    answer = strict.post("/field/actions", {"action": json.dumps(verified(case, inspector))},
                         headers={"X-CSRFToken": token["token"]})
    assert answer.status_code == 200


# One city for all of them, since making it takes longer than asking it.
FAULTY: list[tuple[Any, str]] = [
    ("", "action"), ("{", "action"), ("[" * 20_000, "action"), ("[]", "action"), ("7", "action"),
    ({"key": "x"}, "key"), ({"key": None}, "key"), ({"key": "00000000-0000-4000-8000-000000000000"}, "key"),
    ({"who": 7}, "who"), ({"doing": ""}, "doing"), ({"doing": "case.vanish"}, "doing"), ({"subject": "x"}, "subject"),
    ({"subject": None}, "subject"), ({"seen": "many"}, "seen"), ({"seen": True}, "seen"), ({"seen": 2 ** 40}, "seen"),
    ({"values": []}, "values"), ({"values": {}}, "answer"), ({"values": {"answer": "perhaps"}}, "answer"),
    ({"values": {"answer": 7}}, "answer"), ({"values": {"answer": "exists", "note": "x" * 2001}}, "note")]
LACKING: list[tuple[dict[str, Any], str]] = [
    ({}, "category"), ({"category": "no-such"}, "category"), ({"category": MANHOLE, "lat": "36"}, "lat"),
    ({"category": MANHOLE, "text": "x"}, "lat"),
    ({"category": MANHOLE, "lat": 117.003, "lon": 36.655, "text": "x"}, "lat"),
    ({"category": MANHOLE, "lat": 36.655, "text": "x"}, "lat"), ({"category": MANHOLE, "area": "silicun"}, "text"),
    ({"category": MANHOLE, "lat": 36.655, "lon": 117.003, "datum": "moon", "text": "x"}, "datum")]


def test_what_is_wrong_names_its_field_and_the_remedy(city: City) -> None:
    from undercity.cases.models import Case

    case, inspector = verifying(city)
    client = phone(inspector)
    asked = [(said if isinstance(said, str) else verified(case, inspector, **said), field) for said, field in FAULTY]
    asked += [(action(inspector, "case.report", values=values), field) for values, field in LACKING]
    for said, field in asked:
        status, body = send(client, said)
        assert (status, body["error"]["field"], bool(body["error"].get("remedy"))) == (422, field, True), (said, body)
    assert entries(case)[-1] == "case.verification_sent/1"
    assert Case.objects.count() == 1


def test_a_photo_that_is_none_or_too_large_is_named_and_nothing_is_kept(city: City, settings: Any) -> None:
    from undercity.field.models import Received

    case, inspector = verifying(city)
    client = phone(inspector)
    status, body = send(client, verified(case, inspector), png(), b"no picture")
    assert (status, body["error"]["field"], body["error"]["details"]["photo"]) == (422, "photos", 2)
    settings.PHOTO_MAX_BYTES = 1000
    status, body = send(client, verified(case, inspector), b"x" * 1001)
    assert (status, body["error"]["code"], body["error"]["details"]["photo"]) == (413, "too_large", 1)
    status, body = send(client, verified(case, inspector), *[png()] * 4)
    assert (status, body["error"]["field"]) == (422, "photos")
    assert Received.objects.count() == 0
    # The same key with a better photo is taken: nothing of the refused try is left.
    said = verified(case, inspector)
    assert send(client, said, b"no picture")[0] == 422
    assert send(client, said, png())[0] == 200


def test_handling_wants_its_photo_and_a_duty_its_evidence(city: City) -> None:
    from datetime import date

    from undercity.ledger.actions.agenda import make_duties
    from undercity.ledger.models import Task

    case = city.walk(city.reported(), "disposal")
    handler = city.whose(city.duty(case))
    said = action(handler, "case.done", subject=str(case.uid), seen=case.version, values={"note": "已修"})
    status, body = send(phone(handler), said)
    assert (status, body["error"]["field"]) == (422, "photos")
    assert send(phone(handler), said, png())[0] == 200
    make_duties(date(2026, 7, 1), date(2026, 7, 31), at=city.later(days=1))
    task = Task.objects.filter(template="monthly-visit", status="open").first()
    assert task is not None
    leader = city.whose(type("Held", (), {"post_id": task.held_by}))
    values = {"note": "走访", "days": 2, "problems": 1}
    done = action(leader, "task.done", subject=str(task.pk), seen=task.version, values=values)
    status, body = send(phone(leader), {**done, "values": {**values, "days": 99}}, png())
    assert (status, body["error"]["field"]) == (422, "days")
    assert send(phone(leader), done, png())[0] == 200
    assert send(phone(leader), {**done, "key": str(uuid.uuid7())}, png())[0] == 409
    replayed_clean()


def test_what_took_long_to_arrive_says_when_it_was_recorded(city: City) -> None:
    from undercity.cases.models import Note
    from undercity.field.models import Received

    case, inspector = verifying(city)
    done = datetime(2020, 1, 1, tzinfo=UTC)
    # The phone's clock is years behind; only the time between counts.
    said = verified(case, inspector, done_at=done.isoformat(), sent_at=(done + timedelta(minutes=90)).isoformat())
    assert send(phone(inspector), said)[0] == 200
    row = Received.objects.get()
    assert row.done_at is not None
    assert row.received_at - row.done_at == timedelta(minutes=90)
    assert "Recorded on the spot at" in Note.objects.get(case=case).text
    for odd in ("yesterday", None, 7, (done + timedelta(days=400)).isoformat()):
        assert send(phone(inspector), action(inspector, "case.remark", subject=str(case.uid), values={"note": "x"},
                                             done_at=done.isoformat(), sent_at=odd))[0] == 200
    assert Received.objects.filter(done_at=None).count() == 4


def test_todays_tasks_come_with_their_forms_photos_and_the_map_of_the_posts_area(city: City) -> None:
    from undercity.ledger.pictures import read_picture

    case = city.reported(photos=[read_picture(png())])
    case = city.steps()["intake"](case, city.whose(city.duty(case)), city.later(minutes=1))
    inspector = city.whose(city.duty(case))
    day = phone(inspector).get("/field/today.json").json()
    task = next(one for one in day["tasks"] if one["subject"] == str(case.uid))
    assert [form["code"] for form in task["forms"]] == ["case.verify", "case.remark"]
    assert [value for value, _label in task["forms"][0]["fields"][0]["choices"]] == ["exists", "absent", "unclear"]
    assert (task["version"], task["lat"]) == (case.version, 36.655)
    assert b"".join(phone(inspector).get(task["photos"][0])).startswith(b"\xff\xd8")
    sheet = day["map"]
    assert sheet["south"] < 36.655 < sheet["north"]
    assert sheet["ground"].startswith("<path")
    assert day["report"]["often"][0] in {code for code, _name, _major in day["report"]["categories"]}
    assert len(day["report"]["areas"]) >= 1
    assert day["who"] == str(inspector.person)


def test_what_a_post_reported_most_comes_first(city: City) -> None:
    from undercity.cases.fieldwork import often
    from undercity.cases.states import Source

    inspector, rare = city.post("inspector"), "gbt47678-component-01-002"
    assert often(inspector)[0] != rare
    for _ in range(3):
        city.reported(by=inspector, source=Source.INSPECTOR, category=rare)
    city.reported(by=inspector, source=Source.INSPECTOR)
    assert often(inspector)[:2] == [rare, MANHOLE]
    assert len(often(inspector)) == 12


def test_the_worker_is_at_the_root_and_its_version_follows_its_files(db: None) -> None:
    answer = Client().get("/worker.js")
    text = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert (answer.headers["Service-Worker-Allowed"], answer.headers["Cache-Control"]) == ("/", "no-cache")
    shell = json.loads(text.splitlines()[0].removeprefix("self.SHELL = ").removesuffix(";"))
    assert Client().get("/field/").headers["X-Field-Version"] == shell["version"]
    assert all(Client().get(url).status_code == 200 for url in shell["files"] if not url.startswith("/static/"))
    assert "indexedDB" not in text
    manifest = Client().get("/manifest.webmanifest")
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    sizes = {one["sizes"] for one in manifest.json()["icons"]}
    assert {"192x192", "512x512"} <= sizes
    for one in manifest.json()["icons"]:
        picture = Client().get(one["src"])
        assert picture.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert Client().get("/icon-7.png").status_code == 404


def test_two_senders_at_once_are_one_action(committed_db: str, settings: Any) -> None:
    from django.db import connection

    from tests.city import EVENING
    from undercity import clock
    from undercity.cases.queries import numbers, scheme
    from undercity.city.actions.loading import load_foundations
    from undercity.field.models import Received
    from undercity.ledger.queries import agenda
    from undercity.org import directory

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    held = (directory, scheme, numbers, agenda)
    for one in held:
        one.forget()
    with clock.standing_at(EVENING):
        load_foundations(lambda words: None)
        city = City()
        case, inspector = verifying(city)
        client, said = phone(inspector), verified(case, inspector)
        answers: list[tuple[int, Any]] = []
        barrier = threading.Barrier(4)

        def tab() -> None:
            tab_client = Client(headers={"Accept": "application/json"})
            tab_client.cookies = client.cookies
            barrier.wait()
            try:
                with clock.standing_at(EVENING):
                    answers.append(send(tab_client, said, png()))
            finally:
                connection.close()

        tabs = [threading.Thread(target=tab) for _ in range(4)]
        for one in tabs:
            one.start()
        for one in tabs:
            one.join()
        assert [status for status, _ in answers] == [200] * 4, answers
        assert sorted(body["first"] for _, body in answers) == [False, False, False, True]
        assert (entries(case).count("case.verified/1"), case.photos.count(), Received.objects.count()) == (1, 1, 1)
    for one in held:
        one.forget()
