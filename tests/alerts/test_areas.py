"""Whom a message touches: outlines, circles, codes; what is swapped, elsewhere or in another datum is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as some
from shapely.geometry import box

from tests.alerts.messages import message, said
from tests.city import City
from undercity.alerts.cap.message import Area, Circle
from undercity.alerts.queries.reading import territories
from undercity.alerts.rules.areas import Territories, long_code, touched
from undercity.alerts.states import Said
from undercity.org.queries import directory
from undercity.science.coordinates import Datum, from_wgs84

# A toy city: two districts side by side in a city, one with two streets.
TOY = Territories(codes={long_code("370100"): 1, long_code("370101"): 2, long_code("370102"): 3},
                  outlines={2: box(117.0, 36.6, 117.1, 36.7), 3: box(117.1, 36.6, 117.2, 36.7),
                            4: box(117.0, 36.6, 117.05, 36.7), 5: box(117.05, 36.6, 117.1, 36.7)},
                  below={1: frozenset({2, 3, 4, 5}), 2: frozenset({4, 5})})


def alert(*areas: Area, **more: Any) -> Any:
    from datetime import datetime

    from undercity import clock

    return message(datetime(2026, 7, 18, 16, tzinfo=clock.ZONE), infos=[said(area=areas, **more)])


def ring(south: float, west: float, north: float, east: float) -> tuple[tuple[float, float], ...]:
    return ((south, west), (south, east), (north, east), (north, west), (south, west))


@pytest.mark.parametrize(("area", "bodies"), [
    (Area("x", geocodes=(("c", "370100"),)), {1}), (Area("x", geocodes=(("c", "370102000000"),)), {3}),
    (Area("x", polygons=(ring(36.59, 116.99, 36.71, 117.099),)), {2}),
    (Area("x", polygons=(ring(36.61, 117.01, 36.62, 117.02),)), {2, 4}),
    (Area("x", circles=(Circle((36.65, 117.15), 1),)), {3}), (Area("x", circles=(Circle((36.65, 117.15), 0),)), set()),
    (Area("x", polygons=(ring(36.61, 117.01, 36.62, 117.02),), geocodes=(("c", "370102"),)), {2, 3, 4})])
def test_the_bodies_touched_are_named_without_those_below_one_that_is_touched_as_a_whole(
        area: Area, bodies: set[int]) -> None:
    found = touched(alert(area), TOY)
    assert found.bodies == bodies
    assert found.said == ()


@pytest.mark.parametrize(("area", "said_"), [
    (Area("x", polygons=(tuple((lon, lat) for lat, lon in ring(36.61, 117.01, 36.62, 117.02)),)), Said.SWAPPED),
    (Area("x", polygons=(ring(30, 100, 31, 101),)), Said.OUTSIDE),
    (Area("x", polygons=(ring(95, 100, 96, 101),)), Said.IMPOSSIBLE),
    (Area("x", geocodes=(("c", "999999"),)), Said.UNKNOWN_CODE), (Area("x"), Said.NOWHERE)])
def test_what_touches_nobody_says_why(area: Area, said_: Said) -> None:
    found = touched(alert(area), TOY)
    assert (found.bodies, found.said) == (frozenset(), (said_,))
    assert found.ground.is_empty


def test_the_ground_of_a_city_without_an_outline_is_its_districts() -> None:
    ground = touched(alert(Area("x", geocodes=(("c", "370100"),))), TOY).ground
    assert ground.equals(box(117.0, 36.6, 117.2, 36.7))


def test_an_outline_that_crosses_itself_is_read_all_the_same() -> None:
    bow = ((36.61, 117.01), (36.69, 117.04), (36.69, 117.01), (36.61, 117.04), (36.61, 117.01))
    assert touched(alert(Area("x", polygons=(bow,))), TOY).bodies == {2, 4}


@pytest.mark.parametrize(("datum", "finding"), [(Datum.GCJ02, Said.GCJ02), (Datum.BD09, Said.BD09)])
def test_one_of_our_outlines_in_another_datum_is_recognised_and_converted_when_declared(
        city: City, datum: Datum, finding: Said) -> None:
    ours, body = territories(), directory().by_key["shizhong"]
    outline = ours.outlines[body]
    part = outline if outline.geom_type == "Polygon" else max(outline.geoms, key=lambda one: one.area)
    moved = tuple(from_wgs84(lat, lon, datum) for lon, lat, *_ in part.exterior.coords)
    area = Area("市中区", polygons=(moved,))
    found = touched(alert(area), ours)
    assert (found.bodies, found.said) == (frozenset(), (finding,))
    for declared in (touched(alert(area), ours, datum),
                     touched(alert(area, parameters=(("坐标系", datum.name),)), ours)):
        assert body in declared.bodies
        assert declared.said == (Said.CONVERTED,)
    # With its code beside it, the code still holds.
    coded = touched(alert(Area("市中区", polygons=(moved,), geocodes=(("c", "370103"),))), ours)
    assert body in coded.bodies


def test_our_own_outline_in_wgs84_is_no_suspect(city: City) -> None:
    ours, body = territories(), directory().by_key["lixia"]
    outline = ours.outlines[body]
    part = outline if outline.geom_type == "Polygon" else max(outline.geoms, key=lambda one: one.area)
    found = touched(alert(Area("历下区", polygons=(tuple((lat, lon) for lon, lat, *_ in part.exterior.coords),))), ours)
    assert body in found.bodies
    assert found.said == ()


numbers = some.floats(-400, 400) | some.floats(36.5, 36.8) | some.floats(116.9, 117.3)
points = some.tuples(numbers, numbers)


@given(some.lists(points, min_size=3, max_size=9), some.none() | some.tuples(points, some.floats(0, 20_000)),
       some.sampled_from(Datum))
def test_no_outline_however_odd_is_too_much(ring_: list[tuple[float, float]], circle: Any, datum: Datum) -> None:
    area = Area("x", polygons=((*ring_, ring_[0]),), circles=(Circle(*circle),) if circle else ())
    found = touched(alert(area), TOY, datum)
    assert found.bodies <= {1, 2, 3, 4, 5}
