"""A deployment that leaves the room of works out passes every test that is not about it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tools.house import ROOT

# Not of the runs without the room, where it would begin itself again.
pytestmark = [pytest.mark.works, pytest.mark.once, pytest.mark.deep]
# What stands nearest to the room: the addresses and who may ask for them, the tour's links, pages of an empty city.
NEAREST = ("tests/site/test_tour.py", "tests/site/test_empty.py", "tests/places/test_ogc.py",
           "tests/site/test_routes.py::test_every_route_is_in_the_table_and_nothing_else")


@pytest.mark.timeout(5400)
def test_all_other_tests_pass_without_it(rounds: Callable[[int, int], int]) -> None:
    chosen = ("tests",) if rounds(0, 1) else NEAREST
    surroundings = {**os.environ, "UNDERCITY_TEST_WORKS": "false", "UNDERCITY_TEST_DATABASE": "sqlite",
                    "UNDERCITY_DEEP": "0"}
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen], cwd=ROOT,
                          env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout
