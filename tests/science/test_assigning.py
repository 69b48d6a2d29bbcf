"""Assignments against every possible one, on small cases; never worse than the greedy answer, never beyond a bound."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from undercity.science.assigning import NOBODY, Situation, assigned, cost_of, faults, greedy


def situation(seed: int, n: int, t: int, p: int, *, sent: bool = False) -> Situation:
    dice = np.random.default_rng(seed)
    has = (dice.random((t, 2)) < 0.7) * dice.integers(1, 6, (t, 2))
    team_now = np.full(t, NOBODY)
    pump_now = np.full(p, NOBODY)
    if sent and n:
        team_now[:min(n, t)] = dice.permutation(n)[:min(n, t)]
        pump_now[:] = dice.integers(-1, n, p)
    return Situation(
        weight=dice.choice([1.0, 3.0, 8.0], n), wanted=dice.uniform(-20, 60, n),
        skills=(dice.random((n, 2)) < 0.4) * dice.integers(1, 4, (n, 2)),
        flow=dice.choice([0.0, 100.0, 250.0, 600.0], n), has=has, operates=np.where(has[:, 0] > 0, has[:, 0] // 2, 0),
        load=dice.integers(0, 12, t).astype(float), team_minutes=dice.uniform(5, 150, (n, t)),
        pump_flow=dice.choice([100.0, 200.0, 500.0], p), pump_minutes=dice.uniform(5, 150, (n, p)), team_now=team_now,
        pump_now=pump_now, horizon=120.0, load_price=2.0, change_price=15.0 if sent else 0.0)


def cheapest(now: Situation) -> float:
    """By trying everything."""
    n, t, p = len(now.weight), len(now.load), len(now.pump_flow)
    best = np.inf
    for team in product(range(-1, t), repeat=n):
        used = [one for one in team if one >= 0]
        if len(set(used)) < len(used):
            continue
        for pump in product(range(-1, n), repeat=p):
            chosen = np.array(team, dtype=np.int64), np.array(pump, dtype=np.int64)
            if not faults(now, *chosen):
                best = min(best, cost_of(now, *chosen))
    return best


@given(seed=st.integers(0, 10 ** 6), n=st.integers(0, 3), t=st.integers(0, 3), p=st.integers(0, 3), sent=st.booleans())
@settings(max_examples=60)
def test_the_answer_is_the_cheapest_there_is(seed: int, n: int, t: int, p: int, sent: bool) -> None:
    now = situation(seed, n, t, p, sent=sent)
    quick = greedy(now)
    found = assigned(now, gap=0.0, start=quick)
    best = cheapest(now)
    for one in (quick, found):
        assert faults(now, one.team, one.pump) == []
        assert one.cost == pytest.approx(cost_of(now, one.team, one.pump))
        assert one.bound <= best + 1e-6
        assert one.cost >= best - 1e-6
    assert found.cost == pytest.approx(best, abs=1e-5)
    assert found.cost <= quick.cost + 1e-9


@given(seed=st.integers(0, 10 ** 6))
@settings(max_examples=15)
def test_a_city_is_solved_near_the_best_and_never_worse_than_greedily(seed: int) -> None:
    now = situation(seed, 14, 8, 6, sent=True)
    quick = greedy(now)
    found = assigned(now, seconds=20, gap=0.02)
    assert found.cost <= quick.cost + 1e-9
    assert faults(now, found.team, found.pump) == []
    assert found.gap <= 0.02 + 1e-9


def test_the_tired_stay_at_home_when_others_are_as_near() -> None:
    now = situation(1, 1, 2, 0)
    now = Situation(**{**{name: getattr(now, name) for name in Situation.__slots__}, "skills": np.zeros((1, 2), int),
                       "team_minutes": np.array([[30.0, 31.0]]), "load": np.array([11.0, 0.0]), "flow": np.zeros(1),
                       "weight": np.ones(1), "wanted": np.zeros(1)})
    assert assigned(now).team.tolist() == [1]


def test_an_accepted_order_stays_unless_the_change_pays() -> None:
    base = situation(1, 1, 2, 0)
    fixed = {name: getattr(base, name) for name in Situation.__slots__} | {
        "skills": np.zeros((1, 2), int), "load": np.zeros(2), "flow": np.zeros(1), "weight": np.ones(1),
        "wanted": np.zeros(1), "team_now": np.array([0, NOBODY]), "change_price": 20.0}
    near = Situation(**{**fixed, "team_minutes": np.array([[30.0, 15.0]])})
    assert assigned(near).team.tolist() == [0]
    far = Situation(**{**fixed, "team_minutes": np.array([[60.0, 15.0]])})
    assert assigned(far).team.tolist() == [1]


def test_nobody_and_nothing_is_an_answer_too() -> None:
    for n, t, p in ((0, 0, 0), (0, 2, 1), (2, 0, 1)):
        found = assigned(situation(3, n, t, p))
        assert (found.team == NOBODY).all()
        assert found.gap == 0.0


def test_what_does_not_fit_together_is_refused() -> None:
    now = situation(2, 2, 2, 1)
    fields = {name: getattr(now, name) for name in Situation.__slots__}
    for change in ({"team_minutes": np.zeros((3, 2))}, {"skills": np.zeros((2, 3), int)}, {"weight": -np.ones(2)},
                   {"wanted": np.zeros(5)}, {"horizon": -1.0}):
        with pytest.raises(ValueError):
            Situation(**{**fields, **change})
    with pytest.raises(ValueError):
        assigned(now, seconds=0)
