"""Rooms with walls: who goes where, checked against every choice; the relaxation's bound never lies above the best."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.optimize import linprog

from undercity.science import allotting
from undercity.science.allotting import Rooms, allotted
from undercity.science.covering import Status

pytestmark = pytest.mark.once
BEYOND = 30.0


@st.composite
def rooms(draw: st.DrawFn) -> Rooms:
    """Up to 7 cells and 5 sites, some of them open."""
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    near = np.array(draw(st.lists(st.booleans(), min_size=n * m, max_size=n * m))).reshape(n, m)
    cell, site = np.nonzero(near)
    minutes = np.array(draw(st.lists(st.integers(1, 20), min_size=len(cell), max_size=len(cell))), dtype=float)
    return Rooms(cell, site, minutes,
                 np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=float),
                 np.array(draw(st.lists(st.integers(0, 15), min_size=m, max_size=m)), dtype=float),
                 np.array(draw(st.lists(st.booleans(), min_size=m, max_size=m))))


def cheapest(problem: Rooms, sites: Any, over: bool = True) -> float | None:
    """The transport problem written out densely; None when somebody would be left over and may not."""
    n, m = len(problem.people), len(problem.capacity)
    cost = np.full((n, m + 1), np.inf)
    cost[problem.cell, problem.site] = problem.minutes
    cost[:, m] = BEYOND if over else np.inf
    shut = [j for j in range(m) if j not in sites]
    cost[:, shut] = np.inf
    rows = np.zeros((n, n * (m + 1)))
    columns = np.zeros((m, n * (m + 1)))
    for i in range(n):
        rows[i, i * (m + 1):(i + 1) * (m + 1)] = 1
        for j in range(m):
            columns[j, i * (m + 1) + j] = 1
    flat = cost.ravel()
    found = linprog(np.where(np.isinf(flat), 0, flat), A_eq=rows, b_eq=problem.people, A_ub=columns,
                    b_ub=problem.capacity, bounds=[(0, 0 if np.isinf(one) else None) for one in flat])
    return float(found.fun) if found.status == 0 else None


def best_of_all(problem: Rooms, k: int, over: bool = True) -> float | None:
    new = np.flatnonzero(~problem.open)
    costs = [cheapest(problem, {*np.flatnonzero(problem.open), *some}, over)
             for count in range(min(k, len(new)) + 1) for some in combinations(new, count)]
    return min((cost for cost in costs if cost is not None), default=None)


def sound(problem: Rooms, k: int, found: allotting.Allotment) -> None:
    """Whatever the way, the answer keeps the conditions and adds up."""
    assert len(found.sites) <= k
    assert not problem.open[list(found.sites)].any()
    sent = np.bincount(found.cell, weights=found.people, minlength=len(problem.people))
    assert sent + found.over == pytest.approx(problem.people, abs=1e-6)
    taken = np.bincount(found.site, weights=found.people, minlength=len(problem.capacity))
    assert (taken <= problem.capacity + 1e-6).all()
    assert set(found.site.tolist()) <= {*np.flatnonzero(problem.open).tolist(), *found.sites}


@given(rooms(), st.integers(0, 3))
def test_no_choice_walks_less(problem: Rooms, k: int) -> None:
    found = allotted(problem, k, beyond=BEYOND, gap=0.0)
    sound(problem, k, found)
    assert found.cost == pytest.approx(best_of_all(problem, k), abs=1e-6)
    assert found.status is Status.OPTIMAL


@given(rooms(), st.integers(1, 3))
def test_the_relaxation_bounds_the_best_from_below(problem: Rooms, k: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(allotting, "EXACT_PAIRS", -1)
        found = allotted(problem, k, beyond=BEYOND, gap=0.0)
    sound(problem, k, found)
    best = best_of_all(problem, k)
    assert best is not None
    assert found.bound <= best + 1e-6
    assert found.cost >= best - 1e-6


@given(rooms(), st.integers(0, 3))
def test_nobody_may_be_left_over_or_it_is_infeasible(problem: Rooms, k: int) -> None:
    found = allotted(problem, k, beyond=BEYOND, everybody=True)
    sound(problem, k, found)
    best = best_of_all(problem, k, over=False)
    if best is None:
        assert found.status is Status.INFEASIBLE
        assert found.over.sum() > 0.5
    else:
        assert found.over.sum() == pytest.approx(0, abs=1e-6)
        assert found.cost == pytest.approx(best, abs=1e-6)


@given(rooms())
def test_one_more_site_never_makes_anybody_walk_more(problem: Rooms) -> None:
    costs = [allotted(problem, k, beyond=BEYOND, gap=0.0).cost for k in range(4)]
    assert all(later <= earlier + 1e-6 for earlier, later in pairwise(costs))


def test_a_whole_city_comes_near_its_bound() -> None:
    from undercity.science.reach import Pace, within

    dice = np.random.default_rng(4)
    middles = dice.normal((36.65, 117.0), (0.05, 0.06), (25, 2))
    cells = middles[dice.integers(0, 25, 2500)] + dice.normal(0, 0.012, (2500, 2))
    sites = middles[dice.integers(0, 25, 120)] + dice.normal(0, 0.014, (120, 2))
    near = within(cells, sites, Pace().metres(20))
    problem = Rooms(near.cell, near.site, Pace().minutes(near.metres), dice.integers(0, 12, 2500).astype(float),
                    dice.integers(50, 900, 120).astype(float), np.arange(120) < 6)
    assert len(near.cell) > allotting.EXACT_PAIRS
    found = allotted(problem, 12, beyond=40.0, gap=0.02)
    sound(problem, 12, found)
    assert found.gap <= 0.03


@pytest.mark.parametrize("wrong", [{"k": -1}, {"beyond": 1.0}, {"seconds": 0}])
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    problem = Rooms(np.array([0]), np.array([0]), np.array([5.0]), np.array([1.0]), np.array([1.0]), np.array([False]))
    with pytest.raises(ValueError):
        allotted(problem, **{"k": 1, "beyond": BEYOND, **wrong})
    with pytest.raises(ValueError):
        Rooms(np.array([0]), np.array([0]), np.array([5.0]), np.array([-1.0]), np.array([1.0]), np.array([False]))
