"""How am I reached, the groups of bodies, and the outbox."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.city import City
from tests.notices.receivers import Receiver
from undercity.notices.actions import deliver_waiting, put, reach
from undercity.notices.models import Address, Notice, Preference
from undercity.notices.states import Channel

HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcdef-123456"


def signed_in(actor: Any) -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=actor.person))
    return client


def test_an_officer_says_how_he_is_reached_and_in_which_order(city: City) -> None:
    actor = city.post("leader")
    client = signed_in(actor)
    assert "请先填写手机号" in client.get("/desk/reach/").content.decode()
    for channel, text in (("sms", "138 0000 1234"), ("email", "li@example.com"), ("wecom", HOOK)):
        assert client.post("/desk/reach/", {"channel": channel, "address": text}).status_code == 302
    page = client.get("/desk/reach/").content.decode()
    assert "138****1234" in page
    assert "l***@example.com" in page
    for secret in ("13800001234", "li@example.com", "abcdef-123456"):
        assert secret not in page
    third = Address.objects.get(channel="wecom")
    client.post(f"/desk/reach/{third.uid}/earlier/")
    assert list(Address.objects.filter(person=actor.person).values_list("channel", flat=True)) == ["sms", "wecom",
                                                                                                "email"]
    client.post(f"/desk/reach/{third.uid}/test/")
    assert Notice.objects.get(code="notice.test").subject == third.uid
    client.post(f"/desk/reach/{third.uid}/remove/")
    assert Address.objects.count() == 2


@pytest.mark.parametrize(("channel", "text"), [("sms", ""), ("sms", "call me"), ("email", "x"), ("wecom", "https://e.x/"),
                                               ("nothing", "x"), ("outbox", "x"), ("webhook", "x" * 500)])
def test_a_wrong_address_comes_back_with_what_was_typed_and_why(channel: str, text: str, city: City) -> None:
    answer = signed_in(city.post("leader")).post("/desk/reach/", {"channel": channel, "address": text})
    assert answer.status_code == 422
    assert b"errors" in answer.content
    assert text[:300].encode() in answer.content
    assert Address.objects.count() == 0


def test_quiet_hours_are_kept_and_half_of_them_is_refused(city: City) -> None:
    actor = city.post("leader")
    client = signed_in(actor)
    wishes = {"quiet_from": "22:00", "quiet_until": "06:30", "on_page": ["duties"], "language": "en"}
    assert client.post("/desk/reach/", wishes).status_code == 302
    row = Preference.objects.get(person=actor.person)
    assert (str(row.quiet_from), str(row.quiet_until)) == ("22:00:00", "06:30:00")
    assert (row.on_page, row.language) == (["duties"], "en")
    assert client.post("/desk/reach/", {**wishes, "quiet_until": ""}).status_code == 422
    assert client.post("/desk/reach/", {**wishes, "on_page": ["orders"]}).status_code == 422
    none = {**wishes, "quiet_from": "", "quiet_until": "", "on_page": []}
    assert client.post("/desk/reach/", none).status_code == 302


def test_nobody_touches_the_address_of_another(city: City) -> None:
    actor, other = city.post("leader"), city.post("leader", 1)
    row = reach.add_address(channel=Channel.SMS, text="13800001234", at=city.at, person=actor.person)
    client = signed_in(other)
    for step, status in (("test", 404), ("earlier", 404), ("remove", 302), ("nothing", 404)):
        assert client.post(f"/desk/reach/{row.uid}/{step}/").status_code == status
    assert Address.objects.filter(pk=row.pk).exists()
    assert Notice.objects.filter(code="notice.test").count() == 0
    assert client.post(f"/desk/reach/{uuid4()}/test/").status_code == 404


def test_an_administrator_gives_a_body_its_group_and_others_may_not(city: City) -> None:
    client = signed_in(city.post("administrator"))
    assert client.post("/desk/groups/jinan-cad/", {"channel": "wecom", "address": HOOK}).status_code == 302
    row = Address.objects.get()
    assert row.body is not None
    assert row.body.key == "jinan-cad"
    page = client.get("/desk/groups/jinan-cad/").content.decode()
    assert "abcdef-123456" not in page
    assert client.post("/desk/groups/jinan-cad/", {"channel": "sms", "address": "13800001234"}).status_code == 422
    client.post(f"/desk/groups/jinan-cad/{row.uid}/test/")
    assert Notice.objects.get().subject == row.uid
    for role in ("leader", "keeper"):
        other = signed_in(city.post(role))
        assert other.post("/desk/groups/jinan-cad/", {"channel": "wecom", "address": HOOK}).status_code == 403
        assert other.post(f"/desk/groups/jinan-cad/{row.uid}/remove/").status_code == 403
    client.post(f"/desk/groups/jinan-cad/{row.uid}/remove/")
    assert Address.objects.count() == 0
    assert client.get("/desk/groups/no-such-body/").status_code == 404
    assert client.get("/desk/groups/", {"words": "人防"}).status_code == 200


def test_the_outbox_shows_every_text_of_a_demonstration_and_finds_it_again(city: City) -> None:
    actor = city.post("leader")
    reach.add_address(channel=Channel.SMS, text="13800001234", at=city.at, person=actor.person)
    for code in ("order.given", "task.visit"):
        put(code=code, post=actor.post, appointment=actor.appointment, subject_kind="thing", subject=uuid4(),
            due_at=None)
    deliver_waiting()
    client = signed_in(city.post("administrator"))

    def rows(**asked: str) -> int:
        return client.get("/desk/outbox/", asked).content.decode().count("<tr><td")

    assert rows() == 2
    assert rows(level="2") == rows(level="0") == 1
    assert rows(channel="sms") == rows(state="delivered") == 2
    assert rows(channel="email") == rows(words="没有这样的话") == 0
    assert rows(words=actor.title_zh) == 2
    assert rows(words="127.0.0.1") == 2
    page = client.get("/desk/outbox/").content.decode()
    assert "138****1234" in page
    assert "13800001234" not in page
    assert client.get("/desk/outbox/", {"state": "x", "level": "y", "before": "z"}).status_code == 200


def test_in_a_real_city_the_outbox_shows_no_text(city: City, gateway: Receiver) -> None:
    from undercity.org.models import Person

    Person.objects.update(is_sample=False)
    actor = city.post("leader")
    reach.add_address(channel=Channel.SMS, text="13800001234", at=city.at, person=actor.person)
    gateway.status = 404
    notice = put(code="order.given", post=actor.post, appointment=actor.appointment, subject_kind="thing",
                 subject=uuid4(), due_at=None)
    Notice.objects.filter(pk=notice.pk).update(attempts=10)
    deliver_waiting()
    client = signed_in(city.post("administrator"))
    page = client.get("/desk/outbox/").content.decode()
    assert "order.given" in page
    assert "/n/" not in page
    assert "138****" not in page
    assert client.post(f"/desk/outbox/{notice.pk}/again/").status_code == 302
    notice.refresh_from_db()
    assert notice.state == "waiting"


def test_a_real_city_without_any_channel_is_warned(settings: Any) -> None:
    from undercity.site.checks import somebody_is_told, terms_of_notices_are_readable

    settings.DEMO, settings.MAIL, settings.SMS_GATEWAY = False, False, ""
    settings.ROBOTS, settings.WEBHOOK_HOSTS = {}, set()
    assert [one.id for one in somebody_is_told(None)] == ["undercity.W007"]
    settings.ROBOTS = {"wecom": ""}
    assert somebody_is_told(None) == []
    assert terms_of_notices_are_readable(None) == []
    settings.NOTICE_TERMS = __file__
    assert [one.id for one in terms_of_notices_are_readable(None)] == ["undercity.E002"]
