"""Nearness: the tree finds exactly the pairs that measuring each with each finds."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, strategies as st

from undercity.science.coordinates import METRES_A_DEGREE, distance_m
from undercity.science.nearness import pairs_within

SPOT = (36.65, 117.0)
CLOSE = st.tuples(st.floats(SPOT[0] - 0.002, SPOT[0] + 0.002), st.floats(SPOT[1] - 0.002, SPOT[1] + 0.002))


@given(st.lists(CLOSE, max_size=25), st.sampled_from([1.0, 50.0, 120.0]))
def test_the_pairs_are_those_of_measuring_each_with_each(places: list[tuple[float, float]], metres: float) -> None:
    near = [(a, b) for a, b in combinations(range(len(places)), 2)
            if distance_m(*places[a], *places[b]) <= metres]
    assert pairs_within(places, metres) == near


@given(st.floats(-85, 85), st.floats(-179, 179))
def test_just_within_is_within_north_and_east_wherever_it_lies(lat: float, lon: float) -> None:
    from math import cos, radians

    step = 49.99 / METRES_A_DEGREE
    assert pairs_within([(lat, lon), (lat + step, lon)], 50) == [(0, 1)]
    assert pairs_within([(lat, lon), (lat, lon + step / cos(radians(lat)))], 50) == [(0, 1)]
    assert pairs_within([(lat, lon), (lat + 1.001 * 50 / METRES_A_DEGREE, lon)], 50) == []


def test_one_place_has_no_pair() -> None:
    assert pairs_within([], 50) == pairs_within([SPOT], 50) == []
    assert pairs_within([SPOT, SPOT, SPOT], 0) == [(0, 1), (0, 2), (1, 2)]
