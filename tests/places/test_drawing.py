"""The drawing: positions to the sheet, names on it, and the net between places."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as some

from undercity.places.drawing import SHEETS, WIDTH, around, fitting, net
from undercity.science.coordinates import distance_m

positions = some.lists(some.tuples(some.floats(36.5, 36.8), some.floats(116.8, 117.2)), max_size=25, unique=True)


@pytest.mark.parametrize("name", SHEETS)
def test_corners_of_the_sheet_are_corners_of_the_drawing(name: str) -> None:
    sheet = SHEETS[name]
    assert sheet.at(sheet.north, sheet.west) == (0, 0)
    x, y = sheet.at(sheet.south, sheet.east)
    assert x == pytest.approx(WIDTH, abs=0.1)
    assert y == pytest.approx(sheet.height, abs=0.5)


def test_a_kilometre_is_as_long_in_both_directions() -> None:
    sheet = SHEETS["centre"]
    x0, y0 = sheet.at(36.645, 117.0)
    x1, _ = sheet.at(36.645, 117.02)
    _, y1 = sheet.at(36.661, 117.0)
    east, north = distance_m(36.645, 117.0, 36.645, 117.02), distance_m(36.645, 117.0, 36.661, 117.0)
    assert (x1 - x0) / east == pytest.approx((y0 - y1) / north, rel=0.01)
    assert (x1 - x0) / east * 1000 == pytest.approx(sheet.kilometre, rel=0.01)


def test_the_closest_sheet_with_most_of_the_pins_is_chosen() -> None:
    assert fitting([]) == "core"
    assert fitting([(36.65, 117.0)] * 7 + [(36.97, 117.17), (36.2, 117.6)]) == "centre"
    assert fitting([(36.72, 116.9)] * 3) == "core"
    assert fitting([(36.97, 117.17), (36.2, 117.6)]) == "city"
    assert around(36.65, 117.0).holds(36.65, 117.0)


@given(positions)
def test_the_net_joins_each_place_with_its_two_nearest_in_reach_as_measuring_all_does(
        points: list[tuple[float, float]]) -> None:
    expected = set()
    for index, one in enumerate(points):
        near = sorted((distance_m(*one, *other), at) for at, other in enumerate(points) if at != index)
        expected |= {(min(index, at), max(index, at)) for metres, at in near[:2] if metres <= 3000}
    assert net(points) == sorted(expected)


def test_a_line_is_cut_at_the_edge_and_a_point_draws_nothing() -> None:
    sheet = SHEETS["centre"]
    path = sheet.path(sheet.clipped({"type": "LineString", "coordinates": [[116.0, 36.65], [118.0, 36.65]]}))
    assert path.startswith("M-")
    assert path.count("L") == 1
    assert sheet.path(sheet.clipped({"type": "Point", "coordinates": [117.0, 36.65]})) == ""
    assert sheet.middle(sheet.clipped({"type": "Point", "coordinates": [100.0, 36.65]})) is None
