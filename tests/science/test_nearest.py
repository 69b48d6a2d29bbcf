"""The tree of positions answers as measuring every one of them does."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, strategies as some

from undercity.science.coordinates import distance_m
from undercity.science.nearest import LEAF, nearest, ranked, tree_of

anywhere = some.tuples(some.floats(-90, 90), some.floats(-180, 180))
in_the_city = some.tuples(some.floats(36.4, 36.9), some.floats(116.7, 117.4))
RANKS = (0.0, 0.0, 5.0, 7.0, inf)


def by_measuring(positions: list[tuple[float, float]], ranks: list[float], here: tuple[float, float], limit: int,
                 until: float) -> list[tuple[float, float]]:
    met = [(rank, distance_m(*here, *at)) for rank, at in zip(ranks, positions, strict=True) if rank < until]
    return sorted(met)[:limit]


def by_tree(positions: list[tuple[float, float]], ranks: list[float], here: tuple[float, float], limit: int,
            until: float) -> list[tuple[float, float]]:
    lat, lon = np.array(positions, dtype=float).reshape(-1, 2).T
    tree = tree_of(lat, lon)
    found = nearest(ranked(tree, np.array(ranks, dtype=float)[tree.order]), *here, limit, until=until)
    for one in found:
        assert ranks[one.index] == one.rank
        assert distance_m(*here, *positions[one.index]) == pytest.approx(one.metres, abs=1e-3)
    return [(one.rank, one.metres) for one in found]


def alike(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> None:
    assert [rank for rank, _ in one] == [rank for rank, _ in other]
    assert [metres for _, metres in one] == pytest.approx([metres for _, metres in other], abs=1e-3)


@given(some.lists(some.tuples(some.one_of(in_the_city, anywhere), some.sampled_from(RANKS)), max_size=60),
       some.one_of(in_the_city, anywhere), some.integers(1, 9), some.sampled_from([1.0, 6.0, inf]))
def test_few_positions_anywhere_on_earth(places: list[tuple[tuple[float, float], float]], here: tuple[float, float],
                                         limit: int, until: float) -> None:
    positions, ranks = [at for at, _ in places], [rank for _, rank in places]
    alike(by_tree(positions, ranks, here, limit, until), by_measuring(positions, ranks, here, limit, until))


@given(some.integers(0, 2**32 - 1), in_the_city, some.integers(1, 12), some.sampled_from([1.0, inf]),
       some.sampled_from([0.0, 0.001, 0.3, 1.0]))
def test_many_positions_in_heaps_and_alone(seed: int, here: tuple[float, float], limit: int, until: float,
                                           share: float) -> None:
    dice = np.random.default_rng(seed)
    count = LEAF * 9 + 5
    # Heaps of places in one spot, as in a mall, and places anywhere.
    middles = dice.uniform((36.4, 116.7), (36.9, 117.4), (6, 2))
    positions = np.where(dice.random((count, 1)) < 0.5, middles[dice.integers(0, 6, count)],
                         dice.uniform((36.4, 116.7), (36.9, 117.4), (count, 2)))
    ranks = np.where(dice.random(count) < share, 0.0, dice.choice([3.0, 9.0, inf], count)).tolist()
    rows = [(float(lat), float(lon)) for lat, lon in positions]
    alike(by_tree(rows, ranks, here, limit, until), by_measuring(rows, ranks, here, limit, until))


def test_of_nothing_nothing_is_found() -> None:
    assert by_tree([], [], (36.6, 117.0), 3, inf) == []
    assert by_tree([(36.6, 117.0)], [inf], (36.6, 117.0), 3, inf) == []


def test_the_short_way_round_the_date_line() -> None:
    assert by_tree([(0.0, 179.9), (0.0, -170.0)], [0.0, 0.0], (0.0, -179.9), 1, 1.0)[0][1] == pytest.approx(
        distance_m(0, -179.9, 0, 179.9))
