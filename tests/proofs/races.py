"""Officers who save one case in the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from tests.proofs.http import TOKEN, Client, accounts, api_key, report
from tests.server import Server

# Four posts, each with a move of its own on a case that waits for intake; in every other round two of them agree.
OFFICERS = ("intake1", "intake2", "lead1", "admin1")
MOVES = (("send_verification", "refuse_intake", "supervise", "force_close"),
         ("send_verification", "send_verification", "supervise", "force_close"))
SAID = ("Sent to verify", "Refused", "Supervised", "Closed by force")


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


def race(served: Server, count: int) -> tuple[Counter[tuple[int, ...]], list[str]]:
    """So many rounds of four officers on a new case each.

    How often which answers came, in ascending order; and the pages of losers who were not told what changed.
    """
    passwords = {row["username"]: row["password"] for row in accounts(served)}
    officers = [Client(served.port).sign_in(name, passwords[name]) for name in OFFICERS]
    key, citizen = api_key(served), Client(served.port)
    outcomes: Counter[tuple[int, ...]] = Counter()
    untold: list[str] = []
    for number in range(count):
        status, case = report(citizen, key, f"Cover {number} rattles.")
        assert status in (200, 201), case
        pages = [officer.ask("GET", f"/desk/cases/{case}/") for officer in officers]
        tokens = [TOKEN.search(text) for _, text in pages]
        assert all(tokens), f"a case page has no form: {[status for status, _ in pages]}"
        answers = at_once([partial(
            officer.ask, "POST", f"/desk/cases/{case}/{verb}/",
            {"csrfmiddlewaretoken": token[1] if token else "", "seen": "1", "note": "seen on the street",
             "why": "leader"})
            for officer, verb, token in zip(officers, MOVES[number % 2], tokens, strict=True)])
        statuses = tuple(sorted(status for status, _ in answers))
        outcomes[statuses] += 1
        untold += [text for status, text in answers
                   if status != 302 and ('class="changes"' not in text or not any(said in text for said in SAID))]
    return outcomes, untold
