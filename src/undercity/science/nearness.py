"""Which of many positions lie close together 邻近: asked of a tree of rectangles, not each of each."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

import numpy as np
from shapely import STRtree, points

from undercity.science.coordinates import METRES_A_DEGREE, Position, distance_m

# The plane of degrees is not the sphere: the tree is asked for a little more, and each pair measured.
_MORE = 1.001


def pairs_within(places: Sequence[Position], metres: float) -> list[tuple[int, int]]:
    """Pairs of indexes, the smaller first, of (lat, lon) in WGS 84 degrees at most so many metres from each other.

    Distances are `distance_m`'s. Away from the poles: beyond 89.4° a degree of longitude counts as if there.
    """
    if len(places) < 2:
        return []
    lat, lon = np.asarray(places, dtype=float).T
    # One width for all, that of the place furthest from the equator, where a degree of longitude is shortest.
    wide = max(cos(radians(float(np.abs(lat).max()))), 0.01)
    flat = points(lon * wide, lat)
    one, other = STRtree(flat).query(flat, predicate="dwithin", distance=metres / METRES_A_DEGREE * _MORE)
    kept = one < other
    return [(a, b) for a, b in sorted(zip(one[kept].tolist(), other[kept].tolist(), strict=True))
            if distance_m(*places[a], *places[b]) <= metres]
