"""Coordinates 坐标: the three datums a Chinese phone may answer in, told apart and brought to WGS 84.

All positions are (latitude, longitude) in degrees. WGS 84 is what satellites give; GCJ-02 国测局坐标 (Amap, Tencent)
moves it by up to 720 m (in Jinan 480–575 m); BD-09 百度坐标 moves GCJ-02 once more (in Jinan 1.2–1.4 km in all). The
formulas are not official: the open-source community published them and map libraries use them. CGCS2000 is treated as
WGS 84, from which it differs by less than any phone's error.

The shift into GCJ-02: with x = lon − 105 and y = lat − 35, metres north and east are polynomials in x and y plus waves
(`_metres`), turned into degrees on the Krasovsky 1940 ellipsoid (a = 6 378 245 m, e² = 0.006 693 421 622 965 943 23).
BD-09 turns and stretches GCJ-02's (lon, lat) in polar form and adds (0.0065, 0.006).

The inverse has no formula. The shift changes by a few hundredths of the way moved at most, so p ← p + (q − forward(p))
converges at once, and a round trip in either direction is exact to 1e-12° (a ten-millionth of a metre).

"China" is the customary box, which holds parts of its neighbours too; outside it nothing is moved. Within 3 km outside
the box's edge, far from any city of the mainland, the way back can take an unmoved point for a moved one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import asin, atan2, ceil, cos, hypot, isfinite, pi, radians, sin, sqrt

Position = tuple[float, float]

_SEMI_MAJOR_AXIS = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_EARTH_RADIUS = 6371008.8  # metres, the mean radius R1 of the IUGG
METRES_A_DEGREE = _EARTH_RADIUS * pi / 180  # of latitude, and of longitude on the equator, as `distance_m` measures
_CHINA = ((0.8293, 55.8271), (72.004, 137.8347))
_SHIFT_AT_MOST = 0.03  # degrees; BD-09 moves a point by less
_ROUNDS = 20


class Datum(StrEnum):
    """What a position is measured against 坐标系."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def _in_china(lat: float, lon: float, margin: float = 0.0) -> bool:
    (south, north), (west, east) = _CHINA
    return south - margin <= lat <= north + margin and west - margin <= lon <= east + margin


def _metres(x: float, y: float) -> Position:
    """Metres north and east by which GCJ-02 moves the point `x` degrees east of 105° E and `y` north of 35° N."""
    ripple = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)
    north = ripple + 20 * sin(pi * y) + 40 * sin(pi * y / 3) + 160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)
    east = ripple + 20 * sin(pi * x) + 40 * sin(pi * x / 3) + 150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)
    return (-100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + north * 2 / 3,
            300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + east * 2 / 3)


def _to_gcj02(lat: float, lon: float) -> Position:
    north, east = _metres(lon - 105, lat - 35)
    flattened = 1 - _ECCENTRICITY_SQUARED * sin(radians(lat)) ** 2
    meridian_radius = _SEMI_MAJOR_AXIS * (1 - _ECCENTRICITY_SQUARED) / (flattened * sqrt(flattened))
    parallel_radius = _SEMI_MAJOR_AXIS / sqrt(flattened) * cos(radians(lat))
    return lat + north / meridian_radius * 180 / pi, lon + east / parallel_radius * 180 / pi


def _to_bd09(lat: float, lon: float) -> Position:
    lat, lon = _to_gcj02(lat, lon)
    radius = hypot(lat, lon) + 0.00002 * sin(lat * pi * 3000 / 180)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * pi * 3000 / 180)
    return radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065


_FORWARD: dict[Datum, Callable[[float, float], Position]] = {Datum.GCJ02: _to_gcj02, Datum.BD09: _to_bd09}


def from_wgs84(lat: float, lon: float, datum: Datum) -> Position:
    """A WGS 84 position as the datum gives it; unchanged outside China."""
    if datum is Datum.WGS84 or not _in_china(lat, lon):
        return lat, lon
    return _FORWARD[datum](lat, lon)


def to_wgs84(lat: float, lon: float, datum: Datum) -> Position:
    """A position of the datum in WGS 84; unchanged outside China."""
    if datum is Datum.WGS84 or not _in_china(lat, lon, margin=_SHIFT_AT_MOST):
        return lat, lon
    forward = _FORWARD[datum]
    found_lat, found_lon = lat, lon
    for _ in range(_ROUNDS):
        moved_lat, moved_lon = forward(found_lat, found_lon)
        step_lat, step_lon = lat - moved_lat, lon - moved_lon
        found_lat, found_lon = found_lat + step_lat, found_lon + step_lon
        if abs(step_lat) + abs(step_lon) < 1e-13:
            break
    return (found_lat, found_lon) if _in_china(found_lat, found_lon) else (lat, lon)


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Metres along the great circle of a sphere of mean radius (haversine); within 0.6 % of the ellipsoid's."""
    half_north, half_east = radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2
    chord = sin(half_north) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(half_east) ** 2
    return 2 * _EARTH_RADIUS * asin(min(1.0, sqrt(chord)))


def walking_minutes(metres: float, *, metres_per_minute: float = 1000 / 15, detour: float = 1.3) -> int:
    """Whole minutes on foot, at least 1, to a place `metres` away in a straight line.

    The pace is the upper end of the fifteen-minute life circle of GB 50180-2018, read second hand: 800–1,000 m walked
    in 15 minutes. That streets are 1.3 times as long as the straight line is an assumption.
    """
    if not (metres >= 0 and metres_per_minute > 0 and detour >= 1):
        raise ValueError("give metres of at least 0, a pace above 0 and a detour of at least 1")
    # Rounded first, so that 15 minutes and the error of a float are not 16.
    return max(1, ceil(round(metres * detour / metres_per_minute, 6)))


class Finding(StrEnum):
    """What is the matter with a position."""

    FINE = "fine"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    OUTSIDE = "outside"
    SWAPPED = "swapped"
    GCJ02_SUSPECTED = "gcj02_suspected"
    BD09_SUSPECTED = "bd09_suspected"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The finding on a position, and the WGS 84 position to offer instead where there is one."""

    finding: Finding
    corrected: Position | None = None


def diagnose(lat: float, lon: float, inside: Callable[[float, float], bool],
             witness: Position | None = None) -> Diagnosis:
    """What a position given as WGS 84 is: fine, no position at all, swapped, in another datum, or elsewhere.

    `inside(lat, lon)` says whether a position lies in the city; it is asked only about possible ones. Another datum can
    be told only with a `witness`, a WGS 84 position of the same thing such as the one in a photo's EXIF block.
    """
    if not (isfinite(lat) and isfinite(lon)):
        return Diagnosis(Finding.NOT_A_NUMBER)
    if witness is not None:
        for offset_like, datum, finding in ((offset_like_gcj02, Datum.GCJ02, Finding.GCJ02_SUSPECTED),
                                            (offset_like_bd09, Datum.BD09, Finding.BD09_SUSPECTED)):
            if offset_like(lat, lon, *witness):
                return Diagnosis(finding, to_wgs84(lat, lon, datum))
    possible = _is_position(lat, lon)
    if possible and inside(lat, lon):
        return Diagnosis(Finding.FINE)
    if _is_position(lon, lat) and inside(lon, lat):
        return Diagnosis(Finding.SWAPPED, (lon, lat))
    return Diagnosis(Finding.OUTSIDE if possible else Finding.OUT_OF_RANGE)


def offset_like_gcj02(lat: float, lon: float, witness_lat: float, witness_lon: float,
                      tolerance_m: float = 60, apart_m: float = 200) -> bool:
    """Does the position lie where GCJ-02 would put the witness (WGS 84), and further than `apart_m` from it?

    The tolerance is the usual error of a phone between buildings, an assumption. Where the shift itself is below
    `apart_m`, as in a few regions, the two datums cannot be told apart this way and the answer is no.
    """
    return _offset_like(Datum.GCJ02, (lat, lon), (witness_lat, witness_lon), tolerance_m, apart_m)


def offset_like_bd09(lat: float, lon: float, witness_lat: float, witness_lon: float,
                     tolerance_m: float = 60, apart_m: float = 200) -> bool:
    """Does the position lie where BD-09 would put the witness (WGS 84), and further than `apart_m` from it?"""
    return _offset_like(Datum.BD09, (lat, lon), (witness_lat, witness_lon), tolerance_m, apart_m)


def _offset_like(datum: Datum, position: Position, witness: Position, tolerance_m: float, apart_m: float) -> bool:
    if not (_is_position(*position) and _is_position(*witness)):
        return False
    return (distance_m(*position, *witness) > apart_m
            and distance_m(*position, *from_wgs84(*witness, datum)) <= tolerance_m)


def _is_position(lat: float, lon: float) -> bool:
    # Not a number compares as false, so it is no position either.
    return abs(lat) <= 90 and abs(lon) <= 180
