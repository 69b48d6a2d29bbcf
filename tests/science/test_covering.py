"""The maximal covering location: as good as looking at every choice, never below greedy, and always with its bound."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from undercity.science.covering import Choice, Status, most_covered

pytestmark = pytest.mark.once


@st.composite
def problems(draw: st.DrawFn, cells: int = 9, sites: int = 7) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which site reaches which cell (cells × sites), people by cell, which cells are reached already."""
    n, m = draw(st.integers(1, cells)), draw(st.integers(1, sites))
    reach = np.array(draw(st.lists(st.lists(st.booleans(), min_size=m, max_size=m), min_size=n, max_size=n)))
    people = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=float)
    return reach, people, np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))


def chosen(reach: np.ndarray, people: np.ndarray, k: int, **more: Any) -> Choice:
    cell, site = np.nonzero(reach)
    return most_covered(cell, site, people, reach.shape[1], k, **more)


def value(reach: np.ndarray, people: np.ndarray, sites: Any) -> float:
    return float(people[reach[:, list(sites)].any(axis=1)].sum())


def best_of_all(reach: np.ndarray, people: np.ndarray, k: int) -> float:
    sites = range(reach.shape[1])
    return max(value(reach, people, some) for n in range(k + 1) for some in combinations(sites, n))


def greedy(reach: np.ndarray, people: np.ndarray, k: int) -> float:
    some: list[int] = []
    for _ in range(min(k, reach.shape[1])):
        some.append(max(range(reach.shape[1]), key=lambda one: value(reach, people, [*some, one])))
    return value(reach, people, some)


@given(problems(), st.integers(0, 5))
def test_no_choice_is_better(problem: tuple[np.ndarray, np.ndarray, np.ndarray], k: int) -> None:
    reach, people, _ = problem
    found = chosen(reach, people, k)
    assert found.value == best_of_all(reach, people, k)
    assert (found.status, found.gap) == (Status.OPTIMAL, 0.0)
    assert found.value == value(reach, people, found.sites)
    assert len(found.sites) <= k


@given(problems(), st.integers(0, 5))
def test_cells_reached_already_count_for_nobody(problem: tuple[np.ndarray, np.ndarray, np.ndarray], k: int) -> None:
    reach, people, reached = problem
    left = np.where(reached, 0.0, people)
    assert chosen(reach, people, k, reached=reached).value == best_of_all(reach, left, k)


@given(problems(cells=30, sites=14), st.integers(1, 6))
def test_it_is_never_below_greedy_even_without_time(problem: tuple[np.ndarray, np.ndarray, np.ndarray], k: int) -> None:
    reach, people, _ = problem
    found = chosen(reach, people, k, seconds=1e-6)
    assert found.value >= found.greedy >= greedy(reach, people, k) * (1 - 1 / np.e) - 1e-9
    assert found.bound >= best_of_all(reach, people, k) >= found.value


@given(problems(cells=30, sites=14))
def test_one_more_site_never_reaches_fewer(problem: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    reach, people, _ = problem
    values = [chosen(reach, people, k).value for k in range(6)]
    assert values == sorted(values)


@given(problems(), st.integers(1, 4), st.integers(2, 50))
def test_the_unit_people_are_counted_in_changes_nothing(problem: tuple[np.ndarray, np.ndarray, np.ndarray], k: int,
                                                        times: int) -> None:
    reach, people, _ = problem
    assert chosen(reach, people * times, k).value == chosen(reach, people, k).value * times


@given(problems(), st.integers(0, 5))
def test_each_site_adds_no_more_than_the_one_before(problem: tuple[np.ndarray, np.ndarray, np.ndarray], k: int) -> None:
    reach, people, _ = problem
    found = chosen(reach, people, k)
    assert list(found.gains) == sorted(found.gains, reverse=True)
    for n in range(1, len(found.sites) + 1):
        assert sum(found.gains[:n]) == value(reach, people, found.sites[:n])


def test_swaps_and_highs_mend_what_greedy_gets_wrong() -> None:
    # Greedy takes the site in the middle first; the two beside it reach everybody.
    reach = np.array([[1, 0, 1], [1, 0, 1], [1, 0, 0], [0, 1, 1], [0, 1, 1], [0, 1, 0]], dtype=bool)
    found = chosen(reach, np.array([3.0, 3, 2, 3, 3, 2]), 2)
    assert (found.value, sorted(found.sites)) == (16.0, [0, 1])
    assert found.greedy == 14.0


def test_a_pair_named_twice_is_one() -> None:
    found = most_covered(np.array([0, 0, 1]), np.array([0, 0, 1]), np.array([2.0, 1.0]), 2, 1)
    assert (found.sites, found.value) == ((0,), 2.0)


def test_more_sites_than_there_are_open_all_that_add_something() -> None:
    found = chosen(np.array([[True, False], [False, False]]), np.array([4.0, 5.0]), 9)
    assert (found.sites, found.value, found.status) == ((0,), 4.0, Status.OPTIMAL)


def test_without_anything_to_choose_the_answer_is_whole() -> None:
    nobody = np.empty(0, dtype=np.int64)
    found = most_covered(nobody, nobody, np.array([5.0]), 3, 2)
    assert (found.status, found.sites, found.gains, found.value, found.bound, found.gap) == (
        Status.OPTIMAL, (), (), 0.0, 0.0, 0.0)


@pytest.mark.parametrize("wrong", [{"k": -1}, {"gap": -0.1}, {"seconds": 0}, {"weights": [-1.0]}, {"cell": [7]},
                                   {"site": [7]}, {"cell": [0, 0]}])
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"cell": [0], "site": [0], "weights": [1.0], "k": 1, **wrong}
    with pytest.raises(ValueError):
        most_covered(np.array(asked["cell"]), np.array(asked["site"]), np.array(asked["weights"]), 1, asked["k"],
                     **{name: asked[name] for name in ("gap", "seconds") if name in asked})


def test_a_city_is_solved_to_a_proven_gap() -> None:
    """1,500 cells round 25 middles, 120 sites: as the benchmark, smaller."""
    from undercity.science.reach import Pace, within

    dice = np.random.default_rng(5)
    middles = dice.normal((36.65, 117.0), (0.05, 0.06), (25, 2))
    cells = middles[dice.integers(0, 25, 1500)] + dice.normal(0, 0.012, (1500, 2))
    sites = middles[dice.integers(0, 25, 120)] + dice.normal(0, 0.014, (120, 2))
    near = within(cells, sites, Pace().metres(15))
    found = most_covered(near.cell, near.site, dice.integers(1, 900, 1500).astype(float), 120, 12, gap=0.01)
    assert found.gap <= 0.01
    assert found.greedy <= found.value <= found.bound
