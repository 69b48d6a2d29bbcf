"""Four officers save one case at once, over HTTP: one wins, the others are told what changed, nobody gets a 500."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.proofs.races import race
from tests.server import Server


@pytest.mark.deep
@pytest.mark.timeout(900)
def test_of_four_officers_saving_one_case_at_once_one_wins_and_the_others_see_what_changed(
        server: Callable[..., Server], rounds: Callable[[int, int], int]) -> None:
    served, count = server(city=True), rounds(15, 200)
    outcomes, untold = race(served, count)
    assert outcomes == {(302, 409, 409, 409): count}, served.log[-2000:]
    assert not untold, untold[0][:1500]
    replay = served.run("ledger", "replay")
    assert replay.returncode == 0, replay.stdout + replay.stderr
