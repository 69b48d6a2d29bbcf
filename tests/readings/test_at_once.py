"""Four senders with the same readings in the same moment: each reading is stored once, and counted once."""

from __future__ import annotations

import threading
from typing import Any

from tests.city import EVENING
from tests.readings.measured import a_device, said


def test_senders_at_once_store_and_count_each_reading_once(committed_db: str, settings: Any) -> None:
    from django.db import connection

    from undercity import clock
    from undercity.cases.models import Case
    from undercity.cases.queries import scheme
    from undercity.city.actions.loading import load_foundations
    from undercity.org import directory
    from undercity.readings.actions.rows import summed
    from undercity.readings.actions.taking import take
    from undercity.readings.models import Alarm, Hour, Reading
    from undercity.readings.queries import terms
    from undercity.readings.states import Door, Result

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for one in (directory, scheme, terms):
        one.forget()
    found: list[list[Result]] = []
    barrier = threading.Barrier(4)

    def send() -> None:
        # Each starts elsewhere, so that their rows come in another order.
        parts = [batch[turn:turn + 50] for turn in range(0, 300, 50)]
        shifted = parts[len(found):] + parts[:len(found)]
        barrier.wait()
        try:
            with clock.standing_at(EVENING):
                for part in shifted:
                    found.append([answer.result for answer in take(part, door=Door.HTTP, at=EVENING)])
        finally:
            connection.close()

    with clock.standing_at(EVENING):
        load_foundations(lambda words: None)
        a_device()
        batch = [said(-30 * number, 22 if number % 2 else 0.2,
                      quantity="temperature_in" if number % 2 else "water_level") for number in range(300, 0, -1)]
        # The last level is too high: one event, however many tell of it.
        batch[-1] = said(-30, 2.5, quantity="water_level")
        senders = [threading.Thread(target=send) for _ in range(4)]
        for one in senders:
            one.start()
        for one in senders:
            one.join()
        told = [result for part in found for result in part]
        assert told.count(Result.STORED) == Reading.objects.count() == 300
        assert told.count(Result.DUPLICATE) == 900
        hours, _days = summed(Reading.objects.values_list("series_id", "at", "value", "lag"))
        assert {(row.series_id, row.hour): [row.n, row.total, row.low, row.high] for row in Hour.objects.all()} == hours
        assert (Alarm.objects.count(), Case.objects.count()) == (1, 1)
    for one in (directory, scheme, terms):
        one.forget()
