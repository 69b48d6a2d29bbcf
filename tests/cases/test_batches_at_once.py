"""A batch that several carry out at once: the worker and the officer's own page, twice each."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

from tests.city import EVENING, City
from undercity import clock


def test_each_case_of_a_batch_moves_once_however_many_carry_it_out(committed_db: str) -> None:
    from django.db import connection

    from undercity.cases.actions.batches import carry_out, put_together
    from undercity.cases.models import BatchCase
    from undercity.cases.states import Verb
    from undercity.city.actions.loading import load_foundations
    from undercity.ledger.models import Entry
    from undercity.org import directory

    directory.forget()
    with clock.standing_at(EVENING):
        load_foundations(lambda words: None)
        city = City()
        cases = [city.walk(city.reported(), "dispatch") for _ in range(4)]
        made = put_together(uuid4(), by=city.post("dispatcher"), at=city.at, verb=Verb.DISPATCH,
                            cases=[case.uid for case in cases])
    start, troubles = threading.Barrier(4), list[Exception]()

    def one() -> None:
        try:
            start.wait()
            carry_out(made.pk, at=city.at + timedelta(minutes=1))
        except Exception as trouble:  # noqa: BLE001 - told below
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    directory.forget()
    assert troubles == []
    assert set(BatchCase.objects.filter(batch=made).values_list("result", flat=True)) == {"done"}
    for case in cases:
        assert Entry.objects.filter(stream=case.uid, verb__startswith="case.dispatched").count() == 1
