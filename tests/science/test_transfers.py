"""Patients to beds against every possible way, on small cases."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from undercity.science.transfers import transferred
from undercity.science.travelling import minutes

BEYOND = 200.0


def cheapest(patients: list[int], beds: list[int], ways: np.ndarray) -> float:
    """One severity: every patient tried in every hospital, or left."""
    everybody = [group for group, many in enumerate(patients) for _one in range(many)]
    best = np.inf
    for chosen in product(range(-1, len(beds)), repeat=len(everybody)):
        if all(chosen.count(j) <= beds[j] for j in range(len(beds))):
            best = min(best, sum(BEYOND if j < 0 else ways[i, j] for i, j in zip(everybody, chosen, strict=True)))
    return best


@given(patients=st.lists(st.integers(0, 2), min_size=1, max_size=2), beds=st.lists(st.integers(0, 2), min_size=1,
       max_size=3), seed=st.integers(0, 10 ** 6))
@settings(max_examples=60)
def test_it_takes_the_least_weighted_time_there_is(patients: list[int], beds: list[int], seed: int) -> None:
    ways = np.random.default_rng(seed).integers(1, 100, (len(patients), len(beds))).astype(float)
    found = transferred(np.array([[one] for one in patients]), np.array([[one] for one in beds]), ways,
                        np.array([3.0]), beyond=BEYOND)
    assert found.cost == pytest.approx(3 * cheapest(patients, beds, ways))
    assert (found.taken.sum(axis=(1, 2)) + found.left.sum(axis=1)).tolist() == patients
    assert (found.taken.sum(axis=(0, 2)) <= np.array(beds)).all()
    assert found.taken.dtype.kind == "i"


def test_severities_do_not_share_beds_and_a_closed_way_is_not_taken() -> None:
    ways = np.array([[5.0, 50.0], [np.inf, 20.0]])
    found = transferred(np.array([[1, 2], [1, 0]]), np.array([[1, 0], [1, 3]]), ways, np.array([6.0, 1.0]),
                        beyond=BEYOND)
    assert found.taken[:, :, 0].tolist() == [[1, 0], [0, 1]]
    assert found.taken[:, :, 1].tolist() == [[0, 2], [0, 0]]
    assert (found.left == 0).all()
    assert found.cost == 6 * (5 + 20) + 2 * 50


def test_what_does_not_fit_together_is_refused() -> None:
    for patients, beds, ways, beyond in ((np.array([[1]]), np.array([[1, 1]]), np.ones((1, 1)), 9.0),
                                         (np.array([[-1]]), np.array([[1]]), np.ones((1, 1)), 9.0),
                                         (np.array([[1]]), np.array([[1]]), np.full((1, 1), 50.0), 9.0)):
        with pytest.raises(ValueError):
            transferred(patients, beds, ways, np.array([1.0]), beyond=beyond)


def test_the_road_is_longer_than_the_line_and_slower_when_it_is_full() -> None:
    here, there = np.array([[36.65, 117.0]]), np.array([[36.65, 117.1], [36.65, 117.0]])
    free, full = minutes(here, there, kmh=40, detour=1.4), minutes(here, there, kmh=20, detour=1.4)
    assert full == pytest.approx(2 * free)
    assert free[0, 1] == 0
    assert minutes(here, np.empty((0, 2)), kmh=40, detour=1.4).shape == (1, 0)
    with pytest.raises(ValueError):
        minutes(here, there, kmh=0, detour=1.4)
