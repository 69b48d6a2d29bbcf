"""Two officers save one case at once, over HTTP: one wins, the other is told what changed, nobody gets a 500."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from tests.proofs.http import TOKEN, Client, accounts, api_key, report
from tests.server import Server

VERBS = ("send_verification", "refuse_intake")


def officers(server: Server) -> list[Client]:
    """Two intake officers, signed in."""
    rows = [row for row in accounts(server) if row["role"] == "intake_officer"][:2]
    return [Client(server.port).sign_in(row["username"], row["password"]) for row in rows]


def at_once(shots: list[Callable[[], tuple[int, str]]]) -> list[tuple[int, str]]:
    """All shots in the same moment; their answers in order."""
    barrier = threading.Barrier(len(shots))
    answers: list[tuple[int, str]] = [(0, "no answer")] * len(shots)

    def one(place: int) -> None:
        barrier.wait()
        answers[place] = shots[place]()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(shots))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.deep
@pytest.mark.timeout(900)
def test_of_two_officers_saving_one_case_at_once_one_wins_and_the_other_sees_what_changed(
        server: Callable[..., Server], rounds: Callable[[int, int], int]) -> None:
    served = server(city=True)
    both, key, first = officers(served), api_key(served), Client(served.port)
    outcomes: Counter[tuple[int, ...]] = Counter()
    count = rounds(20, 200)
    for number in range(count):
        status, case = report(first, key, f"Cover {number} rattles.")
        assert status in (200, 201), case
        pages = [client.ask("GET", f"/desk/cases/{case}/") for client in both]
        tokens = [TOKEN.search(text) for _, text in pages]
        assert all(tokens), f"a case page has no form: {[status for status, _ in pages]}"
        # Same verb in even rounds, different ones in odd rounds: a race is lost either way.
        verbs = (VERBS[0], VERBS[number % 2])
        answers = at_once([partial(
            client.ask, "POST", f"/desk/cases/{case}/{verb}/",
            {"csrfmiddlewaretoken": token[1] if token else "", "seen": "1", "note": "seen on the street"})
            for client, verb, token in zip(both, verbs, tokens, strict=True)])
        statuses = tuple(sorted(status for status, _ in answers))
        outcomes[statuses] += 1
        loser = next((text for status, text in answers if status == 409), "")
        assert statuses == (302, 409), f"round {number}: {statuses}\n{loser[:500]}\n{served.log[-2000:]}"
        assert 'class="changes"' in loser, f"the loser is not told what changed: {loser[:1500]}"
        assert any(said in loser for said in ("Sent to verify", "Refused")), loser[:1500]
    assert outcomes == {(302, 409): count}
    replay = served.run("ledger", "replay")
    assert replay.returncode == 0, replay.stdout + replay.stderr
