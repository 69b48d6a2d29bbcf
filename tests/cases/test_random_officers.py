"""Officers that throw dice never reach what the table forbids, and the record replays to what the rows say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.city import City
from tests.officers import Officers, replayed_clean


@pytest.mark.deep
@pytest.mark.timeout(3600)
def test_random_officers_never_leave_the_table(city: City, rounds: Callable[[int, int], int]) -> None:
    officers, steps = Officers(city, seed=20260718), rounds(400, 10_000)
    for _ in range(steps):
        officers.step()
    replayed_clean()
    left = officers.rows_left()
    print(f"{steps} steps, {sum(officers.done.values())} moves, {len(officers.done)} rows of the table carried out, "
          f"{len(left)} never")
    assert len(officers.done) > 25
    if steps >= 10_000:
        assert left == set()
