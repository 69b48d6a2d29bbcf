"""The nearest of very many positions 最近点: a balanced tree of rectangles, searched best first, exact.

Positions are (lat, lon) in WGS 84 degrees, distances metres as `distance_m` measures them. Every position has a *rank*:
0 for what is to be found first, larger for what comes later, infinity for what never comes. The answer is ordered by
rank, then distance: with ranks 0 and infinity it is the nearest of those that count, with the moment something opens as
rank it is what opens soonest, of that the nearest.

The tree is static: positions are halved by latitude and longitude in turn into 2^L leaves of about `LEAF`, kept in
arrays in which the leaves lie one after the other. A view of it for one set of ranks (`Ranks`) holds the least rank
below each node, so that what does not count is never walked to. A node bounds the distance from below by

    hav(d) ≥ sin²(Δφ/2) + cos φ₀ · cos φ* · sin²(Δλ/2)

with Δφ, Δλ the gaps to the node's rectangle and φ* the latitude in it furthest from the equator: no term can be smaller
for a position inside. Nodes are taken in order of (rank, bound), so the first k positions met in that order are the
answer; nothing is estimated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise
from math import asin, cos, inf, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from undercity.science.coordinates import METRES_A_DEGREE

LEAF = 96
_DIAMETER = 2 * METRES_A_DEGREE * 180 / np.pi
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tree:
    """Positions laid out for searching. `order[i]` is the caller's index of the i-th position of the layout."""

    order: NDArray[np.int64]
    lat: Numbers
    lon: Numbers
    cosine: Numbers
    starts: NDArray[np.int64]
    # Rectangles of the nodes, the root at 1, the children of n at 2n and 2n + 1: south, north, west, east, radians,
    # and the cosine of the latitude furthest from the equator.
    boxes: list[tuple[float, float, float, float, float]] = field(repr=False)

    @property
    def leaves(self) -> int:
        """How many leaves there are, a power of two."""
        return len(self.starts) - 1


def tree_of(lat: Numbers, lon: Numbers) -> Tree:
    """The tree of these positions, in degrees; half a second a million."""
    phi, lam = np.radians(np.asarray(lat, dtype=float)), np.radians(np.asarray(lon, dtype=float))
    count = len(phi)
    levels = max(0, int(np.ceil(np.log2(max(count, 1) / LEAF)))) if count > LEAF else 0
    order = np.arange(count)
    bounds = [0, count]
    for level in range(levels):
        values = phi if level % 2 == 0 else lam
        halves = [0]
        for first, last in pairwise(bounds):
            middle = (first + last) // 2
            if first < middle < last:
                part = order[first:last]
                order[first:last] = part[np.argpartition(values[part], middle - first)]
            halves += [middle, last]
        bounds = halves
    starts = np.asarray(bounds)
    phi, lam = phi[order], lam[order]
    return Tree(order=order, lat=phi, lon=lam, cosine=np.cos(phi), starts=starts, boxes=_boxes(phi, lam, starts))


def _boxes(phi: Numbers, lam: Numbers, starts: NDArray[np.int64]) -> list[tuple[float, float, float, float, float]]:
    south, north = _upward(phi, starts, np.minimum, inf), _upward(phi, starts, np.maximum, -inf)
    west, east = _upward(lam, starts, np.minimum, inf), _upward(lam, starts, np.maximum, -inf)
    with np.errstate(invalid="ignore"):
        least = np.cos(np.maximum(np.abs(south), np.abs(north)))
    return list(zip(south.tolist(), north.tolist(), west.tolist(), east.tolist(), least.tolist(), strict=True))


def _upward(values: Numbers, starts: NDArray[np.int64], fold: np.ufunc, nothing: float) -> Numbers:
    """The fold of the values below each node, heap order; `nothing` where there are none."""
    leaves = len(starts) - 1
    nodes = np.full(2 * leaves, nothing)
    filled = starts[:-1] < starts[1:]
    if filled.any():
        nodes[leaves:][filled] = fold.reduceat(values, starts[:-1][filled])
    level = leaves // 2
    while level:
        below = nodes[2 * level:4 * level]
        nodes[level:2 * level] = fold(below[0::2], below[1::2])
        level //= 2
    return nodes


@dataclass(frozen=True, eq=False)
class Ranks:
    """The ranks of a tree's positions, in the layout's order, and the least below each node."""

    tree: Tree
    of: Numbers
    least: list[float]


def ranked(tree: Tree, rank: Numbers) -> Ranks:
    """A view of the tree for these ranks, given in the layout's order (`rank[tree.order]` of the caller's)."""
    return Ranks(tree, rank, _upward(rank, tree.starts, np.minimum, inf).tolist())


@dataclass(frozen=True, slots=True)
class Near:
    """One position found: the caller's index, its rank and its distance in metres."""

    index: int
    rank: float
    metres: float


def nearest(ranks: Ranks, lat: float, lon: float, limit: int, *, until: float = inf) -> list[Near]:
    """The first `limit` positions by (rank, distance), none whose rank is `until` or more. Degrees in, metres out."""
    tree, least = ranks.tree, ranks.least
    here, along = radians(lat), radians(lon)
    cosine = cos(here)
    found: list[Near] = []
    # (rank, half chord squared, 0 for a position before 1 for a node, number).
    heap: list[tuple[float, float, int, int]] = []
    if least[1] < until:
        heap.append((least[1], 0.0, 1, 1))
    leaves, boxes = tree.leaves, tree.boxes
    while heap and len(found) < limit:
        rank, square, kind, number = heappop(heap)
        if kind == 0:
            found.append(Near(int(tree.order[number]), rank, _DIAMETER * asin(min(1.0, sqrt(square)))))
        elif number >= leaves:
            for entry in _in_leaf(ranks, number - leaves, (here, along, cosine), limit - len(found), until):
                heappush(heap, entry)
        else:
            for child in (2 * number, 2 * number + 1):
                if least[child] < until:
                    south, north, west, east, narrow = boxes[child]
                    up = south - here if here < south else here - north if here > north else 0.0
                    # The short way round, whichever side the rectangle lies on.
                    side = 0.0 if west <= along <= east else min((west - along) % _TURN, (along - east) % _TURN)
                    a, b = sin(up / 2), sin(side / 2)
                    heappush(heap, (least[child], (a * a + cosine * narrow * b * b) * _SURELY, 1, child))
    return found


_TURN = 2 * np.pi
# A bound is never larger than what it bounds, not by the rounding of a float either.
_SURELY = 1 - 1e-12


def _in_leaf(ranks: Ranks, leaf: int, here: tuple[float, float, float], limit: int, until: float
             ) -> list[tuple[float, float, int, int]]:
    """The best of a leaf, as entries of the heap."""
    tree = ranks.tree
    first, last = int(tree.starts[leaf]), int(tree.starts[leaf + 1])
    rank = ranks.of[first:last]
    up, side = np.sin((tree.lat[first:last] - here[0]) / 2), np.sin((tree.lon[first:last] - here[1]) / 2)
    square = up * up + here[2] * tree.cosine[first:last] * (side * side)
    counts = np.flatnonzero(rank < until)
    if len(counts) > limit:
        counts = counts[np.lexsort((square[counts], rank[counts]))[:limit]]
    return [(float(rank[at]), float(square[at]), 0, first + int(at)) for at in counts]
