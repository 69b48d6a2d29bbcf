"""kill -9 while reports come in: what was acknowledged is there afterwards, once, and the record folds cleanly."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from tests.proofs.http import Client, api_key, report
from tests.server import Server

SENDERS = 4


@dataclass
class Sent:
    """What was sent under which key, and what came back before the server died."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    refused: list[tuple[int, str]] = field(default_factory=list)


def send_until_dead(server: Server, key: str, sent: Sent, dead: threading.Event) -> None:
    """One report after another until the connection breaks."""
    client = Client(server.port)
    while not dead.is_set():
        once = uuid4().hex
        try:
            status, answer = report(client, key, f"Cover {once} rattles.", once)
        except (OSError, http.client.HTTPException, ValueError):
            # Cut off: the report may or may not have been taken, and only a retry can tell.
            sent.unanswered.add(once)
            return
        if status in (200, 201):
            sent.acknowledged[once] = answer
        else:
            sent.refused.append((status, answer))
            return


def power_cut(server: Server, key: str, dice: random.Random) -> Sent:
    """Reports from several senders, and a kill -9 at a moment nobody chose."""
    sent, dead = Sent(), threading.Event()
    senders = [threading.Thread(target=send_until_dead, args=(server, key, sent, dead)) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    time.sleep(dice.uniform(0.1, 0.6))
    server.kill()
    dead.set()
    for sender in senders:
        sender.join()
    return sent


@pytest.mark.deep
@pytest.mark.timeout(1800)
def test_after_a_kill_every_acknowledged_report_is_there_once_and_a_retry_doubles_none(
        server: Callable[..., Server], rounds: Callable[[int, int], int]) -> None:
    served = server(city=True)
    key, dice = api_key(served), random.Random(9)
    known: dict[str, str] = {}
    for _number in range(rounds(10, 100)):
        sent = power_cut(served, key, dice)
        assert not sent.refused, sent.refused[:3]
        served.start()
        client = Client(served.port)
        for once, identity in sent.acknowledged.items():
            status, again = report(client, key, f"Cover {once} rattles.", once)
            assert status in (200, 201), again
            assert again == identity, "an acknowledged report was lost: its retry made another"
        known.update(sent.acknowledged)
        for once in sent.unanswered:
            status, first = report(client, key, f"Cover {once} rattles.", once)
            assert status in (200, 201), first
            assert report(client, key, f"Cover {once} rattles.", once)[1] == first
            known[once] = first
    assert known, "the server died before it took a single report"
    assert len(set(known.values())) == len(known), "two reports share a number"
    for identity in random.Random(1).sample(sorted(known.values()), min(50, len(known))):
        status, _ = Client(served.port).ask("GET", f"/open311/v2/requests/{identity}.json",
                                            headers={"Accept": "application/json"})
        assert status == 200, f"{identity} is not to be found"
    replay = served.run("ledger", "replay")
    assert replay.returncode == 0, replay.stdout + replay.stderr
