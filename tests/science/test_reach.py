"""Walking reach: arrays say what the scalar formulas say, and nobody near is forgotten."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from undercity.science.coordinates import distance_m, walking_minutes
from undercity.science.reach import NOWHERE, Pace, nearest, within

pytestmark = pytest.mark.once
position = st.tuples(st.floats(35.9, 37.6), st.floats(116.1, 118.1))
positions = st.lists(position, min_size=1, max_size=12).map(np.array)


@given(st.lists(st.floats(0, 5000), min_size=1, max_size=20))
def test_minutes_of_an_array_are_those_of_one_distance_each(metres: list[float]) -> None:
    assert Pace().minutes(np.array(metres)).tolist() == [walking_minutes(one) for one in metres]


@pytest.mark.parametrize("minutes", [1, 5, 10, 15, 20, 60])
def test_the_reach_of_so_many_minutes_ends_where_the_next_minute_begins(minutes: int) -> None:
    edge = Pace().metres(minutes)
    assert walking_minutes(edge - 0.01) <= minutes < walking_minutes(edge + 0.01)


@given(positions, positions)
def test_the_nearest_site_is_the_nearest_of_all(cells: np.ndarray, sites: np.ndarray) -> None:
    index, metres = nearest(cells, sites)
    for cell, found, far in zip(cells, index, metres, strict=True):
        all_of_them = [distance_m(*cell, *site) for site in sites]
        assert far == pytest.approx(min(all_of_them), abs=1e-3)
        assert all_of_them[found] == pytest.approx(far, abs=1e-3)


@given(positions, positions, st.floats(1, 60_000))
def test_pairs_are_exactly_those_within_reach(cells: np.ndarray, sites: np.ndarray, reach: float) -> None:
    found = within(cells, sites, reach)
    pairs = set(zip(found.cell.tolist(), found.site.tolist(), strict=True))
    for i, cell in enumerate(cells):
        for j, site in enumerate(sites):
            metres = distance_m(*cell, *site)
            if abs(metres - reach) > 1e-3:
                assert ((i, j) in pairs) == (metres < reach)
    assert list(zip(found.cell, found.site, strict=True)) == sorted(pairs)


def test_without_sites_nobody_has_a_nearest_one() -> None:
    index, metres = nearest(np.array([[36.6, 117.0]]), np.empty((0, 2)))
    assert index.tolist() == [NOWHERE]
    assert metres.tolist() == [np.inf]
    assert len(within(np.array([[36.6, 117.0]]), np.empty((0, 2)), 1000).cell) == 0


@pytest.mark.parametrize("wrong", [{"metres_per_minute": 0.0}, {"detour": 0.9}])
def test_a_pace_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Pace(**wrong)
