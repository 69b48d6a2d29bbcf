"""Being told of a case: nothing before the code, the key moves after it, nothing after a stop; and the two doors."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.city import City
from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.notices.actions import MOST_ATTEMPTS, deliver_waiting
from undercity.notices.models import Delivery, Notice

EMAIL = "zhang.san@example.com"


def code() -> str:
    """The code of the newest letter."""
    deliver_waiting()
    found = re.search(r"\b\d{6}\b(?!-)", mail.outbox[-1].body)
    assert found
    return found[0]


def following(city: City, case: Any, address: str = EMAIL) -> Any:
    from undercity.cases.actions.following import confirm, follow

    there = follow(case.uid, at=city.at, address=address)
    return confirm(there.pk, code=code(), at=city.at)


def test_no_news_before_the_code_and_the_key_moves_after_it(city: City) -> None:
    from undercity.cases.actions.following import follow

    case = city.reported()
    follow(case.uid, at=city.at, address="other@example.com")
    following(city, case)
    sent = len(mail.outbox)
    case = city.walk(case, "closed")
    deliver_waiting()
    news = mail.outbox[sent:]
    assert {one.to[0] for one in news} == {EMAIL}
    assert [one.subject.rsplit(" · ", 1)[1] for one in news] == ["立案", "派遣", "处置反馈", "结案"]
    assert all(f"/cases/{case.number}/" in one.body for one in news)
    assert "险些摔倒" not in "".join(one.body for one in news)


def test_a_wrong_code_is_counted_and_the_right_one_is_too_late_after_five(city: City) -> None:
    from undercity.cases.actions.following import PAUSE, confirm, follow

    there = follow(city.reported().uid, at=city.at, address=EMAIL)
    right = code()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(RuleBroken):
            confirm(there.pk, code=wrong, at=city.at)
    with pytest.raises(RuleBroken):
        confirm(there.pk, code=right, at=city.at)
    again = follow(there.case_id, at=city.later(seconds=PAUSE.total_seconds()), address=EMAIL)
    assert again.pk == there.pk
    assert confirm(there.pk, code=code(), at=city.at).confirmed_at


def test_an_address_is_not_flooded(city: City) -> None:
    from undercity.cases.actions.following import MOST_A_DAY, follow

    first = city.reported()
    for _ in range(3):
        follow(first.uid, at=city.at, address=EMAIL.upper())
    for _ in range(MOST_A_DAY - 1):
        follow(city.reported().uid, at=city.at, address=EMAIL)
    assert Notice.objects.filter(recipient__isnull=False).count() == MOST_A_DAY
    with pytest.raises(RuleBroken):
        follow(city.reported().uid, at=city.at, address=EMAIL)


@pytest.mark.parametrize("wrong", ["", "zhang@", "call me", "12ab", "1" * 200, "a@b\r\nBcc: c@d", "13800001234"])
def test_what_is_no_address_or_has_no_door_is_refused(wrong: str, city: City) -> None:
    from undercity.cases.actions.following import follow

    with pytest.raises(RuleBroken):
        follow(city.reported().uid, at=city.at, address=wrong)


def test_the_link_of_a_message_ends_them(city: City, client: Client) -> None:
    from undercity.cases.actions.following import stop

    case = city.reported()
    there = following(city, case)
    page = client.get(f"/following/{there.token}/")
    assert "z***@example.com" in page.content.decode()
    assert EMAIL not in page.content.decode()
    assert client.post(f"/following/{there.token}/").status_code == 302
    sent = len(mail.outbox)
    city.walk(case, "closed")
    deliver_waiting()
    assert len(mail.outbox) == sent
    with pytest.raises(NotFound):
        stop("nothing", at=city.at)


def test_news_asked_for_with_the_report_use_the_contact_of_the_dossier_and_go_with_it(city: City,
                                                                                       client: Client) -> None:
    from tests.cases.test_citizens import carried, what, where
    from undercity.cases.actions.erasing import erase_due
    from undercity.cases.models import Case, Follower

    page = what(client, where(client))
    client.post("/report/", {"step": "send", "carried": carried(page), "email": EMAIL, "news": "on"})
    case, there = Case.objects.get(), Follower.objects.get()
    assert (there.address, there.contact is not None) == ("", True)
    assert client.post(f"/cases/{case.number}/follow/{there.pk}/", {"code": code()}).status_code == 302
    case = city.walk(case, "closed")
    erase_due(case.closed_at + timedelta(days=181))
    assert Follower.objects.count() == 0
    sent = len(mail.outbox)
    deliver_waiting()
    assert len(mail.outbox) == sent, "news still waiting find nobody"


def test_an_address_nobody_confirmed_is_forgotten(city: City) -> None:
    from undercity.cases.actions.erasing import erase_due
    from undercity.cases.actions.following import follow
    from undercity.cases.models import Follower

    follow(city.reported().uid, at=city.at, address=EMAIL)
    erase_due(city.later(days=2))
    assert Follower.objects.count() == 1
    erase_due(city.later(minutes=1))
    assert Follower.objects.count() == 0


def test_whoever_waits_for_a_merged_case_is_told_of_the_one_it_goes_on_as(city: City) -> None:
    from undercity.cases.actions.merging import merge

    case, other = city.reported(), city.reported()
    following(city, other)
    merge(other.uid, by=city.whose(city.duty(other)), at=city.at, into=case.number)
    sent = len(mail.outbox)
    case.refresh_from_db()
    city.walk(case, "closed")
    deliver_waiting()
    assert case.number in mail.outbox[-1].subject
    assert len(mail.outbox) - sent == 5


# --- the doors ------------------------------------------------------------------------------------------------------

class Gateway(BaseHTTPRequestHandler):
    """A text-message gateway on loopback: keeps what it is told, answers what it is told to."""

    got: list[dict[str, Any]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Gateway.got.append({**json.loads(body), "key": self.headers.get("Authorization")})
        self.send_response(Gateway.status)
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        """Keeps quiet."""


@pytest.fixture
def gateway(settings: Any) -> Iterator[type[Gateway]]:
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Gateway.got, Gateway.status = [], 200
    settings.SMS_GATEWAY, settings.SMS_KEY = f"http://127.0.0.1:{server.server_address[1]}/", "a-key"
    settings.DEMO = False
    yield Gateway
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_text_message_is_one_post_to_the_gateway(city: City, gateway: type[Gateway]) -> None:
    from undercity.cases.actions.following import follow

    follow(city.reported().uid, at=city.at, address="138 0000-1234")
    deliver_waiting()
    (got,) = gateway.got
    assert (got["to"], got["key"]) == ("13800001234", "Bearer a-key")
    assert re.search(r"\b\d{6}\b", got["text"])
    assert Delivery.objects.get(channel="sms").succeeded


def test_in_a_demonstration_nothing_leaves(city: City, gateway: type[Gateway], settings: Any) -> None:
    from undercity.cases.actions.following import follow

    settings.DEMO = True
    follow(city.reported().uid, at=city.at, address="13800001234")
    deliver_waiting()
    assert gateway.got == []
    assert Delivery.objects.get(channel="sms").detail == "demonstration: not sent"


def test_a_gateway_that_fails_is_tried_later_and_given_up_in_the_end(city: City, gateway: type[Gateway],
                                                                     caplog: pytest.LogCaptureFixture) -> None:
    from undercity.cases.actions.following import follow

    gateway.status = 503
    follow(city.reported().uid, at=city.at, address="13800001234")
    deliver_waiting()
    deliver_waiting()
    notice = Notice.objects.get(recipient__isnull=False)
    assert (len(gateway.got), notice.state) == (1, "waiting")
    assert notice.try_after is not None
    assert notice.try_after > clock.real_now()
    Notice.objects.filter(pk=notice.pk).update(try_after=clock.real_now(), attempts=MOST_ATTEMPTS - 1)
    deliver_waiting()
    notice.refresh_from_db()
    assert notice.state == "failed"
    assert [one.detail for one in notice.deliveries.all()] == ["the gateway answered 503"] * 2
    assert "1380000" not in caplog.text
    assert "1380000" not in json.dumps(list(Delivery.objects.values("detail")))
