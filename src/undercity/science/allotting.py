"""Who goes where when rooms are not endless: the capacitated p-median problem 有容量的 p-中位选址.

Model, after S. Hakimi, "Optimum locations of switching centers and the absolute centers and medians of a graph",
Operations Research 12 (1964) 450–459, with capacities and divisible cells:

    minimise  Σ_ij t_ij f_ij + B Σ_i u_i    subject to    Σ_j f_ij + u_i = d_i,    Σ_i f_ij ≤ c_j x_j,
              f_ij ≤ d_i x_j,    Σ_{j new} x_j ≤ k,    x_j = 1 for open ones,    x_j ∈ {0, 1},    f, u ≥ 0

d_i: people of cell i who come; c_j: how many find room in site j; t_ij: minutes on foot, for pairs that lie near only;
f_ij: people who go from i to j; u_i: people for whom no room is near, each counted as a walk of B minutes.

Small problems go to HiGHS whole (`scipy.optimize.milp`). Large ones are relaxed after M. Fisher, "The Lagrangian
relaxation method for solving integer programming problems", Management Science 27 (1981) 1–18: with a price λ_i ≤ B a
person of cell i, the first constraints go, and every site is a fractional knapsack of its own, solved by sorting:

    L(λ) = Σ_i λ_i d_i + Σ_{j open} v_j + (the k lowest v_j of new ones),    v_j = min Σ_i (t_ij − λ_i) f_ij ≤ 0

L(λ) is a lower bound for any λ; subgradient steps raise it. The sites chosen on the way are tried with people sent to
the nearest room first; for the best of them the transport problem is solved exactly. The gap is always shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array

from undercity.science.covering import Bools, Status
from undercity.science.reach import Floats, Ints, summed

# Above so many pairs HiGHS would take longer than anybody waits.
EXACT_PAIRS = 4_000
_ROUNDS = 400
_PATIENCE = 12


@dataclass(frozen=True, slots=True)
class Allotment:
    """The answer. All fields always hold a value.

    `sites`: the new ones chosen; `cell`, `site`, `people`: so many go from this cell to that site; `over`: by cell, for
    whom no room is near; `cost`: person-minutes, each of `over` counted as B; `bound`: no choice costs less.
    """

    status: Status
    sites: tuple[int, ...]
    cell: Ints
    site: Ints
    people: Floats
    over: Floats
    cost: float
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """How much cheaper the best may be, as a share of the cost: (cost − bound) / cost, 0 … 1."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Rooms:
    """The problem: pairs (cell, site, minutes), people by cell, capacity by site, which sites are open already."""

    cell: Ints
    site: Ints
    minutes: Floats
    people: Floats
    capacity: Floats
    open: Bools

    def __post_init__(self) -> None:
        if not len(self.cell) == len(self.site) == len(self.minutes) or len(self.capacity) != len(self.open):
            raise ValueError("pairs need a cell, a site and minutes each, and every site a capacity")
        if any((one < 0).any() for one in (self.minutes, self.people, self.capacity)):
            raise ValueError("minutes, people and capacities may not be below 0")

    def only(self, sites: Bools) -> Bools:
        """Which pairs lead to one of these sites."""
        return sites[self.site]


def allotted(rooms: Rooms, k: int, *, beyond: float, everybody: bool = False, gap: float = 0.01,
             seconds: float = 10.0) -> Allotment:
    """Choose at most `k` new sites and say who goes where, with the least walking in all.

    `beyond`: B, the minutes counted for somebody for whom no room is near. `everybody`: nobody may be left over; then
    INFEASIBLE, with as many as can be placed, when the rooms near them do not suffice (people and capacities as whole
    numbers). ValueError for a negative k, a B below the longest walk, or no time.
    """
    began = perf_counter()
    if k < 0 or seconds <= 0 or (len(rooms.minutes) and beyond < rooms.minutes.max()):
        raise ValueError("k may not be negative, B not below the longest walk, and there must be some time")
    if everybody:
        most = allotted(Rooms(rooms.cell, rooms.site, np.zeros_like(rooms.minutes), rooms.people, rooms.capacity,
                              rooms.open), k, beyond=1.0, gap=0.0, seconds=seconds / 2)
        # To make room for one person more, at most one in each site has to walk further.
        dear = beyond * (1 + len(rooms.open))
        if most.bound > 0.5:
            return _told(rooms, Status.INFEASIBLE, _mask(rooms, most.sites), beyond, most.bound * beyond, began, dear)
        found, bound = _whole(rooms, k, beyond, 0.0, seconds / 2, over=False)
        return _judged(rooms, _mask(rooms, most.sites) if found is None else found, beyond, bound, gap, began, dear)
    if k == 0 or rooms.open.all():
        return _judged(rooms, rooms.open, beyond, np.inf, gap, began)
    if len(rooms.cell) <= EXACT_PAIRS:
        found, bound = _whole(rooms, k, beyond, gap, seconds)
        if found is not None:
            return _judged(rooms, _filled(rooms, found, k, beyond), beyond, bound, gap, began)
    chosen, bound = _relaxed(rooms, k, beyond, gap, seconds)
    return _judged(rooms, _filled(rooms, chosen, k, beyond), beyond, bound, gap, began)


def _mask(rooms: Rooms, sites: tuple[int, ...]) -> Bools:
    found = rooms.open.copy()
    found[list(sites)] = True
    return found


def _judged(rooms: Rooms, chosen: Bools, beyond: float, bound: float, gap: float, began: float,
            dear: float = 0.0) -> Allotment:
    """The best way to these sites, and how near it is to the bound; an infinite bound means nothing was to choose."""
    found = _told(rooms, Status.OPTIMAL, chosen, beyond, bound, began, dear)
    near = found.gap <= max(gap, 1e-9)
    status = Status.OPTIMAL if found.gap <= 1e-9 else Status.NEAR if near else Status.STOPPED
    return Allotment(status, found.sites, found.cell, found.site, found.people, found.over, found.cost, found.bound,
                     found.seconds)


def _told(rooms: Rooms, status: Status, chosen: Bools, beyond: float, bound: float, began: float,
          dear: float) -> Allotment:
    flows, over = _transported(rooms, chosen, max(beyond, dear))
    cost = float(rooms.minutes @ flows + beyond * over.sum())
    used = flows > 1e-6
    sites = tuple(int(one) for one in np.flatnonzero(chosen & ~rooms.open))
    return Allotment(status, sites, rooms.cell[used], rooms.site[used], flows[used], over, cost, min(bound, cost),
                     perf_counter() - began)


def _transported(rooms: Rooms, chosen: Bools, beyond: float) -> tuple[Floats, Floats]:
    """The transport problem for fixed sites, exactly: people on each pair, people left over by cell."""
    kept = np.flatnonzero(rooms.only(chosen))
    flows = np.zeros(len(rooms.cell))
    cells = len(rooms.people)
    if kept.size:
        ones = np.ones(kept.size)
        columns = np.arange(kept.size)
        # At most its people leave a cell, and whoever does saves B − t.
        limits = coo_array((np.concatenate((ones, ones)),
                            (np.concatenate((rooms.cell[kept], cells + rooms.site[kept])),
                             np.concatenate((columns, columns)))),
                           shape=(cells + len(rooms.capacity), kept.size)).tocsr()
        found = linprog(rooms.minutes[kept] - beyond, A_ub=limits, method="highs",
                        b_ub=np.concatenate((rooms.people, rooms.capacity)))
        flows[kept] = np.maximum(found.x, 0.0)
    over = np.maximum(rooms.people - summed(rooms.cell, flows, cells), 0.0)
    return flows, over


def _whole(rooms: Rooms, k: int, beyond: float, gap: float, seconds: float, *,
           over: bool = True) -> tuple[Bools | None, float]:
    """The model as it stands, by HiGHS: the sites found, if any, and the bound. `over`: may people be left over?"""
    pairs, cells, sites = len(rooms.cell), len(rooms.people), len(rooms.capacity)
    width, column = pairs + cells + sites, np.arange(pairs)
    first = pairs + cells
    ones = np.ones(pairs)
    placed = coo_array((np.ones(pairs + cells), (np.concatenate((rooms.cell, np.arange(cells))),
                                                 np.arange(pairs + cells))), shape=(cells, width)).tocsr()
    room = coo_array((np.concatenate((ones, -rooms.capacity)),
                      (np.concatenate((rooms.site, np.arange(sites))),
                       np.concatenate((column, first + np.arange(sites))))), shape=(sites, width)).tocsr()
    linked = coo_array((np.concatenate((ones, -rooms.people[rooms.cell])),
                        (np.concatenate((column, column)), np.concatenate((column, first + rooms.site)))),
                       shape=(pairs, width)).tocsr()
    count = csr_array(np.concatenate((np.zeros(first), (~rooms.open).astype(float)))[None, :])
    low = np.concatenate((np.zeros(first), rooms.open.astype(float)))
    high = np.concatenate((np.full(pairs, np.inf), np.full(cells, np.inf if over else 0.0), np.ones(sites)))
    found = milp(np.concatenate((rooms.minutes, np.full(cells, beyond), np.zeros(sites))),
                 constraints=[LinearConstraint(placed, rooms.people, rooms.people), LinearConstraint(room, -np.inf, 0),
                              LinearConstraint(linked, -np.inf, 0), LinearConstraint(count, -np.inf, k)],
                 integrality=np.concatenate((np.zeros(first), np.ones(sites))), bounds=Bounds(low, high),
                 options={"time_limit": seconds, "mip_rel_gap": gap})
    dual = getattr(found, "mip_dual_bound", None)
    bound = float(dual) if dual is not None and np.isfinite(dual) else 0.0
    return (None if found.x is None else rooms.open | (found.x[first:] > 0.5)), bound


def _relaxed(rooms: Rooms, k: int, beyond: float, gap: float, seconds: float) -> tuple[Bools, float]:
    """Lagrangian relaxation: the best sites met on the way, and the highest lower bound."""
    ends, people = perf_counter() + seconds, rooms.people
    price = np.full(len(people), beyond)
    chosen, bound, cost = rooms.open, 0.0, np.inf
    tried: set[bytes] = set()
    step, stale = 1.0, 0
    weight = np.where(people > 0, people, 1.0)
    for _round in range(_ROUNDS):
        worth, flows = _knapsacks(rooms, price)
        taken = rooms.open.copy()
        new = np.flatnonzero(~rooms.open)
        taken[new[np.argsort(worth[new], kind="stable")[:k]]] = True
        low = float(price @ people + worth[taken].sum())
        bound, stale = (low, 0) if low > bound else (bound, stale + 1)
        if (mark := taken.tobytes()) not in tried:
            tried.add(mark)
            if (asked := _sent(rooms, taken, beyond)) < cost:
                chosen, cost = taken, asked
        if cost - bound <= gap * cost / 2 or perf_counter() > ends:
            break
        if stale > _PATIENCE:
            step, stale = step / 2, 0
        short = people - summed(rooms.cell, np.where(taken[rooms.site], flows, 0.0), len(people))
        size = float((short ** 2 / weight).sum())
        if size < 1e-9 or step < 1e-3:
            break
        price = np.clip(price + step * (cost - low) / size * short / weight, 0.0, beyond)
    return chosen, bound


def _filled(rooms: Rooms, chosen: Bools, k: int, beyond: float) -> Bools:
    """An answer near enough to the best may use fewer than k: the rest go where most walks are spared."""
    while (chosen & ~rooms.open).sum() < k:
        _flows, over = _transported(rooms, chosen, beyond)
        left = Rooms(rooms.cell, rooms.site, rooms.minutes, over, rooms.capacity, rooms.open)
        worth, _more = _knapsacks(left, np.full(len(over), beyond))
        best = int(np.argmin(np.where(chosen, 0.0, worth)))
        if chosen[best] or worth[best] > -1e-9:
            break
        chosen = chosen.copy()
        chosen[best] = True
    return chosen


def _knapsacks(rooms: Rooms, price: Floats) -> tuple[Floats, Floats]:
    """Each site filled with whoever saves most: v_j ≤ 0 of each site, people on each pair."""
    saved = rooms.minutes - price[rooms.cell]
    order = np.lexsort((saved, rooms.site))
    site, want = rooms.site[order], np.where(saved[order] < 0, rooms.people[rooms.cell[order]], 0.0)
    total = np.cumsum(want)
    before = np.concatenate(([0.0], total))[np.searchsorted(site, np.arange(len(rooms.capacity)))]
    room = np.maximum(rooms.capacity[site] - (total - want - before[site]), 0.0)
    flows = np.empty(len(order))
    flows[order] = np.minimum(want, room)
    return summed(rooms.site, saved * flows, len(rooms.capacity)), flows


def _sent(rooms: Rooms, chosen: Bools, beyond: float) -> float:
    """What it costs when everybody goes to the nearest room that is left, pair by pair: quick, and never too cheap."""
    kept = np.flatnonzero(rooms.only(chosen))
    kept = kept[np.argsort(rooms.minutes[kept], kind="stable")]
    waiting, room, cost = rooms.people.tolist(), rooms.capacity.tolist(), 0.0
    for cell, site, minutes in zip(rooms.cell[kept].tolist(), rooms.site[kept].tolist(),
                                   rooms.minutes[kept].tolist(), strict=True):
        if (going := min(waiting[cell], room[site])) > 0:
            waiting[cell] -= going
            room[site] -= going
            cost += going * minutes
    return cost + beyond * float(sum(waiting))
