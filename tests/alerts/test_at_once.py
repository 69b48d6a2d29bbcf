"""Messages that arrive at the same moment, by several ways: one warning, each message once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from tests.alerts.messages import message
from tests.city import forgotten
from undercity import clock
from undercity.alerts.actions.receiving import receive
from undercity.alerts.cap.message import MsgType
from undercity.alerts.cap.writing import written
from undercity.alerts.models import ReceivedWarning, WarningMessage
from undercity.alerts.states import Door
from undercity.ledger.models import Entry
from undercity.ledger.replay import replay
from undercity.org.powers import THE_SYSTEM

AT = datetime(2026, 7, 18, 16, 0, tzinfo=clock.ZONE)


@pytest.fixture
def bare(committed_db: str) -> Any:
    """A database without a city: nobody is touched, and the messages are kept all the same."""
    with forgotten():
        yield


def test_an_alert_its_update_and_its_end_at_once_and_twice_are_one_warning(
        bare: None, rounds: Callable[[int, int], int]) -> None:
    for number in range(rounds(3, 40)):
        first = message(AT, identifier=f"a{number}")
        second = message(AT.replace(minute=5), identifier=f"b{number}", msg_type=MsgType.UPDATE, about=[first])
        third = message(AT.replace(minute=9), identifier=f"c{number}", msg_type=MsgType.CANCEL, about=[second])
        sent = [written(one) for one in (first, second, third)] * 2
        begin, failed = threading.Barrier(len(sent)), []

        def bring(raw: bytes, begin: threading.Barrier = begin, failed: list[Exception] = failed) -> None:
            begin.wait()
            try:
                with clock.standing_at(AT.replace(minute=10)):
                    receive(raw, door=Door.POST, by=THE_SYSTEM, at=clock.now())
            except Exception as error:  # noqa: BLE001 - whatever it was, the test must see it
                failed.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=bring, args=(raw,)) for raw in sent]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert WarningMessage.objects.filter(identifier__in=[f"{one}{number}" for one in "abc"]).count() == 3
    # A Cancel that refers to an Update of which nobody knew yet may have begun a warning of its own; they became one.
    assert ReceivedWarning.objects.filter(stage="in_force").count() == 0
    assert Entry.objects.filter(stream_kind="warning", verb="warning.received/1").count() >= rounds(3, 40)
    assert replay().differences == []
