"""The outbox: written with what it tells of, delivered once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.city import City
from undercity import clock
from undercity.notices.actions import CLAIM_HOLDS, claim, deliver, deliver_waiting
from undercity.notices.models import Delivery, Notice


class Broken(Exception):
    pass


def test_a_notice_and_its_duty_come_together_or_not_at_all(city: City) -> None:
    def report_and_break() -> None:
        with transaction.atomic():
            city.reported()
            assert Notice.objects.count() == 1
            raise Broken

    with pytest.raises(Broken):
        report_and_break()
    assert Notice.objects.count() == 0


def test_a_round_delivers_and_logs_each_once(city: City) -> None:
    city.reported()
    city.reported(text="另一处")
    assert deliver_waiting() == 2
    assert deliver_waiting() == 0
    assert Delivery.objects.count() == 2


def test_the_claim_of_a_dead_worker_runs_out(city: City) -> None:
    city.reported()
    assert len(claim()) == 1
    assert claim() == []
    Notice.objects.update(claimed_at=clock.real_now() - CLAIM_HOLDS - timedelta(seconds=1))
    assert len(claim()) == 1


def test_two_workers_never_deliver_one_notice_twice(committed_db: str) -> None:
    from uuid import uuid4

    from undercity.org.models import Body, Post

    body = Body.objects.create(key="x", kind="office", path="x/")
    post = Post.objects.create(key="p", body=body, role="leader", title_zh="p", title_en="p")
    Notice.objects.bulk_create(Notice(code="x", post=post, subject_kind="case", subject=uuid4(), timeline="real",
                                      created_at=clock.now()) for _ in range(60))
    barrier = threading.Barrier(4)
    troubles: list[Exception] = []

    def work() -> None:
        try:
            barrier.wait()
            for notice in claim(60):
                deliver(notice)
        except Exception as trouble:  # noqa: BLE001  # whatever happens in a thread must fail the test
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert (Delivery.objects.count(), Notice.objects.filter(state="delivered").count()) == (60, 60)
