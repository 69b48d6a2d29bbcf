"""Sending many: nobody is told twice while workers live, nobody is left out when one dies, and nobody waits for
another's channel."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from tests.notices.receivers import Receiver
from tests.server import environment_for
from undercity import clock
from undercity.notices import lanes
from undercity.notices.actions import claim, deliver_waiting
from undercity.notices.actions.claiming import CLAIM_HOLDS, Outcome, claimed, note
from undercity.notices.actions.dispatch import Dispatch, deliver_until
from undercity.notices.models import Address, Delivery, Notice
from undercity.notices.queries.planning import parcels
from undercity.notices.states import Channel, Level


def told_many(count: int, *, level: Level = Level.URGENT, channel: Channel = Channel.SMS, base: str = "",
              more: Callable[[int], list[tuple[Channel, str]]] = lambda _nth: []) -> None:
    """So many holders of so many posts, each with a number (or a webhook) and one notice."""
    from undercity.org.models import Appointment, Body, Person, Post

    name = uuid4().hex[:8]
    body = Body.objects.create(key=name, kind="office", path=f"{name}/")
    now = clock.now()
    people = Person.objects.bulk_create(Person(username=f"{name}-{n}", name_zh="某") for n in range(count))
    posts = Post.objects.bulk_create(Post(key=f"{name}-{n}", body=body, role="leader", title_zh="岗", title_en="p")
                                     for n in range(count))
    held = Appointment.objects.bulk_create(Appointment(post=post, person=person, begins=now - timedelta(days=1))
                                           for post, person in zip(posts, people, strict=True))
    Address.objects.bulk_create(Address(person=person, channel=one, address=text, rank=rank, made_at=now)
                                for n, person in enumerate(people) for rank, (one, text) in enumerate(
                                    [(channel, base or f"139{n:08d}"), *more(n)]))
    Notice.objects.bulk_create(Notice(code="order.given", post=post, appointment=one.pk, subject_kind="thing",
                                      subject=uuid4(), timeline="real", created_at=now, level=level)
                               for post, one in zip(posts, held, strict=True))


def in_threads(*works: Callable[[], Any]) -> None:
    """All of it at once; what goes wrong in one fails the test."""
    troubles: list[Exception] = []

    def guarded(work: Callable[[], Any]) -> None:
        try:
            work()
        except Exception as trouble:  # noqa: BLE001  # whatever happens in a thread must fail the test
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []


def test_three_workers_send_each_message_once(committed_db: str, gateway: Receiver) -> None:
    told_many(300)
    gateway.seconds = 0.01
    in_threads(*[lambda: deliver_waiting(40)] * 3)
    assert Counter(Counter(gateway.keys()).values()) == {1: 300}
    assert Delivery.objects.filter(succeeded=True).count() == 300
    assert set(Notice.objects.values_list("state", flat=True)) == {"delivered"}


def test_messages_of_one_channel_leave_side_by_side_and_those_to_one_address_in_order(committed_db: str,
                                                                                      gateway: Receiver) -> None:
    told_many(40)
    one = Address.objects.order_by("id").first()
    assert one is not None
    Address.objects.filter(pk__in=list(Address.objects.order_by("id").values_list("pk", flat=True)[:5])).update(
        address=one.address)
    gateway.seconds = 0.05
    deliver_waiting()
    assert gateway.most_at_once > 8
    same = [int(got["id"].removeprefix("notice-")) for got in gateway.got if got["to"] == one.address]
    assert same == sorted(same)
    assert len(same) == 5


def test_a_channel_that_hangs_delays_no_other(committed_db: str, gateway: Receiver, group: Receiver) -> None:
    gateway.seconds = 3.0
    told_many(30)
    stop, began = threading.Event(), time.perf_counter()
    worker = threading.Thread(target=lambda: (deliver_until(stop, every=0.1), connection.close()))
    worker.start()
    try:
        while gateway.at_once == 0:
            time.sleep(0.02)
        # Put in while the text messages hang.
        told_many(5, channel=Channel.WECOM, base=group.base + "/cgi-bin/webhook/send?key=k")
        while len(group.got) < 5:
            assert time.perf_counter() - began < 20
            time.sleep(0.02)
        assert len(gateway.got) == 0 or time.perf_counter() - began >= 3.0
    finally:
        stop.set()
        worker.join()
    assert Delivery.objects.filter(channel="wecom", succeeded=True).count() == 5


def test_when_a_channel_is_down_the_urgent_takes_the_next_and_the_rest_waits(committed_db: str, gateway: Receiver,
                                                                            group: Receiver) -> None:
    gateway.status = 503
    hook = (Channel.WECOM, group.base + "/cgi-bin/webhook/send?key=k")
    told_many(60, more=lambda _nth: [hook])
    told_many(60, level=Level.ORDINARY)
    dispatch = Dispatch()
    dispatch.round(seconds=30, stop=threading.Event())
    most = lanes.WORKERS[Channel.SMS] + lanes.MOST_FAILURES
    # On a slow machine a letter or two finds out meanwhile whether it is back.
    assert len(gateway.got) <= most + 6, "a gateway that is down is not asked by everybody"
    later = Notice.objects.filter(level=Level.ORDINARY).values_list("state", "attempts")
    assert {state for state, _attempts in later} == {"waiting"}
    assert Counter(attempts for _state, attempts in later)[0] >= 30, "what was not tried has lost no try"
    assert Delivery.objects.filter(channel="wecom", succeeded=True).count() >= 60 - most
    gateway.status = 200
    Notice.objects.filter(state="waiting").update(try_after=None)
    give_up = time.perf_counter() + 60
    while Notice.objects.filter(state="waiting").exists() and time.perf_counter() < give_up:
        dispatch.round(seconds=1, stop=threading.Event())
        Notice.objects.filter(state="waiting").update(try_after=None)
        time.sleep(0.2)
    dispatch.close()
    assert set(Notice.objects.values_list("state", flat=True)) == {"delivered"}


def test_a_receiver_that_never_answers_is_cut_off(committed_db: str, gateway: Receiver,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "LONGEST", 0.5)
    gateway.seconds = 4.0
    told_many(1)
    began = time.perf_counter()
    deliver_waiting(seconds=0.5)
    assert time.perf_counter() - began < 3
    assert Delivery.objects.get().detail == "no answer in time"
    assert Notice.objects.get().state == "waiting"


def test_whoever_lost_his_claim_writes_nothing(committed_db: str, gateway: Receiver) -> None:
    told_many(1)
    mine = parcels(claimed(claim()), clock.now())
    Notice.objects.update(claimed_at=clock.real_now() - CLAIM_HOLDS - timedelta(seconds=1))
    theirs = parcels(claimed(claim()), clock.now())
    assert note([Outcome(mine[0], said="")]) == []
    assert len(note([Outcome(theirs[0], said="")])) == 1
    assert Delivery.objects.count() == 1


KILLED = """
import os, signal, sys
import django
django.setup()
from undercity.notices import lanes
from undercity.notices.actions import claiming, dispatch
if sys.argv[1] == "before":
    # Killed between the claim and the first letter.
    dispatch.parcels = lambda *words: os.kill(os.getpid(), signal.SIGKILL)
elif sys.argv[1] == "after":
    # Killed between the letters and noting them.
    dispatch.note = lambda *words: os.kill(os.getpid(), signal.SIGKILL)
dispatch.deliver_waiting(50)
"""


def test_a_worker_killed_twice_leaves_nobody_untold(committed_db: str, gateway: Receiver, tmp_path: Any) -> None:
    told_many(40)
    surroundings = environment_for(tmp_path, committed_db, {
        "UNDERCITY_SECRET_KEY": "a-key-for-tests-only-nothing-real-is-signed-with-it", "UNDERCITY_SMS": gateway.base,
        "UNDERCITY_SMS_KEY": "a-key", "DJANGO_SETTINGS_MODULE": "undercity.site.settings",
        "UNDERCITY_LOG_LEVEL": "ERROR"})
    for moment, code in (("before", -signal.SIGKILL), ("after", -signal.SIGKILL), ("never", 0)):
        done = subprocess.run([sys.executable, "-c", KILLED, moment], env=surroundings, capture_output=True, text=True,
                              timeout=120, check=False, cwd=os.getcwd())
        assert done.returncode == code, done.stderr
        Notice.objects.filter(state="claimed").update(claimed_at=clock.real_now() - CLAIM_HOLDS - timedelta(seconds=1))
    assert set(Notice.objects.values_list("state", flat=True)) == {"delivered"}
    assert len(set(gateway.keys())) == 40, "everybody was told"
    assert max(Counter(gateway.keys()).values()) <= 2, "only what was sent before the death was sent again"
    assert Delivery.objects.filter(succeeded=True).count() == 40


def test_a_round_ends_when_its_time_is_over_and_gives_back_what_has_not_left(committed_db: str, gateway: Receiver
                                                                             ) -> None:
    gateway.seconds = 0.2
    told_many(200)
    began = time.perf_counter()
    Dispatch().round(seconds=0.5)
    assert time.perf_counter() - began < 8
    left = Notice.objects.exclude(state="delivered").values_list("state", "attempts")
    assert set(left) == {("waiting", 0)}
    assert len(gateway.got) + len(left) == 200


def test_two_gateways_of_ones_own_do_not_share_a_lane() -> None:
    from undercity.notices.letters import Letter

    names = {lanes.lane_of(Letter(Channel.WEBHOOK, f"https://{host}/x", "", "")) for host in ("a.example", "b.example")}
    assert len(names) == 2
    assert lanes.lane_of(Letter(Channel.SMS, "1", "", "")) == "sms"


