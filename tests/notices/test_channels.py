"""A notice to a post travels: by the ways its holder named, in their order, within his wishes, and leaves no trace of
where it went."""

from __future__ import annotations

import json
import re
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.city import City
from tests.notices.receivers import Mailbox, Receiver
from undercity import clock
from undercity.errors import RuleBroken
from undercity.notices import letters
from undercity.notices.actions import ToPost, deliver_waiting, put, put_many, reach, try_again
from undercity.notices.letters import Words
from undercity.notices.models import Address, Copy, Delivery, Notice
from undercity.notices.queries.reach import reachable
from undercity.notices.states import Channel, Level

NUMBER, OTHER = "13800001234", "13900005678"


def numbered(city: City, role: str = "leader", nth: int = 0, number: str = NUMBER,
             channel: Channel = Channel.SMS) -> Any:
    """The holder of a post, with one more address."""
    actor = city.post(role, nth)
    reach.add_address(channel=channel, text=number, at=city.at, person=actor.person)
    return actor


def told(actor: Any, code: str = "order.given", **more: Any) -> Notice:
    return put(**{"code": code, "post": actor.post, "appointment": actor.appointment, "subject_kind": "thing",
                  "subject": uuid4(), "due_at": None, **more})


def log() -> list[tuple[str, bool, str]]:
    return list(Delivery.objects.order_by("id").values_list("channel", "succeeded", "detail"))


def again_at_once(notice: Notice) -> None:
    Notice.objects.filter(pk=notice.pk).update(try_after=None)


# --- the ways -------------------------------------------------------------------------------------------------------

def test_a_text_message_goes_to_the_number_of_whoever_holds_the_post(city: City, gateway: Receiver) -> None:
    notice = told(numbered(city))
    assert deliver_waiting() == 1
    (got,) = gateway.got
    assert (got["to"], got["id"], got["headers"]["Idempotency-Key"]) == (NUMBER, f"notice-{notice.pk}",
                                                                         f"notice-{notice.pk}")
    assert "地下一张网" in got["text"]
    assert log() == [("sms", True, "")]
    notice.refresh_from_db()
    assert (notice.state, notice.level) == ("delivered", Level.URGENT)


def test_whoever_named_no_address_is_told_by_the_page_alone(city: City, gateway: Receiver) -> None:
    told(city.post("leader"))
    deliver_waiting()
    assert gateway.got == []
    assert log() == [("outbox", True, "")]


def test_after_a_change_of_holder_the_new_one_is_told(city: City, gateway: Receiver) -> None:
    from undercity.org.models import Appointment

    before, now = numbered(city), numbered(city, nth=1, number=OTHER)
    Appointment.objects.filter(pk=now.appointment).update(ends=city.at)
    Appointment.objects.filter(pk=before.appointment).update(ends=city.at)
    Appointment.objects.create(post_id=before.post, person_id=now.person, begins=city.at)
    told(before)
    deliver_waiting()
    assert [one["to"] for one in gateway.got] == [OTHER]


def test_an_email_arrives_at_a_real_mail_server(city: City, mailbox: Mailbox) -> None:
    from email import message_from_string, policy

    notice = told(numbered(city, number="li@example.com", channel=Channel.EMAIL))
    deliver_waiting()
    ((to, whole),) = mailbox.got
    mail = message_from_string(whole, policy=policy.default)
    assert (to, mail["To"], mail["Auto-Submitted"]) == ("li@example.com", "li@example.com", "auto-generated")
    assert mail["Message-ID"].startswith(f"<notice-{notice.pk}@")
    assert "地下一张网" in mail["Subject"]
    assert log() == [("email", True, "")]


def test_a_mailbox_that_does_not_exist_leaves_it_to_the_next_way_at_once(city: City, mailbox: Mailbox,
                                                                        gateway: Receiver, settings: Any) -> None:
    settings.MAIL = True
    mailbox.refuse.add("gone@example.com")
    numbered(city, number="gone@example.com", channel=Channel.EMAIL)
    told(numbered(city))
    deliver_waiting()
    assert log() == [("email", False, "the mail server refused the recipient: 550"), ("sms", True, "")]


ROBOTS = [(Channel.WECOM, "/cgi-bin/webhook/send?key=abc-1", "text", "content"),
          (Channel.DINGTALK, "/robot/send?access_token=abc1#SECxyz", "text", "content"),
          (Channel.FEISHU, "/open-apis/bot/v2/hook/abc-1#sign", "content", "text")]


@pytest.mark.parametrize(("channel", "path", "outer", "inner"), ROBOTS)
def test_a_group_robot_is_spoken_to_as_its_maker_asks(channel: Channel, path: str, outer: str, inner: str, city: City,
                                                      group: Receiver) -> None:
    told(numbered(city, number=group.base + path, channel=channel))
    deliver_waiting()
    (got,) = group.got
    assert got["path"].startswith(path.partition("#")[0])
    assert "地下一张网" in got[outer][inner]
    signed = got["path"] if channel is Channel.DINGTALK else json.dumps(got)
    assert ("sign" in signed) is ("#" in path)
    assert "SECxyz" not in json.dumps(got)
    assert log() == [(channel.value, True, "")]


@pytest.mark.parametrize(("channel", "path"), [(one[0], one[1]) for one in ROBOTS])
def test_what_can_be_answered_comes_as_a_card_with_one_button(channel: Channel, path: str, city: City,
                                                              group: Receiver) -> None:
    duty = city.duty(city.reported())
    reach.add_address(channel=channel, text=group.base + path, at=city.at, person=city.whose(duty).person)
    deliver_waiting()
    told = json.dumps(group.got[-1], ensure_ascii=False)
    link = re.search(r"http://[^/\"]+(/n/[A-Za-z0-9_-]+/)", told)
    assert link is not None
    kind = group.got[-1].get("msgtype") or group.got[-1]["msg_type"]
    assert kind == {"wecom": "template_card", "dingtalk": "actionCard", "feishu": "interactive"}[channel.value]
    assert "一点签收" in told
    assert Client().post(link[1]).status_code == 302
    duty.refresh_from_db()
    assert duty.accepted_at is not None


@pytest.mark.parametrize(("answer", "detail"), [
    (b'{"errcode": 93000, "errmsg": "invalid webhook url"}', "the group's robot answered 93000"),
    (b'{"errcode": 45009}', "the group's robot answered 45009"),
    (b'{"code": 19001}', "the group's robot answered 19001"),
    (b"<html>", "the group's robot answered what nobody understands"),
    (b'[]', "the group's robot answered what nobody understands")])
def test_a_robot_that_says_200_and_means_no_is_no_success(answer: bytes, detail: str, city: City,
                                                         group: Receiver) -> None:
    group.body = answer
    told(numbered(city, number=group.base + ROBOTS[0][1], channel=Channel.WECOM))
    deliver_waiting()
    assert log() == [("wecom", False, detail)]


def test_a_receiver_of_ones_own_gets_json_with_the_key(city: City, group: Receiver) -> None:
    notice = told(numbered(city, number=f"{group.base}/hook?room=3", channel=Channel.WEBHOOK))
    deliver_waiting()
    assert log() == [("webhook", True, "")]
    (got,) = group.got
    assert got["headers"]["Idempotency-Key"] == got["id"] == f"notice-{notice.pk}"
    assert got["path"] == "/hook?room=3"
    assert "地下一张网" in got["title"]
    assert "/desk/" in got["message"] or "/n/" in got["message"]


def test_a_provider_apprise_knows_takes_the_place_of_the_gateway(city: City, gateway: Receiver, settings: Any) -> None:
    settings.SMS_GATEWAY = gateway.base.replace("http://", "json://") + "/sms?:phone={to}"
    told(numbered(city))
    deliver_waiting()
    (got,) = gateway.got
    assert got["phone"] == NUMBER
    assert "地下一张网" in got["message"]
    assert log() == [("sms", True, "")]


def test_a_host_nobody_allowed_is_not_spoken_to(city: City, group: Receiver, settings: Any) -> None:
    actor = numbered(city, number=f"{group.base}/hook", channel=Channel.WEBHOOK)
    settings.WEBHOOK_HOSTS = {"elsewhere.example"}
    told(actor)
    deliver_waiting()
    assert group.got == []
    with pytest.raises(RuleBroken):
        numbered(city, number="http://169.254.169.254/latest", channel=Channel.WEBHOOK)


# --- trouble --------------------------------------------------------------------------------------------------------

def test_a_gateway_that_fails_twice_is_asked_again_under_the_same_key(city: City, gateway: Receiver) -> None:
    gateway.script = [500, 503]
    notice = told(numbered(city))
    for _ in range(3):
        deliver_waiting()
        again_at_once(notice)
    assert log() == [("sms", False, "the gateway answered 500"), ("sms", False, "the gateway answered 503"),
                     ("sms", True, "")]
    assert set(gateway.keys()) == {f"notice-{notice.pk}"}


def test_when_a_way_fails_for_good_the_next_one_is_taken_and_the_body_s_group_last(
        city: City, gateway: Receiver, group: Receiver) -> None:
    actor = numbered(city)
    reach.add_address(channel=Channel.WECOM, text=group.base + ROBOTS[0][1], at=city.at, body=actor.body)
    gateway.status = 422
    told(actor)
    deliver_waiting()
    assert log() == [("sms", False, "the gateway answered 422"), ("wecom", True, "")]
    (got,) = group.got
    assert actor.title_zh in got["text"]["content"], "in a group stands whose it is"
    assert "/n/" not in got["text"]["content"], "and no link by which another could answer"


def test_what_was_given_up_can_be_tried_again(city: City, gateway: Receiver) -> None:
    notice = told(numbered(city))
    Notice.objects.filter(pk=notice.pk).update(attempts=10)
    gateway.script = [500]
    deliver_waiting()
    notice.refresh_from_db()
    assert notice.state == "failed"
    try_again(notice.pk)
    deliver_waiting()
    notice.refresh_from_db()
    assert notice.state == "delivered"
    with pytest.raises(RuleBroken):
        try_again(notice.pk)


def test_a_gateway_that_answers_twice_spoils_no_other_answer(city: City, gateway: Receiver) -> None:
    gateway.twice = True
    for nth in range(4):
        told(numbered(city, nth=nth, number=f"1380000000{nth}"))
    deliver_waiting()
    assert log() == [("sms", True, "")] * 4
    assert len(set(gateway.keys())) == 4


def test_a_drill_says_so_in_every_message(city: City, gateway: Receiver) -> None:
    actor = numbered(city)
    with clock.standing_at(city.at, name="drill-1"):
        told(actor)
    deliver_waiting()
    assert gateway.got[0]["text"].startswith("【演练】")


# --- wishes ---------------------------------------------------------------------------------------------------------

def test_quiet_hours_hold_back_a_duty_and_not_an_order(city: City, gateway: Receiver) -> None:
    actor = numbered(city)
    reach.wish(person=actor.person, quiet=(time(22), time(7)), on_page=[], language="zh-hans")
    night = datetime(2026, 7, 18, 23, 30, tzinfo=clock.ZONE)
    with clock.standing_at(night):
        duty = told(actor, "task.visit")
        order = told(actor)
        deliver_waiting()
        assert gateway.keys() == [f"notice-{order.pk}"]
        duty.refresh_from_db()
        assert (duty.state, duty.attempts) == ("waiting", 0)
        assert duty.try_after is not None
        assert abs(duty.try_after - clock.real_now() - timedelta(hours=7.5)) < timedelta(minutes=1)
    with clock.standing_at(night + timedelta(hours=8)):
        again_at_once(duty)
        deliver_waiting()
    assert gateway.keys()[1:] == [f"notice-{duty.pk}"]


def test_what_may_wait_stays_on_the_page_when_that_is_wished(city: City, gateway: Receiver) -> None:
    actor = numbered(city)
    reach.wish(person=actor.person, quiet=None, on_page=["duties"], language="en")
    told(actor, "task.visit")
    order = told(actor)
    deliver_waiting()
    assert gateway.keys() == [f"notice-{order.pk}"]
    assert "Undercity" in gateway.got[0]["text"], "in the reader's language"
    with pytest.raises(RuleBroken):
        reach.wish(person=actor.person, quiet=None, on_page=["orders"], language="en")


@pytest.mark.parametrize(("channel", "text"), [
    (Channel.SMS, ""), (Channel.SMS, "call me"), (Channel.SMS, "1" * 40), (Channel.EMAIL, "zhang@"),
    (Channel.EMAIL, "a@b\r\nBcc: c@d"), (Channel.WECOM, "https://example.com/cgi-bin/webhook/send?key=1"),
    (Channel.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="), (Channel.WEBHOOK, "file:///etc/passwd"),
    (Channel.OUTBOX, "x")])
def test_what_is_no_address_is_refused_with_the_remedy(channel: Channel, text: str, city: City) -> None:
    with pytest.raises(RuleBroken) as refused:
        reach.add_address(channel=channel, text=text, at=city.at, person=city.post("leader").person)
    assert refused.value.field in {"address", "channel"}
    assert refused.value.remedy


def test_the_same_address_twice_is_one_and_there_is_an_end_to_them(city: City) -> None:
    person = city.post("leader").person
    for number in ("138 0000-1234", NUMBER):
        reach.add_address(channel=Channel.SMS, text=number, at=city.at, person=person)
    assert Address.objects.filter(person=person).count() == 1
    for number in range(reach.MOST_ADDRESSES - 1):
        reach.add_address(channel=Channel.SMS, text=f"1390000000{number}", at=city.at, person=person)
    with pytest.raises(RuleBroken):
        reach.add_address(channel=Channel.SMS, text=OTHER, at=city.at, person=person)
    last = Address.objects.filter(person=person).last()
    assert last is not None
    reach.raise_address(last.uid, person=person)
    assert [row.rank for row in Address.objects.filter(person=person)] == list(range(reach.MOST_ADDRESSES))
    last.refresh_from_db()
    assert last.rank == reach.MOST_ADDRESSES - 2


def test_test_messages_are_few_and_erasing_the_person_erases_his_addresses(city: City, gateway: Receiver) -> None:
    from undercity.org.models import Person

    actor = numbered(city)
    uid = Address.objects.get(person=actor.person).uid
    for _ in range(6):
        reach.send_test(uid, by=actor, person=actor.person)
    with pytest.raises(RuleBroken):
        reach.send_test(uid, by=actor, person=actor.person)
    deliver_waiting()
    assert [one["to"] for one in gateway.got] == [NUMBER] * 6
    Person.objects.filter(pk=actor.person).delete()
    assert Address.objects.count() == 0


# --- many at once ---------------------------------------------------------------------------------------------------

def test_one_batch_tells_a_post_once_however_often_it_is_put(city: City) -> None:
    batch, posts = uuid4(), [city.post("leader", nth) for nth in range(4)]
    rows = [ToPost("order.given", one.post, one.appointment, "activation", batch) for one in posts]
    assert put_many(rows + rows, batch=batch) == 4
    assert put_many(rows, batch=batch) == 0
    assert put_many([*rows, ToPost("order.given", city.post("keeper").post, None, "activation", batch)],
                    batch=batch) == 1
    assert set(Notice.objects.values_list("level", flat=True)) == {Level.URGENT}
    assert put_many([], batch=uuid4()) == 0


def test_whoever_holds_two_posts_gets_one_message_with_all_his_orders(
        city: City, gateway: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    from undercity.org.models import Appointment

    first, second = numbered(city), city.post("leader", 1)
    Appointment.objects.filter(pk=second.appointment).update(person=first.person)
    monkeypatch.setitem(letters._for_posts, "activation", letters.ForPosts(
        lambda notices: Words("防汛指令", (f"共{len(notices)}条",), "/desk/")))
    batch = uuid4()
    put_many([ToPost("order.given", one.post, one.appointment, "activation", batch) for one in (first, second)],
             batch=batch)
    assert deliver_waiting() == 2
    (got,) = gateway.got
    assert "共2条" in got["text"]


def test_the_urgent_goes_before_the_rest_whatever_came_first(city: City, gateway: Receiver) -> None:
    from undercity.notices.actions import claim

    actor = numbered(city)
    first, order, late = told(actor, "task.visit"), told(actor), told(actor, "duty.escalated")
    assert claim() == [order.pk, late.pk, first.pk]


def test_a_plan_can_ask_whom_nobody_can_reach(city: City, gateway: Receiver) -> None:
    actor, other = numbered(city), city.post("leader", 1)
    assert reachable([actor.post, other.post]) == {actor.post: frozenset({Channel.SMS}), other.post: frozenset()}


# --- demonstration, and what must stand nowhere ---------------------------------------------------------------------

def test_in_a_demonstration_everything_stands_on_the_page_and_nothing_leaves(city: City, gateway: Receiver,
                                                                             settings: Any) -> None:
    settings.DEMO = True
    notice = told(numbered(city))
    deliver_waiting()
    assert gateway.got == []
    assert log() == [("sms", True, "demonstration: not sent")]
    copy = Copy.objects.get(notice=notice)
    assert (copy.channel, copy.to) == ("sms", "138****1234")
    assert NUMBER not in copy.text


def test_no_address_and_no_text_stands_in_the_log_or_beside_a_delivery(city: City, gateway: Receiver, group: Receiver,
                                                                       caplog: pytest.LogCaptureFixture) -> None:
    import logging

    caplog.set_level(logging.DEBUG)
    settings_quiet = [logging.getLogger(name) for name in ("apprise", "urllib3", "httpx", "httpcore")]
    before = [one.level for one in settings_quiet]
    from django.conf import settings as deployed
    for one in settings_quiet:
        one.setLevel(deployed.LOGGING["loggers"][one.name]["level"])
    try:
        gateway.status = 500
        actor = numbered(city)
        reach.add_address(channel=Channel.WECOM, text=group.base + "/cgi-bin/webhook/send?key=secret-key-77",
                          at=city.at, person=actor.person)
        reach.add_address(channel=Channel.WEBHOOK, text=group.base + "/hook/secret-path-88", at=city.at,
                          person=actor.person)
        group.status = 404
        notice = told(actor)
        for _ in range(6):
            deliver_waiting()
            again_at_once(notice)
    finally:
        for one, level in zip(settings_quiet, before, strict=True):
            one.setLevel(level)
    kept = caplog.text + json.dumps(list(Delivery.objects.values("detail"))) + str(
        list(Notice.objects.values("code", "subject_kind")))
    assert {channel for channel, _ok, _detail in log()} == {"sms", "wecom", "webhook"}
    for secret in (NUMBER, "secret-key-77", "secret-path-88", "a-key"):
        assert secret not in kept
