"""Who reaches what on foot 步行可达: cells and sites as positions, walking minutes between those that lie near.

Positions are arrays of shape (n, 2), (latitude, longitude) in WGS 84 degrees. A walk is the great circle's length times
a detour, at a steady pace, as `coordinates.walking_minutes` counts it. Everybody of a cell stands in its middle.

Points are put on the unit sphere and kept in a k-d tree: the chord c between two of them belongs to the great circle
2R·asin(c/2), so the tree's distances are exact ones and need no projection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from undercity.science.coordinates import METRES_A_DEGREE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_RADIUS = METRES_A_DEGREE * 180 / np.pi
NOWHERE = -1
# A float's error must not turn 15 minutes into 16; see `walking_minutes`.
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Pace:
    """How people walk: metres a minute, and how much longer streets are than the straight line."""

    metres_per_minute: float = 1000 / 15
    detour: float = 1.3

    def __post_init__(self) -> None:
        if not (self.metres_per_minute > 0 and self.detour >= 1):
            raise ValueError("give a pace above 0 and a detour of at least 1")

    def minutes(self, metres: Floats) -> Floats:
        """Whole minutes, at least 1, of any straight-line distances; infinite ones stay so."""
        found: Floats = np.maximum(1.0, np.ceil(np.round(metres * self.detour / self.metres_per_minute, _DIGITS)))
        return found

    def metres(self, minutes: float) -> float:
        """How far away in a straight line something may be that is reached within so many whole minutes."""
        return (minutes + 10.0 ** -_DIGITS / 2) * self.metres_per_minute / self.detour


@dataclass(frozen=True, slots=True)
class Pairs:
    """Cells and sites that lie near each other: index of the cell, of the site, metres between; by cell, then site."""

    cell: Ints
    site: Ints
    metres: Floats


def nearest(cells: Floats, sites: Floats) -> tuple[Ints, Floats]:
    """For each cell the index of the nearest site and the metres to it; `NOWHERE` and infinity without any site."""
    if not len(sites):
        return np.full(len(cells), NOWHERE, dtype=np.int64), np.full(len(cells), np.inf)
    if not len(cells):
        return np.empty(0, dtype=np.int64), np.empty(0)
    chord, index = cKDTree(_on_sphere(sites)).query(_on_sphere(cells))
    return np.asarray(index, dtype=np.int64), _great_circle(np.asarray(chord, dtype=np.float64))


def within(cells: Floats, sites: Floats, metres: float) -> Pairs:
    """Every pair of a cell and a site at most so many metres apart."""
    if not (len(cells) and len(sites)):
        nobody = np.empty(0, dtype=np.int64)
        return Pairs(nobody, nobody, np.empty(0))
    chord = 2 * np.sin(min(metres / (2 * _RADIUS), np.pi / 2))
    found = cKDTree(_on_sphere(cells)).sparse_distance_matrix(
        cKDTree(_on_sphere(sites)), chord * (1 + 1e-12), output_type="ndarray")
    order = np.lexsort((found["j"], found["i"]))
    return Pairs(found["i"][order].astype(np.int64), found["j"][order].astype(np.int64),
                 _great_circle(found["v"][order]))


def summed(index: Ints, weights: Floats, length: int) -> Floats:
    """The weights added up by index, as an array of that length."""
    return np.bincount(index, weights=weights, minlength=length).astype(np.float64)


def _on_sphere(positions: Floats) -> Floats:
    lat, lon = np.radians(np.asarray(positions, dtype=np.float64)).T
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def _great_circle(chord: Floats) -> Floats:
    found: Floats = 2 * _RADIUS * np.arcsin(np.minimum(chord / 2, 1.0))
    return found
