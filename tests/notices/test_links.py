"""The link in a message: shows little, changes nothing by being looked at, and is nobody's to guess."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, strategies as st

from tests.city import City
from tests.notices.receivers import Receiver
from undercity import clock
from undercity.ledger.models import Duty, Entry
from undercity.notices import links
from undercity.notices.actions import deliver_waiting, reach
from undercity.notices.actions.links import Wrong
from undercity.notices.models import Address, Notice
from undercity.notices.states import Channel
from undercity.org.models import Person

numbers = st.integers(0, 2 ** 63 - 1)


@pytest.fixture(autouse=True)
def nobody_guessed() -> None:
    Wrong._seen.clear()


def linked(city: City, gateway: Receiver) -> tuple[Duty, str]:
    """A duty whose holder was told by text message, and the path of the link in it."""
    case = city.reported()
    duty = city.duty(case)
    reach.add_address(channel=Channel.SMS, text="13800001234", at=city.at, person=city.whose(duty).person)
    deliver_waiting()
    found = re.search(r"http://[^/]+(/n/[^/\s]+/)", gateway.got[-1]["text"])
    assert found, gateway.got[-1]["text"]
    return duty, found[1]


@given(numbers, numbers, st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2090, 1, 1)))
def test_a_token_says_what_went_into_it(notice: int, appointment: int, until: Any) -> None:
    until = until.replace(tzinfo=clock.ZONE, second=0, microsecond=0)
    token = links.token_of(notice, appointment, until)
    assert links.read(token, clock.real_now()) == links.Link(notice, appointment, until)
    assert len(token) <= 49
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)


@given(st.text(max_size=70), st.binary(max_size=40))
def test_what_this_site_never_made_is_no_token(text: str, raw: bytes) -> None:
    import base64

    assert links.read(text, clock.real_now()) is None
    assert links.read(base64.urlsafe_b64encode(raw).decode().rstrip("="), clock.real_now()) is None


@given(numbers, st.integers(0, 400), st.integers(1, 255))
def test_a_token_changed_by_one_bit_is_none(notice: int, place: int, by: int) -> None:
    import base64

    token = links.token_of(notice, 77, clock.real_now() + timedelta(days=1))
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[place % len(raw)] ^= by
    assert links.read(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="), clock.real_now()) is None


def test_looking_changes_nothing_and_one_tap_accepts_the_duty(city: City, gateway: Receiver) -> None:
    duty, path = linked(city, gateway)
    entries = Entry.objects.count()
    for client in (Client(), Client(headers={"user-agent": "WeChat-LinkPreview/1.0"})):
        page = client.get(path)
        assert page.status_code == 200
        assert page.headers["Cache-Control"].startswith("max-age=0")
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert client.head(path).status_code == 200
    assert Entry.objects.count() == entries
    phone = Client()
    assert phone.post(path).status_code == 302
    duty.refresh_from_db()
    assert duty.accepted_at is not None
    newest = Entry.objects.order_by("-number").first()
    assert newest is not None
    assert (newest.verb, newest.post, newest.appointment) == ("duty.accepted/1", duty.post_id, duty.appointment)
    assert "已签收" in phone.get(path).content.decode()
    phone.post(path)
    assert Entry.objects.count() == entries + 1, "twice changes nothing"


def test_the_page_shows_little(city: City, gateway: Receiver) -> None:
    _duty, path = linked(city, gateway)
    page = Client().get(path).content.decode()
    for words in ("险些摔倒", "13800001234", city.whose(_duty).title_zh):
        assert words not in page


def test_a_link_is_over_with_its_days_and_with_the_appointment(city: City, gateway: Receiver) -> None:
    from undercity.org.models import Appointment

    duty, path = linked(city, gateway)
    notice = Notice.objects.filter(post=duty.post_id).latest("id")
    old = links.token_of(notice.pk, duty.appointment or 0, clock.real_now() - timedelta(minutes=2))
    assert Client().get(f"/n/{old}/").status_code == 410
    assert Client().post(f"/n/{old}/").status_code == 410
    Appointment.objects.filter(pk=duty.appointment).update(ends=city.at - timedelta(minutes=1))
    assert Client().get(path).status_code == 410
    assert Client().post(path).status_code == 410
    duty.refresh_from_db()
    assert duty.accepted_at is None


def test_a_link_opens_its_own_notice_only(city: City, gateway: Receiver) -> None:
    duty, _path = linked(city, gateway)
    notice = Notice.objects.filter(post=duty.post_id).latest("id")
    stranger = city.post("evaluator")
    until = clock.real_now() + timedelta(days=1)
    assert Client().get(f"/n/{links.token_of(notice.pk, stranger.appointment or 0, until)}/").status_code == 410
    assert Client().get(f"/n/{links.token_of(10 ** 12, duty.appointment or 0, until)}/").status_code == 404


def test_whoever_guesses_is_slowed_down_and_the_right_link_is_not(city: City, gateway: Receiver) -> None:
    _duty, path = linked(city, gateway)
    guesser = Client()
    statuses = [guesser.get(f"/n/{'A' * 30}{number:03d}/").status_code for number in range(Wrong.MOST + 5)]
    assert set(statuses[:Wrong.MOST]) == {404}
    assert set(statuses[Wrong.MOST:]) == {429}
    assert guesser.get(path).status_code == 200, "others behind the same address can still answer"


def test_a_reader_inside_a_chat_that_keeps_no_cookies_can_answer(city: City, gateway: Receiver) -> None:
    duty, path = linked(city, gateway)
    assert Client().get(path).status_code == 200
    assert Client(enforce_csrf_checks=True).post(path).status_code == 302
    duty.refresh_from_db()
    assert duty.accepted_at is not None


def test_who_is_signed_in_elsewhere_lends_a_link_nothing(city: City, gateway: Receiver) -> None:
    # No cookie is asked for, so none may count: a leader's own session answers nothing through a wrong link.
    duty, path = linked(city, gateway)
    leader = Client(enforce_csrf_checks=True)
    leader.force_login(Person.objects.get(pk=city.post("leader").person))
    assert leader.post(path.replace("/n/", "/n/x")).status_code == 404
    duty.refresh_from_db()
    assert duty.accepted_at is None


def test_answering_a_test_message_confirms_the_address(city: City, gateway: Receiver) -> None:
    actor = city.post("leader")
    row = reach.add_address(channel=Channel.SMS, text="13900001111", at=city.at, person=actor.person)
    reach.send_test(row.uid, by=actor, person=actor.person)
    deliver_waiting()
    found = re.search(r"(/n/[^/\s]+/)", gateway.got[-1]["text"])
    assert found
    Client().post(found[1])
    assert Address.objects.get(pk=row.pk).confirmed_at is not None
    reach.remove_address(row.uid, person=actor.person)
    assert Client().get(found[1]).status_code == 200, "what it asked for is over, and the page says so"
    assert Client().post(found[1]).status_code == 302


def test_a_late_reminder_is_read_and_not_accepted(city: City, gateway: Receiver) -> None:
    from undercity.ledger.actions import escalate

    case = city.reported()
    duty = city.duty(case)
    assert duty.due_at is not None
    assert escalate(duty.pk, at=duty.due_at + timedelta(days=1))
    told = Notice.objects.get(code="duty.escalated")
    page = Client().get(f"/n/{links.token_of(told.pk, told.appointment or 0, clock.real_now() + timedelta(1))}/")
    assert page.status_code == 200
    assert b"<form method=\"post\"><input type=\"hidden\" name=\"csrf" not in page.content.split(b"<main")[1]
    Client().post(page.request["PATH_INFO"])
    duty.refresh_from_db()
    assert duty.accepted_at is None
