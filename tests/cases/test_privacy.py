"""Contacts are masked, looks are noted, and what was kept long enough goes, from the index and the disk as well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, strategies as st
from PIL import Image

from tests.city import City, png
from tests.officers import replayed_clean
from undercity.cases.masking import masked, masked_email, masked_name, masked_phone
from undercity.errors import RuleBroken

PHONE, EMAIL = "13800001234", "zhang.san@example.com"


def sender() -> Any:
    from undercity.cases.actions.reporting import Sender

    return Sender(name="张三", phone=PHONE, email=EMAIL)


def officer(city: City, role: str) -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=city.post(role).person))
    return client


# --- masks ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("mask", "whole", "shown"), [
    (masked_phone, "13800001234", "138****1234"), (masked_phone, "138 0000 1234", "138****1234"),
    (masked_phone, "12345", "****45"), (masked_phone, "110", "****"), (masked_phone, "", ""),
    (masked_email, "zhang@example.com", "z***@example.com"), (masked_email, "no address", "****"),
    (masked_email, "", ""), (masked_name, "张三丰", "张**"), (masked_name, " ", "")])
def test_masks(mask: Callable[[str], str], whole: str, shown: str) -> None:
    assert mask(whole) == shown


@given(st.text(alphabet="0123456789 -+()", min_size=1, max_size=20))
def test_a_masked_number_never_shows_more_than_seven_digits_nor_more_than_two_thirds(text: str) -> None:
    digits = [letter for letter in text if letter.isdigit()]
    shown = [letter for letter in masked(text) if letter.isdigit()]
    assert len(shown) <= 7
    assert len(shown) * 3 <= len(digits) * 2


# --- looks ----------------------------------------------------------------------------------------------------------

def test_a_contact_is_shown_after_a_reason_and_the_look_is_noted(city: City) -> None:
    from undercity.ledger.models import Look

    case, client = city.reported(sender=sender()), officer(city, "intake_officer")
    page = unescape(client.get(f"/desk/cases/{case.number}/").content.decode())
    assert "138****1234" in page
    assert "z***@example.com" in page
    answer = client.post(f"/desk/cases/{case.number}/contact/", {"reason": " "})
    for shown in (page, answer.content.decode()):
        assert PHONE not in shown
        assert EMAIL not in shown
    assert (answer.status_code, Look.objects.count()) == (422, 0)
    answer = client.post(f"/desk/cases/{case.number}/contact/", {"reason": "巡查员找不到地点"})
    assert PHONE in answer.content.decode()
    look = Look.objects.get()
    assert (look.post, look.subject) == (city.post("intake_officer").post, case.uid)
    assert (look.fields, look.reason) == ("contact", "巡查员找不到地点")
    audit = unescape(officer(city, "evaluator").get("/desk/looks/?kind=case").content.decode())
    assert "巡查员找不到地点" in audit
    assert case.number in audit
    assert PHONE not in audit


def test_a_post_without_the_power_sees_not_even_the_mask(city: City) -> None:
    case, client = city.reported(sender=sender()), officer(city, "shift_lead")
    assert "138****" not in client.get(f"/desk/cases/{case.number}/").content.decode()
    assert client.post(f"/desk/cases/{case.number}/contact/", {"reason": "x"}).status_code == 403


def test_contacts_of_supporters_and_of_what_went_on_are_found(city: City) -> None:
    from undercity.cases.actions.reopening import agree_to_reopen
    from undercity.cases.actions.reporting import Sender
    from undercity.cases.actions.voices import ask_again, support
    from undercity.cases.models import Case
    from undercity.cases.queries.contacts import contacts_of
    from undercity.ledger.models import Duty

    case = city.reported(sender=sender())
    support(case.number, at=city.at, sender=Sender(phone="13911112222"))
    case = ask_again(city.walk(case, "closed").report.token, at=city.at, reason="又坏了")
    case = agree_to_reopen(case.uid, by=city.whose(Duty.objects.get(pk=case.ask_duty)), at=city.at)
    again = Case.objects.get(uid=case.continued_as)
    assert {one.phone for one in contacts_of(again)} == {PHONE, "13911112222"}


# --- erasing --------------------------------------------------------------------------------------------------------

def found(words: str) -> list[int]:
    from undercity.cases.queries.search import matching

    return [number for some in matching(words) for number in some]


def test_contacts_go_first_words_and_photos_later_and_the_record_says_so_without_them(city: City) -> None:
    from undercity.cases.actions.erasing import erase_due
    from undercity.cases.models import Contact, Note, Photo, Report
    from undercity.cases.queries.lists import time_line
    from undercity.ledger.models import Entry
    from undercity.ledger.pictures import path_of, read_picture

    picture = read_picture(png((7, 8, 9)))
    case = city.reported(text="琥珀色的井盖响", sender=sender(), photos=[picture])
    from undercity.cases.actions.voices import add

    add(case.report.token, at=city.at, text="琉璃色的也响")
    other = city.reported(text="琥珀色的路灯")
    case = city.walk(case, "closed")
    assert erase_due(case.closed_at + timedelta(days=180)) == 0
    assert erase_due(case.closed_at + timedelta(days=181)) == 1
    contact = Contact.objects.get(case=case)
    assert (contact.name, contact.phone, contact.email, contact.salt) == ("", "", "", "")
    assert found("琥珀") == [other.pk, case.pk]
    assert erase_due(case.closed_at + timedelta(days=1096)) == 3
    assert erase_due(case.closed_at + timedelta(days=1096)) == 0
    assert found("琥珀") == [other.pk]
    report = Report.objects.get(case=case)
    assert (report.text, report.address, report.salt) == ("", "", "")
    assert Note.objects.get(speaker=report.pk).text == ""
    assert Photo.objects.get(case=case, verb="report").sha256 == ""
    entries = Entry.objects.filter(stream=case.uid, verb="case.erased/1").order_by("sequence")
    assert [entry.facts["term"] for entry in entries] == ["keep_contact_days", "keep_words_days"]
    assert [len(entry.facts["dossiers_erased"]) for entry in entries] == [1, 3]
    assert str(report.pk) in str(entries[1].facts)
    assert "琥珀" not in str([entry.facts for entry in Entry.objects.all()])
    assert time_line(case)
    assert path_of(picture.sha256).exists(), "files go when the transaction is committed"
    replayed_clean()


@pytest.mark.parametrize("kept_elsewhere", [False, True])
def test_a_picture_leaves_the_disk_unless_it_is_evidence_elsewhere(
        kept_elsewhere: bool, city: City, django_capture_on_commit_callbacks: Any) -> None:
    from undercity.cases.actions.erasing import erase_due
    from undercity.ledger.pictures import path_of, read_picture

    picture = read_picture(png((1, 2, 200 + kept_elsewhere)))
    case = city.walk(city.reported(photos=[picture]), "closed")
    if kept_elsewhere:
        city.reported(photos=[picture])
    with django_capture_on_commit_callbacks(execute=True):
        erase_due(case.closed_at + timedelta(days=2000))
    assert path_of(picture.sha256).exists() is kept_elsewhere


def test_an_open_case_keeps_what_it_needs_and_gives_it_up_when_it_ends(city: City, client: Client) -> None:
    from undercity.cases.actions.erasing import erase_due
    from undercity.cases.models import Contact, Report

    case = city.reported(text="琥珀色的井盖", sender=sender())
    place = f"/receipt/{case.report.token}/erase/"
    assert client.post(place, {}).status_code == 422
    assert Contact.objects.get().phone == PHONE
    assert client.post(place, {"erase-sure": "on"}).status_code == 302
    assert (Contact.objects.get().phone, Report.objects.get().text) == ("", "琥珀色的井盖")
    assert erase_due(city.later(days=3)) == 0
    case = city.walk(case, "closed")
    assert erase_due(city.later(hours=1)) == 1
    assert (Report.objects.get().text, found("琥珀")) == ("", [])
    assert client.get(f"/receipt/{case.report.token}").status_code == 200
    replayed_clean()


def test_after_the_end_everything_goes_at_once_and_only_ones_own(city: City) -> None:
    from undercity.cases.actions.erasing import erase_mine
    from undercity.cases.actions.voices import support
    from undercity.cases.models import Note, Report

    case = city.reported(text="琥珀色的井盖")
    other = support(case.number, at=city.at, text="我也看到")
    case = city.walk(case, "closed")
    with pytest.raises(RuleBroken):
        erase_mine(case.report.token, at=city.at, sure=False)
    erase_mine(other.token, at=city.at, sure=True)
    assert (Note.objects.get(speaker=other.pk).text, Report.objects.get().text) == ("", "琥珀色的井盖")
    erase_mine(case.report.token, at=city.at, sure=True)
    assert Report.objects.get().text == ""
    replayed_clean()


# --- the hook for faces and plates ----------------------------------------------------------------------------------

def grey(image: Image.Image) -> Image.Image:
    return Image.new("RGB", image.size, (128, 128, 128))


def broken(image: Image.Image) -> Image.Image:
    raise ZeroDivisionError


def test_the_deployments_own_callable_gets_every_picture_and_a_broken_one_refuses_it(settings: Any) -> None:
    import io

    from undercity.ledger.pictures import read_picture

    settings.BLUR = f"{__name__}:grey"
    with Image.open(io.BytesIO(read_picture(png()).jpeg)) as image:
        assert image.getpixel((5, 5)) == (128, 128, 128)
    for wrong in ("broken", "absent"):
        settings.BLUR = f"{__name__}:{wrong}"
        with pytest.raises(RuleBroken):
            read_picture(png())
