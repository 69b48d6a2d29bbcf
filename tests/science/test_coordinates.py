"""Coordinates: published pairs, exact round trips, and wrong positions recognised."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given, strategies as st

from undercity.science.coordinates import (
    Datum,
    Diagnosis,
    Finding,
    diagnose,
    distance_m,
    from_wgs84,
    offset_like_bd09,
    offset_like_gcj02,
    to_wgs84,
    walking_minutes,
)

pytestmark = pytest.mark.once

EXACT = 1e-12  # degrees
MOVED = st.sampled_from([Datum.GCJ02, Datum.BD09])
# Inside the customary box, away from its edge.
CHINA = st.tuples(st.floats(0.9, 55.7), st.floats(72.1, 137.7))
JINAN = st.tuples(st.floats(36.0, 37.6), st.floats(116.2, 117.8))
ABROAD = st.one_of(
    st.tuples(st.floats(-90, 90), st.floats(-180, 71.9)), st.tuples(st.floats(-90, 90), st.floats(137.9, 180)),
    st.tuples(st.floats(-90, 0.7), st.floats(-180, 180)), st.tuples(st.floats(55.9, 90), st.floats(-180, 180)))
BAOTU_SPRING = (36.6614, 117.0106)  # about, WGS 84


def in_jinan(lat: float, lon: float) -> bool:
    """The box around Jinan; refuses to be asked about impossible positions."""
    assert abs(lat) <= 90
    assert abs(lon) <= 180
    return 36.0 <= lat <= 37.6 and 116.2 <= lon <= 117.8


# --- the three datums -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("wgs84", "gcj02"), [
    ((39.915, 116.404), (39.91640428150164, 116.41024449916938)),  # Tiananmen, printed by many map libraries
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),  # Shanghai
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),  # Shenzhen
])
def test_the_published_pairs_of_gcj02(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert from_wgs84(*wgs84, Datum.GCJ02) == pytest.approx(gcj02, abs=EXACT, rel=0)
    assert to_wgs84(*gcj02, Datum.GCJ02) == pytest.approx(wgs84, abs=EXACT, rel=0)


def test_the_published_pair_of_bd09() -> None:
    wgs84 = to_wgs84(39.915, 116.404, Datum.GCJ02)
    assert from_wgs84(*wgs84, Datum.BD09) == pytest.approx((39.92133699351021, 116.41036949371029), abs=EXACT, rel=0)


@given(CHINA, MOVED)
def test_a_round_trip_from_wgs84_is_exact(point: tuple[float, float], datum: Datum) -> None:
    assert to_wgs84(*from_wgs84(*point, datum), datum) == pytest.approx(point, abs=EXACT, rel=0)


@given(CHINA, MOVED)
def test_a_round_trip_to_wgs84_is_exact(point: tuple[float, float], datum: Datum) -> None:
    assert from_wgs84(*to_wgs84(*point, datum), datum) == pytest.approx(point, abs=EXACT, rel=0)


@given(st.tuples(st.floats(-90, 90), st.floats(-180, 180)))
def test_wgs84_stays_as_it_is(point: tuple[float, float]) -> None:
    assert (from_wgs84(*point, Datum.WGS84), to_wgs84(*point, Datum.WGS84)) == (point, point)


@given(ABROAD, MOVED)
def test_nothing_is_moved_abroad(point: tuple[float, float], datum: Datum) -> None:
    assert (from_wgs84(*point, datum), to_wgs84(*point, datum)) == (point, point)


@given(st.tuples(st.floats(0.9, 55.7), st.sampled_from([72.0041, 137.8346])), MOVED)
def test_a_point_just_inside_the_box_comes_back_though_it_was_moved_out(point: tuple[float, float],
                                                                        datum: Datum) -> None:
    assert to_wgs84(*from_wgs84(*point, datum), datum) == pytest.approx(point, abs=EXACT, rel=0)


@given(JINAN)
def test_the_shift_in_jinan_is_hundreds_of_metres(point: tuple[float, float]) -> None:
    assert 100 < distance_m(*point, *from_wgs84(*point, Datum.GCJ02)) < 700
    assert 1000 < distance_m(*point, *from_wgs84(*point, Datum.BD09)) < 1500


@given(st.tuples(st.floats(18, 53.5), st.floats(73.5, 135)))
def test_the_shift_of_gcj02_is_bounded_in_all_of_china(point: tuple[float, float]) -> None:
    assert distance_m(*point, *from_wgs84(*point, Datum.GCJ02)) < 720


# --- distances ------------------------------------------------------------------------------------------------------

def test_distances_on_the_sphere() -> None:
    quarter = 10_007_557.2  # a quarter of 2π · 6 371 008.8 m
    assert distance_m(0, 0, 0, 90) == pytest.approx(quarter, abs=0.1)
    assert distance_m(0, 0, 90, 0) == pytest.approx(quarter, abs=0.1)
    assert distance_m(0, 0, 0, 180) == pytest.approx(2 * quarter, abs=0.1)
    assert distance_m(36.66, 117.01, 36.66, 117.01) == 0
    assert distance_m(0, 179.9, 0, -179.9) == pytest.approx(quarter / 450, abs=0.1)


@given(JINAN, JINAN, JINAN)
def test_a_detour_is_never_shorter(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> None:
    assert distance_m(*a, *b) == pytest.approx(distance_m(*b, *a), abs=1e-6)
    assert distance_m(*a, *c) <= distance_m(*a, *b) + distance_m(*b, *c) + 1e-6


def test_a_kilometre_of_streets_is_a_quarter_of_an_hour() -> None:
    assert walking_minutes(1000, detour=1) == 15
    assert walking_minutes(1000) == 20
    assert walking_minutes(800, metres_per_minute=80, detour=1.25) == 13
    assert walking_minutes(0) == 1


@pytest.mark.parametrize("wrong", [{"metres": -1.0}, {"metres": nan}, {"metres": 1.0, "metres_per_minute": 0.0},
                                   {"metres": 1.0, "detour": 0.9}])
def test_a_walk_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="metres of at least 0"):
        walking_minutes(**wrong)


# --- diagnosis ------------------------------------------------------------------------------------------------------

@given(JINAN)
def test_a_position_in_the_city_is_fine_and_swapped_it_is_recognised(point: tuple[float, float]) -> None:
    lat, lon = point
    assert diagnose(lat, lon, in_jinan) == Diagnosis(Finding.FINE)
    assert diagnose(lon, lat, in_jinan) == Diagnosis(Finding.SWAPPED, (lat, lon))


@pytest.mark.parametrize(("lat", "lon", "finding"), [
    (nan, 117.0, Finding.NOT_A_NUMBER), (36.6, inf, Finding.NOT_A_NUMBER), (-inf, nan, Finding.NOT_A_NUMBER),
    (91.0, 10.0, Finding.OUT_OF_RANGE), (36.6, 180.1, Finding.OUT_OF_RANGE), (366.0, 1170.0, Finding.OUT_OF_RANGE),
    (39.9, 116.4, Finding.OUTSIDE), (0.0, 0.0, Finding.OUTSIDE), (-36.6, 117.0, Finding.OUTSIDE),
    (116.4, 39.9, Finding.OUT_OF_RANGE),  # Beijing, swapped: no position as given, and not here either way
])
def test_a_position_that_is_none_of_the_citys(lat: float, lon: float, finding: Finding) -> None:
    assert diagnose(lat, lon, in_jinan) == Diagnosis(finding)
    assert diagnose(lat, lon, in_jinan, witness=(nan, nan)) == Diagnosis(finding)


def test_a_swapped_position_is_not_taken_for_one_where_both_ways_lie_inside() -> None:
    assert diagnose(10.0, 20.0, lambda lat, lon: True) == Diagnosis(Finding.FINE)


@given(JINAN)
def test_another_datum_is_told_by_a_witness_and_only_by_one(point: tuple[float, float]) -> None:
    for datum, finding in ((Datum.GCJ02, Finding.GCJ02_SUSPECTED), (Datum.BD09, Finding.BD09_SUSPECTED)):
        given_as = from_wgs84(*point, datum)
        told = diagnose(*given_as, in_jinan, witness=point)
        assert told.finding is finding
        assert told.corrected == pytest.approx(point, abs=EXACT, rel=0)
        assert diagnose(*given_as, in_jinan).finding in {Finding.FINE, Finding.OUTSIDE}


@given(JINAN, st.floats(-0.0003, 0.0003), st.floats(-0.0003, 0.0003))
def test_a_phones_usual_error_hides_no_datum(point: tuple[float, float], north: float, east: float) -> None:
    gcj02, bd09 = from_wgs84(*point, Datum.GCJ02), from_wgs84(*point, Datum.BD09)
    assert offset_like_gcj02(gcj02[0] + north, gcj02[1] + east, *point)
    assert offset_like_bd09(bd09[0] + north, bd09[1] + east, *point)
    assert not offset_like_gcj02(point[0] + north, point[1] + east, *point)
    assert not offset_like_bd09(gcj02[0] + north, gcj02[1] + east, *point)
    assert not offset_like_gcj02(bd09[0] + north, bd09[1] + east, *point)


def test_a_witness_elsewhere_proves_nothing() -> None:
    lat, lon = from_wgs84(*BAOTU_SPRING, Datum.GCJ02)
    assert offset_like_gcj02(lat, lon, *BAOTU_SPRING)
    assert not offset_like_gcj02(lat + 0.001, lon, *BAOTU_SPRING)
    assert offset_like_gcj02(lat + 0.001, lon, *BAOTU_SPRING, tolerance_m=120)
    assert not offset_like_gcj02(lat, lon, *BAOTU_SPRING, apart_m=600)
    assert diagnose(lat + 0.001, lon, in_jinan, witness=BAOTU_SPRING) == Diagnosis(Finding.FINE)


@given(ABROAD)
def test_abroad_no_datum_is_suspected(point: tuple[float, float]) -> None:
    assert not offset_like_gcj02(*point, *point)
    assert not offset_like_bd09(*point, *point)


@pytest.mark.parametrize("witness", [(nan, 117.0), (36.6, inf), (117.0, 36.6)])
def test_a_witness_that_is_no_position_is_not_heard(witness: tuple[float, float]) -> None:
    assert not offset_like_gcj02(36.6, 117.0, *witness)
    assert not offset_like_bd09(nan, 117.0, *BAOTU_SPRING)
