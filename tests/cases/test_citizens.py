"""What citizens do with a report: the three steps, supporting, adding, rating, asking again, being told."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, strategies as st

from tests.cases.test_moves import state
from tests.city import MANHOLE, SPOT, City, png
from tests.officers import replayed_clean
from undercity import clock
from undercity.cases import rules
from undercity.cases.states import Outcome, Stage, Verb
from undercity.errors import InvalidMove, NotFound, RuleBroken

CARRIED = re.compile(r'name="carried" value="([^"]*)"')
LITTER = "gbt47678-matter-06-001"


def carried(page: Any) -> str:
    found = CARRIED.search(page.content.decode())
    assert found, page.content.decode()[:2000]
    return unescape(found[1])


def where(client: Client, **more: Any) -> Any:
    return client.post("/report/", {"step": "where", "lat": SPOT[0], "lon": SPOT[1], "datum": "wgs84", **more})


def what(client: Client, page: Any, **more: Any) -> Any:
    return client.post("/report/", {"step": "what", "carried": carried(page), "category": MANHOLE, "text": "井盖破损",
                                    **more})


def words(page: Any) -> str:
    return unescape(page.content.decode())


# --- three steps ----------------------------------------------------------------------------------------------------

def test_going_back_keeps_what_was_typed_and_shown(city: City, client: Client) -> None:
    page = what(client, where(client, address="路口"), photos=SimpleUploadedFile("a.png", png(), "image/png"))
    page = client.post("/report/", {"back": "what", "carried": carried(page), "phone": "13800001111", "name": "张"})
    assert "井盖破损" in words(page)
    page = client.post("/report/", {"back": "where", "step": "what", "carried": carried(page), "category": LITTER,
                                    "text": "改过的话"})
    assert 'value="路口"' in words(page)
    page = where(client, carried=carried(page), address="路口")
    assert "改过的话" in words(page)
    page = what(client, page, category=LITTER, text="改过的话")
    assert 'value="13800001111"' in words(page)
    answer = client.post("/report/", {"step": "send", "carried": carried(page)})
    from undercity.cases.models import Photo, Report

    assert answer.status_code == 302
    assert (Report.objects.get().text, Photo.objects.count()) == ("改过的话", 1)


def test_photos_can_be_taken_out_again(city: City, client: Client) -> None:
    page = what(client, where(client), photos=SimpleUploadedFile("a.png", png(), "image/png"))
    page = client.post("/report/", {"back": "what", "carried": carried(page)})
    page = what(client, page, without_photos="yes")
    page = what(client, page)
    client.post("/report/", {"step": "send", "carried": carried(page)})
    from undercity.cases.models import Case, Photo

    assert (Case.objects.count(), Photo.objects.count()) == (1, 0)


def test_words_without_a_kind_are_read_and_confirmed_never_decided(city: City, client: Client) -> None:
    from undercity.cases.models import Case

    page = what(client, where(client), category="", text="污水井盖破损")
    assert page.status_code == 200
    assert 'class="done"' in words(page), "still at the second step"
    assert "污水井盖" in words(page)
    assert Case.objects.count() == 0
    page = what(client, where(client), category="", text="#### ????")
    assert page.status_code == 422


# --- is it this one? ------------------------------------------------------------------------------------------------

def hint(client: Client, **more: Any) -> str:
    return words(what(client, where(client), **more))


def test_an_open_case_of_the_same_place_is_shown_with_public_fields_only(city: City, client: Client) -> None:
    from undercity.cases.actions.reporting import Sender

    case = city.reported(text="我家门口的井盖，电话 13911112222", address="某小区 3 号楼 402",
                         sender=Sender(name="李四", phone="13911112222"))
    shown = hint(client)
    assert case.number in shown
    for secret in ("我家门口", "402", "李四", "1391111"):
        assert secret not in shown
    assert case.number not in hint(client, category=LITTER)


def test_a_case_that_has_ended_or_lies_elsewhere_is_not_shown(city: City, client: Client) -> None:
    ended, far = city.walk(city.reported(), "closed"), city.reported(lat=SPOT[0] + 0.001)
    shown = hint(client)
    assert ended.number not in shown
    assert far.number not in shown


def test_without_a_position_the_same_words_for_the_place_count(city: City, client: Client) -> None:
    from undercity.cases.queries.similar import already_there
    from undercity.org.queries import directory

    territory = directory().by_key["ganshiqiao"]
    case = city.reported(lat=None, lon=None, territory=territory, address="学校门口")

    def found(address: str) -> list[str]:
        return [one.number for one in already_there(category=MANHOLE, territory=territory, lat=None, lon=None,
                                                    address=address, at=city.at)]

    assert found("学校门口 ") == [case.number]
    assert found("别处") == found("") == []


def test_supporting_adds_a_reporter_and_no_case(city: City, client: Client) -> None:
    from undercity.cases.models import Case, Photo, Supporter

    case = city.reported()
    page = what(client, where(client), text="我也看到了", photos=SimpleUploadedFile("a.png", png(), "image/png"))
    sent = {"step": "send", "carried": carried(page), "support": case.number}
    first, second = client.post("/report/", sent), client.post("/report/", sent)
    assert first.headers["Location"] == second.headers["Location"]
    case.refresh_from_db()
    assert (Case.objects.count(), Supporter.objects.count(), case.reporters, Photo.objects.count()) == (1, 1, 2, 1)
    receipt = words(client.get(first.headers["Location"]))
    assert case.number in receipt
    assert "我也看到了" in receipt
    assert "我也看到了" not in words(client.get(f"/receipt/{case.report.token}"))
    replayed_clean()


def test_a_case_that_ended_meanwhile_is_not_supported(city: City) -> None:
    from undercity.cases.actions.voices import support

    case = city.walk(city.reported(), "closed")
    with pytest.raises(RuleBroken):
        support(case.number, at=city.at)
    with pytest.raises(NotFound):
        support("20260101-999999", at=city.at)


def test_officers_are_not_in_each_others_way_because_of_citizens(city: City) -> None:
    from undercity.cases.actions.intake import send_verification
    from undercity.cases.actions.voices import add, support

    case = city.reported()
    seen = case.version
    support(case.number, at=city.at)
    add(case.report.token, at=city.at, text="还漏水")
    assert send_verification(case.uid, by=city.whose(city.duty(case)), at=city.at, seen=seen).verifying


# --- add, rate, ask again -------------------------------------------------------------------------------------------

def test_what_is_added_stands_in_the_record_of_the_case_once(city: City, client: Client) -> None:
    from undercity.cases.models import Note
    from undercity.cases.queries.lists import time_line

    case, key = city.reported(), uuid4().hex
    for _ in range(2):
        answer = client.post(f"/receipt/{case.report.token}/add/", {
            "add-key": key, "add-text": "又塌了一块", "add-photos": SimpleUploadedFile("a.png", png(), "image/png")})
        assert answer.status_code == 302
    assert Note.objects.count() == 1
    step = time_line(case)[-1]
    assert (step.note, len(step.photos)) == ("又塌了一块", 1)
    answer = client.post(f"/receipt/{case.report.token}/add/", {"add-key": uuid4().hex, "add-text": " "})
    assert answer.status_code == 422
    replayed_clean()


def test_a_rating_is_given_once_after_the_end_within_its_days(city: City) -> None:
    from undercity.cases.actions.voices import rate, support
    from undercity.cases.queries.lists import marks

    case = city.reported()
    other = support(case.number, at=city.at)
    with pytest.raises(RuleBroken):
        rate(case.report.token, at=city.at, stars=5)
    case = city.walk(case, "closed")
    for wrong in (0, 6):
        with pytest.raises(RuleBroken, match="星"):
            rate(case.report.token, at=city.at, stars=wrong)
    rate(case.report.token, at=city.at, stars=5, text="很快")
    with pytest.raises(RuleBroken):
        rate(case.report.token, at=city.at, stars=1)
    case = rate(other.token, at=city.at, stars=2)
    assert (case.ratings, case.stars) == (2, 7)
    assert any("3.5" in mark for mark in marks(case))
    third = city.walk(city.reported(), "closed")
    with pytest.raises(RuleBroken, match="30"):
        rate(third.report.token, at=third.closed_at + timedelta(days=30, seconds=1), stars=3)
    replayed_clean()


def test_asking_again_makes_a_new_case_and_leaves_the_old_one_as_it_was(city: City, client: Client) -> None:
    from undercity.cases.actions.reopening import agree_to_reopen
    from undercity.cases.actions.voices import add, ask_again
    from undercity.cases.models import Case
    from undercity.ledger.models import Duty

    case = city.walk(city.reported(), "closed")
    closed = case.closed_at
    case = ask_again(case.report.token, at=city.later(hours=1), reason="井盖又松了")
    assert case.asked == "reopen"
    duty = Duty.objects.get(pk=case.ask_duty)
    officer = city.whose(duty)
    assert (duty.kind, officer.role) == ("case.reopen_request", "intake_officer")
    with pytest.raises(RuleBroken):
        ask_again(case.report.token, at=city.at, reason="还是松的")
    case = agree_to_reopen(case.uid, by=officer, at=city.later(minutes=5))
    again = Case.objects.get(uid=case.continued_as)
    assert (case.stage, case.closed_at, case.outcome, case.asked) == ("closed", closed, "resolved", "")
    assert (again.stage, again.continues, again.report.text, again.report.lat) == ("intake", case.uid, "井盖又松了",
                                                                                   case.report.lat)
    receipt = words(client.get(f"/receipt/{case.report.token}"))
    assert again.number in receipt
    assert case.number in receipt
    assert add(case.report.token, at=city.at, text="还在").pk == again.pk
    assert city.walk(again, "closed").outcome == "resolved"
    replayed_clean()


def test_a_no_to_asking_again_is_read_by_the_citizen(city: City, client: Client) -> None:
    from undercity.cases.actions.reopening import agree_to_reopen, refuse_to_reopen
    from undercity.cases.actions.voices import ask_again
    from undercity.ledger.models import Duty

    case = city.walk(city.reported(), "closed")
    case = ask_again(case.report.token, at=city.at, reason="井盖又松了")
    officer = city.whose(Duty.objects.get(pk=case.ask_duty))
    with pytest.raises(RuleBroken):
        refuse_to_reopen(case.uid, by=officer, at=city.at, reason=" ")
    case = refuse_to_reopen(case.uid, by=officer, at=city.at, reason="现场已复核，井盖牢固")
    assert case.continued_as is None
    assert "现场已复核" in words(client.get(f"/receipt/{case.report.token}"))
    with pytest.raises(InvalidMove):
        agree_to_reopen(case.uid, by=officer, at=city.at)


@given(outcome=st.sampled_from(["", *Outcome.values]), days=st.integers(0, 60), passed=st.integers(-1, 80),
       asked=st.sampled_from(["", "appeal", "reopen"]), rated=st.booleans())
def test_rating_and_asking_again_have_their_time(outcome: str, days: int, passed: int, asked: str,
                                                 rated: bool) -> None:
    ended = clock.now()
    case = state(Stage.CLOSED if outcome else Stage.CHECK, outcome=outcome, asked=asked,
                 closed_at=ended if outcome else None)
    at = ended + timedelta(days=passed)
    in_time = outcome in {"resolved", "self_handled", "forced"} and passed <= days
    assert bool(rules.may_rate(case, at, days=days, rated=rated)) is (in_time and not rated)
    assert bool(rules.may_ask_again(case, at, days=days)) is (in_time and not asked)
    for no in (rules.may_rate(case, at, days=days, rated=True), rules.may_add(case), rules.may_support(case)):
        assert no or no.reason


def test_nobody_decides_on_what_no_citizen_asked(city: City) -> None:
    case = city.walk(city.reported(), "closed")
    from undercity.cases.pages.moves import MADE

    for verb in (Verb.AGREE_REOPEN, Verb.REFUSE_REOPEN):
        with pytest.raises(InvalidMove):
            MADE[verb](case.uid, by=city.post("intake_officer"), at=city.at, values={"seen": None, "note": "x"})


# --- honest endings and the public page -----------------------------------------------------------------------------

def test_a_receipt_says_how_it_ended_in_plain_words(city: City, client: Client) -> None:
    from undercity.cases.actions.intake import refuse_intake
    from undercity.cases.actions.voices import add

    case = city.reported()
    refuse_intake(case.uid, by=city.whose(city.duty(case)), at=city.at, reason="属于小区物业内部事务")
    told = words(client.get(f"/receipt/{case.report.token}"))
    assert "不属于受理范围" in told
    assert "属于小区物业内部事务" in told
    solved = city.walk(city.reported(), "closed")
    assert "已解决，并经现场核查" in words(client.get(f"/receipt/{solved.report.token}"))
    with pytest.raises(RuleBroken):
        add(solved.report.token, at=city.at, text="x")


def test_the_public_page_shows_neither_words_nor_the_exact_place(city: City, client: Client) -> None:
    from undercity.cases.actions.intake import refuse_intake

    case = city.reported(text="我家门口", address="3 号楼 402")
    refuse_intake(case.uid, by=city.whose(city.duty(case)), at=city.at, reason="张先生所说不属于本单位")
    shown = words(client.get(f"/cases/{case.number}/"))
    for secret in ("我家门口", "402", "张先生", case.report.token, str(SPOT[1])):
        assert secret not in shown
    assert "不属于受理范围" in shown
    for wrong in ("20260101-999999", f"20200101-{case.pk:06d}", "x"):
        assert client.get(f"/cases/{wrong}/").status_code == 404


def test_wrong_links_and_acts_are_not_found(city: City, client: Client) -> None:
    case = city.reported()
    assert client.post("/receipt/nothing/add/", {"add-text": "x"}).status_code == 404
    assert client.post(f"/receipt/{case.report.token}/vanish/", {}).status_code == 404
    assert client.post(f"/receipt/{case.report.token}/rate/", {"rate-stars": "9"}).status_code == 422
    assert client.get("/following/nothing/").status_code == 404
    assert client.get(f"/cases/{case.number}/follow/{uuid4()}/").status_code == 200
    assert client.post(f"/cases/{case.number}/follow/{uuid4()}/", {"code": "123456"}).status_code == 422
