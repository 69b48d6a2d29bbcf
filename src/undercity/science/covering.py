"""Which k sites to open so that most people are near one: the maximal covering location problem 最大覆盖选址.

Model, after R. Church and C. ReVelle, "The maximal covering location problem", Papers of the Regional Science
Association 32 (1974) 101–118:

    maximise  Σ_i w_i y_i    subject to    y_i ≤ Σ_{j ∈ N_i} x_j,    Σ_j x_j ≤ k,    x_j ∈ {0, 1},    0 ≤ y_i ≤ 1

i: cells with w_i people; j: sites; N_i: the sites that reach cell i; x_j: open j; y_i: cell i is reached (it needs no
integrality: with whole x it is whole in the best solution).

Before it is solved it is made smaller, without losing a best solution: cells reached already, or by nobody, go; cells
reached by the same sites become one; a cell that a single site reaches becomes a bonus of that site; a site that
reaches nothing another does not goes (dominated). HiGHS does the rest (Q. Huangfu and J. Hall,
"Parallelizing the dual revised simplex method", Mathematical Programming Computation 10 (2018) 119–142), by way of
`scipy.optimize.milp`.

The greedy choice, each time the site that adds most, comes first: it reaches at least 1 − 1/e of the best
(G. Nemhauser, L. Wolsey, M. Fisher, Mathematical Programming 14 (1978) 265–294), is improved by swaps, and is the
answer whenever HiGHS finds no better within its time. Whatever happens there is an upper bound: for every choice S,
the people reached by S and the k largest gains beyond it together are at least what any k sites reach, because gains
only shrink. A sharper one comes from prices 0 ≤ λ_i ≤ w_i for the first constraints (R. Galvão, C. ReVelle, European
Journal of Operational Research 88 (1996) 114–123): for any prices no k sites reach more than

    L(λ) = Σ_i (w_i − λ_i) + the k largest of Σ_{i reached by j} λ_i,

and subgradient steps lower it, in milliseconds each. HiGHS is asked only when that does not prove enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from time import perf_counter

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, identity

from undercity.science.reach import Floats, Ints, summed

Bools = npt.NDArray[np.bool_]
_NEAR_ONE = 0.5
_ROUNDS, _PATIENCE, _STEP_LEAST, _TRY_EACH = 500, 10, 1e-3, 25


class Status(StrEnum):
    """How an answer is to be taken."""

    OPTIMAL = "optimal"          # no other choice is better
    NEAR = "near"                # within the gap asked for
    STOPPED = "stopped"          # the time was over first; the gap says how far it may be from the best
    INFEASIBLE = "infeasible"    # nothing meets the conditions


@dataclass(frozen=True, slots=True)
class Choice:
    """The answer. All fields always hold a value.

    `sites`: indexes in the order in which each next one adds most; `gains`: weight each adds; `value`: their sum;
    `bound`: no k sites reach more; `greedy`: what the greedy choice reaches; `seconds`: how long it took.
    """

    status: Status
    sites: tuple[int, ...]
    gains: tuple[float, ...]
    value: float
    bound: float
    greedy: float
    seconds: float

    @property
    def gap(self) -> float:
        """How much more the best may reach, as a share of the bound: (bound − value) / bound, 0 … 1."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0


def most_covered(cell: Ints, site: Ints, weights: Floats, sites: int, k: int, *, reached: Bools | None = None,
                 gap: float = 0.0, seconds: float = 10.0) -> Choice:
    """Choose at most `k` of `sites` sites so that the cells they reach weigh most.

    `cell`, `site`: pairs of indexes, "this site reaches this cell"; `weights`: people by cell, none below 0;
    `reached`: cells reached already, whatever is chosen. `gap`: stop when proven that near to the best; `seconds`: when
    HiGHS stops. A site that adds nothing is not chosen, so fewer than k may come back.
    ValueError for a negative k, gap, weight or time, or an index beyond its array.
    """
    began = perf_counter()
    _checked(cell, site, weights, sites, k, gap, seconds)
    left = np.asarray(weights, dtype=np.float64).copy()
    if reached is not None:
        left[reached] = 0.0
    small = _reduced(cell, site, left, sites)
    if k == 0 or not small.sites.size:
        return Choice(Status.OPTIMAL, (), (), 0.0, 0.0, 0.0, perf_counter() - began)
    first = _greedy(small, k)
    greedy = small.value(first)
    best = _swapped(small, first)
    bound = min(small.bound(best, k), small.bound(np.empty(0, dtype=np.int64), k))
    value, status = small.value(best), Status.OPTIMAL
    if not _close(value, bound, gap):
        best, low = _priced(small, best, k, gap, began + seconds / 2)
        value, bound = small.value(best), min(bound, low)
    if not _close(value, bound, gap):
        found, told = _solved(small, k, gap, max(0.01, seconds - (perf_counter() - began)))
        bound = min(bound, told)
        if found is not None and small.value(found) > value:
            best = _swapped(small, _greedy(small, k, found))
            value = small.value(best)
    # The sums of HiGHS differ from ours in their last digits.
    bound = max(bound, value)
    if not _close(value, bound, 0.0):
        status = Status.NEAR if _close(value, bound, gap) else Status.STOPPED
    order, gains = _in_order(small, best)
    return Choice(status, tuple(int(one) for one in small.sites[order]), tuple(float(one) for one in gains), value,
                  bound, greedy, perf_counter() - began)


def _checked(cell: Ints, site: Ints, weights: Floats, sites: int, k: int, gap: float, seconds: float) -> None:
    if k < 0 or gap < 0 or seconds <= 0:
        raise ValueError("k and the gap may not be negative, and HiGHS needs some time")
    if len(cell) != len(site) or (np.asarray(weights) < 0).any():
        raise ValueError("as many cells as sites make pairs, and nobody weighs less than nothing")
    if len(cell) and not (cell.min() >= 0 and cell.max() < len(weights) and site.min() >= 0 and site.max() < sites):
        raise ValueError("a pair names a cell or a site that is not there")


def _close(value: float, bound: float, gap: float) -> bool:
    return bound - value <= max(gap * bound, 1e-9 * max(1.0, bound))


@dataclass(frozen=True, slots=True)
class _Small:
    """The problem made smaller: `reach` (merged cells × kept sites, 0/1), weights of the merged cells, the bonus of
    each kept site, and which sites of the whole these are."""

    reach: csr_array
    weights: Floats
    bonus: Floats
    sites: Ints

    def value(self, chosen: Ints) -> float:
        """What these kept sites reach together."""
        if not len(chosen):
            return 0.0
        hit = self.reach[:, chosen].sum(axis=1) > 0
        return float(self.weights[hit].sum() + self.bonus[chosen].sum())

    def gains(self, covered: Bools, chosen: Ints) -> Floats:
        """What each site would add to those chosen, which reach the cells `covered`; 0 for the chosen."""
        found = self.reach.T @ np.where(covered, 0.0, self.weights) + self.bonus
        found[chosen] = 0.0
        return np.asarray(found, dtype=np.float64)

    def bound(self, chosen: Ints, k: int) -> float:
        """More than this no k sites reach: these, and the k largest gains beyond them."""
        covered = self.reach[:, chosen].sum(axis=1) > 0 if len(chosen) else np.zeros(len(self.weights), dtype=bool)
        gains = np.sort(self.gains(covered, chosen))[::-1][:k]
        return min(self.value(chosen) + float(gains.sum()), float(self.weights.sum() + self.bonus.sum()))


def _reduced(cell: Ints, site: Ints, weights: Floats, sites: int) -> _Small:
    """See the module: merged cells, bonuses, no dominated sites."""
    worth = weights[cell] > 0
    reach = coo_array((np.ones(int(worth.sum()), dtype=np.int8), (cell[worth], site[worth])),
                      shape=(len(weights), sites)).tocsr()
    reach.sum_duplicates()
    reach.data[:] = 1
    cells = np.flatnonzero(np.diff(reach.indptr))
    reach, left = reach[cells], weights[cells]
    lonely = np.diff(reach.indptr) == 1
    bonus = summed(reach[lonely].indices, left[lonely], sites)
    reach, left = _merged(reach[~lonely], left[~lonely])
    kept = _undominated(reach, bonus)
    reach = reach[:, kept]
    # Where a dominated site went, cells may have become alike, or lonely, once more.
    reach, left = _merged(reach, left)
    single = np.diff(reach.indptr) == 1
    more = summed(reach[single].indices, left[single], len(kept))
    return _Small(reach[~single].astype(np.float64), left[~single], bonus[kept] + more, kept)


def _merged(reach: csr_array, weights: Floats) -> tuple[csr_array, Floats]:
    """Cells that the same sites reach, as one with their weight together."""
    if not reach.shape[0]:
        return reach, weights
    reach.sort_indices()
    ends = reach.indptr
    known: dict[bytes, int] = {}
    label = np.array([known.setdefault(reach.indices[begin:end].tobytes(), len(known))
                      for begin, end in pairwise(ends)], dtype=np.int64)
    _, first = np.unique(label, return_index=True)
    return reach[first], summed(label, weights, len(first))


def _undominated(reach: csr_array, bonus: Floats) -> Ints:
    """Indexes of the sites worth a thought: something is gained by them, and no other one gains all they do."""
    wide = reach.astype(np.int32)
    both = (wide.T @ wide).tocoo()
    size = np.asarray(reach.sum(axis=0, dtype=np.int64)).ravel()
    useful = (size > 0) | (bonus > 0)
    one, other = both.row, both.col
    # Site `one` lies inside `other`; of two alike the earlier stays.
    inside = (one != other) & (both.data == size[one]) & (bonus[one] == 0)
    inside &= (size[one] < size[other]) | (bonus[other] > 0) | (one > other)
    useful[one[inside]] = False
    return np.flatnonzero(useful)


def _greedy(small: _Small, k: int, begin: Ints | None = None) -> Ints:
    """To those it begins with each time the site that adds most, until k or nothing is left to add."""
    chosen = [] if begin is None else [int(one) for one in begin]
    covered = small.reach[:, chosen].sum(axis=1) > 0 if chosen else np.zeros(len(small.weights), dtype=bool)
    while len(chosen) < min(k, len(small.sites)):
        gains = small.gains(covered, np.array(chosen, dtype=np.int64))
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            break
        chosen.append(best)
        covered |= small.reach[:, [best]].toarray().ravel() > 0
    return np.array(chosen, dtype=np.int64)


def _swapped(small: _Small, chosen: Ints, rounds: int = 20) -> Ints:
    """Exchange one of the chosen for a better one, as long as that helps and at most so many times."""
    best, value = chosen.copy(), small.value(chosen)
    for _round in range(rounds):
        times = np.asarray(small.reach[:, best].sum(axis=1)).ravel()
        better = (value, -1, -1)
        for place, leaving in enumerate(best):
            mine = small.reach[:, [leaving]].toarray().ravel()
            rest = np.delete(best, place)
            covered = (times - mine) > 0
            lost = float(small.weights[(times > 0) & ~covered].sum() + small.bonus[leaving])
            gains = small.gains(covered, rest)
            coming = int(np.argmax(gains))
            if value - lost + gains[coming] > better[0] + 1e-9 * max(1.0, value):
                better = (value - lost + float(gains[coming]), place, coming)
        if better[1] < 0:
            break
        best[better[1]] = better[2]
        value = small.value(best)
    return best


def _priced(small: _Small, best: Ints, k: int, gap: float, ends: float) -> tuple[Ints, float]:
    """Lagrangian relaxation: the best sites met on the way, and the lowest upper bound; see the module."""
    weights, bound, value, price = small.weights, np.inf, small.value(best), small.weights / 2
    backward, step, stale = small.reach.T.tocsr(), 1.0, 0
    for _round in range(_ROUNDS):
        worth = small.bonus + backward @ price
        taken = np.argsort(-worth, kind="stable")[:k]
        high = float((weights - price).sum() + worth[taken].sum())
        bound, stale = (high, 0) if high < bound * (1 - 1e-9) else (bound, stale + 1)
        times = np.asarray(small.reach[:, taken].sum(axis=1)).ravel()
        if _round % _TRY_EACH == _TRY_EACH - 1 or small.value(taken) > value:
            tried = _swapped(small, taken)
            if (asked := small.value(tried)) > value:
                best, value = tried, asked
        if _close(value, bound, gap) or perf_counter() > ends or step < _STEP_LEAST:
            break
        if stale > _PATIENCE:
            step, stale = step / 2, 0
        # At its ends a price moves inwards only.
        lean = times - 1.0
        lean[((price <= 0) & (lean > 0)) | ((price >= weights) & (lean < 0))] = 0.0
        size = float((lean ** 2 * weights).sum())
        if size <= 0:
            break
        price = np.clip(price - step * (high - value) / size * lean * weights, 0.0, weights)
    return best, bound


def _solved(small: _Small, k: int, gap: float, seconds: float) -> tuple[Ints | None, float]:
    """What HiGHS found, if anything, and its bound (infinite without one)."""
    cells, sites = small.reach.shape
    people = csr_array(identity(cells, format="csr"))
    limits = hstack([-small.reach, people], format="csr")
    count = csr_array(np.concatenate((np.ones(sites), np.zeros(cells)))[None, :])
    found = milp(-np.concatenate((small.bonus, small.weights)),
                 constraints=[LinearConstraint(limits, -np.inf, 0.0), LinearConstraint(count, -np.inf, float(k))],
                 integrality=np.concatenate((np.ones(sites), np.zeros(cells))), bounds=Bounds(0.0, 1.0),
                 options={"time_limit": seconds, "mip_rel_gap": gap})
    dual = getattr(found, "mip_dual_bound", None)
    bound = -float(dual) if dual is not None and np.isfinite(dual) else np.inf
    if found.x is None:
        return None, bound
    return np.flatnonzero(found.x[:sites] > _NEAR_ONE).astype(np.int64)[:k], bound


def _in_order(small: _Small, chosen: Ints) -> tuple[Ints, Floats]:
    """The chosen sites so that each next one adds most, and what each adds; those that add nothing are left out."""
    covered = np.zeros(len(small.weights), dtype=bool)
    waiting, order, gains = list(chosen), list[int](), list[float]()
    while waiting:
        found = small.gains(covered, np.array(order, dtype=np.int64))
        best = max(waiting, key=lambda one: float(found[one]))
        if found[best] <= 0:
            break
        order.append(best)
        gains.append(float(found[best]))
        waiting.remove(best)
        covered |= small.reach[:, [best]].toarray().ravel() > 0
    return np.array(order, dtype=np.int64), np.array(gains)
