"""Who goes where 力量调配: teams and pumps to needs, with the least weighted lateness that can be had now.

Every team and every pump goes to at most one need; a need gets at most one team, which has the heads it asks for in
every skill; a pump goes only where a team can run it. What nobody is left for waits until the horizon. All times are
minutes from now.

For need i with weight w, wanted from e and with the horizon T: H = T − e is what waiting until the horizon costs, and
whoever arrives at τ is late by L = max(0, τ − e). A need without water asks a team only (a = 1, b = 0); one with water
asks a team and m³/h (a = b = ½), and a pump that gives the share s = min(1, c / C) of the C m³/h asked for is late for
that share. With x, y ∈ {0, 1} for a team and a pump sent, and u ≥ 0 the share of the water nobody pumps:

    minimise   Σ w [ a (Σ L x + H (1 − Σ x)) + b (Σ s L y + H u) ] + φ Σ d x + κ · (accepted orders that change)
    subject to Σ x ≤ 1 per need, per team;  Σ y ≤ 1 per pump;  u ≥ 1 − Σ s y;
               Σ y ≤ Σ o x per need (o: pumps a team can run);  y ≤ Σ x over the teams that run any.

d: days the team has been on post in a row, φ: what one of them weighs; κ: what changing an accepted order weighs. The
last two lines say nearly the same; the second is the tighter one in fractions, which is what lets HiGHS prove an answer
in seconds. The greedy answer takes the pair that saves most, with the pumps the team can run, again and again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from time import perf_counter

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from undercity.science.situation import NOBODY, Situation

__all__ = ["NOBODY", "Answer", "Method", "Situation", "assigned", "cost_of", "faults", "greedy"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
# What HiGHS calls equal.
_TINY = 1e-7
# Making the model and reading the answer take their time too.
_SPARE_SECONDS = 0.4


class Method(StrEnum):
    """Which answer it is."""

    GREEDY = "greedy"
    MILP = "milp"


@dataclass(frozen=True, slots=True)
class Answer:
    """Who goes where: `team` the team of each need (n), `pump` the need of each pump (p), NOBODY for none.

    `cost` by the module's formula; no answer costs less than `bound`.
    """

    method: Method
    team: Ints
    pump: Ints
    cost: float
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """How much less the best may cost, as a share of the cost: 0 … 1."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > _TINY else 0.0


def cost_of(now: Situation, team: Ints, pump: Ints) -> float:
    """What an answer costs by the formula."""
    served = np.flatnonzero(team >= 0)
    first, second = now.split
    late = now.waiting.copy()
    late[served] = now.team_late[served, team[served]]
    used = np.flatnonzero(pump >= 0)
    given, pumped = np.zeros(len(team)), np.zeros(len(team))
    np.add.at(given, pump[used], now.share[pump[used], used])
    np.add.at(pumped, pump[used], (now.share * now.pump_late)[pump[used], used])
    water = pumped + now.waiting * np.maximum(0.0, 1.0 - given)
    sent = np.full(len(now.load), NOBODY)
    sent[team[served]] = served
    changed = (((now.team_now >= 0) & (sent != now.team_now)).sum()
               + ((now.pump_now >= 0) & (pump != now.pump_now)).sum())
    return float(now.weight @ (first * late + second * np.where(now.flow > 0, water, 0.0))
                 + now.load_price * now.load[team[served]].sum() + now.change_price * changed)


def faults(now: Situation, team: Ints, pump: Ints) -> list[str]:
    """What an answer breaks; empty when it can be ordered as it stands."""
    found = []
    served = np.flatnonzero(team >= 0)
    if len(set(team[served].tolist())) != len(served):
        found.append("a team goes to two needs")
    if not now.may[served, team[served]].all():
        found.append("a team has not the skills or comes too late")
    runs = np.zeros(len(team), dtype=np.int64)
    runs[served] = now.operates[team[served]]
    used = np.flatnonzero(pump >= 0)
    if (np.bincount(pump[used], minlength=len(team)) > runs).any():
        found.append("more pumps than the team can run")
    if not now.may_pump[pump[used], used].all():
        found.append("a pump is of no use there")
    return found


def greedy(now: Situation) -> Answer:
    """The answer that is there at once: each time the team, with the pumps it can run, that saves most."""
    began = perf_counter()
    n, t, p = now.team_minutes.shape[0], len(now.load), len(now.pump_flow)
    team, pump = np.full(n, NOBODY), np.full(p, NOBODY)
    first, second = now.split
    saved = np.where(now.may, (now.weight * first)[:, None] * (now.waiting[:, None] - now.team_late)
                     - now.load_price * now.load[None, :], -np.inf)
    _kept(saved, now.team_now, now.change_price)
    free = now.may_pump.copy()
    most = int(now.operates.max(initial=0))
    for _round in range(min(n, t)):
        worth, chosen = _with_pumps(now, second, free, most)
        total = saved + worth[:, now.operates]
        best = int(np.argmax(total))
        need, one = divmod(best, t)
        if not total[need, one] > _TINY:
            break
        team[need] = one
        took = chosen[need, :now.operates[one]]
        took = took[took >= 0]
        pump[took] = need
        free[:, took] = False
        free[need] = False
        saved[need], saved[:, one] = -np.inf, -np.inf
    cost = cost_of(now, team, pump)
    return Answer(Method.GREEDY, team, pump, cost, min(cost, _alone(now)), perf_counter() - began)


def _kept(saved: Floats, sent: Ints, price: float) -> None:
    """Whatever stays where it was sent saves the price of a change."""
    there = np.flatnonzero((sent >= 0) & (sent < len(saved)))
    saved[sent[there], there] += price


def _with_pumps(now: Situation, second: Floats, free: Bools, most: int) -> tuple[Floats, Ints]:
    """What the best 0, 1 … `most` free pumps save at each need (n, most + 1), and which they are (n, most)."""
    n, p = free.shape
    worth, chosen = np.zeros((n, most + 1)), np.full((n, most), NOBODY)
    if not p or not most:
        return worth, chosen
    left, open_, value = np.where(now.flow > 0, 1.0, 0.0), free.copy(), now.weight * second
    share, late, rows = now.share, now.pump_late, np.arange(n)
    for nth in range(most):
        net = value[:, None] * (now.waiting[:, None] * np.minimum(share, left[:, None]) - share * late)
        _kept(net, now.pump_now, now.change_price)
        net = np.where(open_, net, -np.inf)
        best = net.argmax(axis=1)
        gain = net[rows, best]
        good = gain > _TINY
        worth[:, nth + 1] = worth[:, nth] + np.where(good, gain, 0.0)
        chosen[good, nth] = best[good]
        left = np.where(good, np.maximum(0.0, left - share[rows, best]), left)
        open_[rows[good], best[good]] = False
    return worth, chosen


def _alone(now: Situation) -> float:
    """A bound without any search: every need as if it had all teams and pumps to itself."""
    first, second = now.split
    team = np.where(now.may, now.team_late, np.inf).min(axis=1, initial=np.inf)
    pump = np.where(now.may_pump, now.pump_late, np.inf).min(axis=1, initial=np.inf)
    return float(now.weight @ (first * np.minimum(team, now.waiting) + second * np.minimum(pump, now.waiting)))


def assigned(now: Situation, *, seconds: float = 10.0, gap: float = 0.02, start: Answer | None = None) -> Answer:
    """The best answer HiGHS finds in so many seconds, and how near it is to the best there is.

    `start`: the greedy answer, made when not given; the result is never worse. `gap`: near enough to stop. ValueError
    when there is no time.
    """
    if seconds <= 0:
        raise ValueError("there must be some time")
    began = perf_counter()
    quick = start or greedy(now)
    if not now.may.any():
        return replace(quick, bound=quick.cost, seconds=perf_counter() - began)
    model = _Model(now)
    left = max(0.1, seconds - (perf_counter() - began) - min(_SPARE_SECONDS, seconds / 4))
    found = milp(model.costs, constraints=model.limits(), integrality=model.whole, bounds=Bounds(model.least, 1.0),
                 options={"time_limit": left, "mip_rel_gap": gap})
    dual = getattr(found, "mip_dual_bound", None)
    bound = max(quick.bound, float(dual)) if dual is not None and np.isfinite(dual) else quick.bound
    best = quick
    if found.x is not None:
        team, pump = model.read(found.x)
        cost = cost_of(now, team, pump)
        if cost < quick.cost - _TINY:
            best = replace(quick, method=Method.MILP, team=team, pump=pump, cost=cost)
        elif not quick.team.size or cost <= quick.cost + _TINY:
            best = replace(quick, method=Method.MILP)
    return replace(best, bound=min(bound, best.cost), seconds=perf_counter() - began)


class _Model:
    """The formula as HiGHS takes it. Columns: x by pairs of `may`, y by pairs of `may_pump`, u and z by wet needs, 1.

    z = Σ x over the teams that run a pump: a column of its own keeps the rows y ≤ z short. The last column is always 1
    and costs what every answer costs, since HiGHS measures its gap by the whole objective.
    """

    def __init__(self, now: Situation) -> None:
        self.now = now
        self.need, self.team = (one.astype(np.int64) for one in np.nonzero(now.may))
        self.wet_need, self.pump = (one.astype(np.int64) for one in np.nonzero(now.may_pump))
        self.wet = np.unique(self.wet_need)
        self.row = np.searchsorted(self.wet, self.wet_need)
        self.x, self.y, self.w = len(self.need), len(self.pump), len(self.wet)
        first, second = now.split
        value = now.weight * now.waiting
        changes = (now.team_now >= 0).sum() + (now.pump_now >= 0).sum()
        # Everybody stays away and nothing is kept: what every answer is counted from.
        base = float(value @ (first + second) + now.change_price * changes)
        cost_x = ((now.weight * first)[self.need] * (now.team_late[self.need, self.team] - now.waiting[self.need])
                  + now.load_price * now.load[self.team] - now.change_price * (now.team_now[self.team] == self.need))
        cost_y = ((now.weight * second)[self.wet_need] * (now.share * now.pump_late)[self.wet_need, self.pump]
                  - now.change_price * (now.pump_now[self.pump] == self.wet_need))
        cost_u = (value * second)[self.wet]
        self.costs = np.concatenate((cost_x, cost_y, cost_u, np.zeros(self.w), [base - float(cost_u.sum())]))
        self.whole = np.concatenate((np.ones(self.x + self.y), np.zeros(2 * self.w + 1)))
        self.least = np.concatenate((np.zeros(len(self.costs) - 1), [1.0]))

    def limits(self) -> list[LinearConstraint]:
        """The rows of the model."""
        now, x, y, w = self.now, self.x, self.y, self.w
        cx, cy = np.arange(x), x + np.arange(y)
        cu, cz = x + y + np.arange(w), x + y + w + np.arange(w)
        once = [self._rows(self.need, cx, np.ones(x), len(now.weight)), self._rows(self.team, cx, np.ones(x),
                                                                                len(now.load))]
        found = [LinearConstraint(one, -np.inf, 1.0) for one in once]
        if not y:
            return found
        found.append(LinearConstraint(self._rows(self.pump, cy, np.ones(y), len(now.pump_flow)), -np.inf, 1.0))
        shares = now.share[self.wet_need, self.pump]
        found.append(LinearConstraint(self._rows(np.concatenate((self.row, np.arange(w))), np.concatenate((cy, cu)),
                                                 np.concatenate((shares, np.ones(w))), w), 1.0, np.inf))
        there = np.isin(self.need, self.wet) & (now.operates[self.team] > 0)
        at = np.searchsorted(self.wet, self.need[there])
        runs = now.operates[self.team[there]].astype(float)
        found.append(LinearConstraint(self._rows(np.concatenate((self.row, at)), np.concatenate((cy, cx[there])),
                                                 np.concatenate((np.ones(y), -runs)), w), -np.inf, 0.0))
        found.append(LinearConstraint(self._rows(np.concatenate((at, np.arange(w))), np.concatenate((cx[there], cz)),
                                                 np.concatenate((np.ones(len(at)), -np.ones(w))), w), 0.0, 0.0))
        found.append(LinearConstraint(self._rows(np.concatenate((np.arange(y), np.arange(y))),
                                                 np.concatenate((cy, cz[self.row])),
                                                 np.concatenate((np.ones(y), -np.ones(y))), y), -np.inf, 0.0))
        return found

    def _rows(self, row: Ints, column: Ints, value: Floats, rows: int) -> object:
        return coo_array((value, (row, column)), shape=(rows, len(self.costs))).tocsr()

    def read(self, found: Floats) -> tuple[Ints, Ints]:
        """The columns as an answer."""
        team, pump = np.full(len(self.now.weight), NOBODY), np.full(len(self.now.pump_flow), NOBODY)
        sent = np.flatnonzero(found[:self.x] > 0.5)
        team[self.need[sent]] = self.team[sent]
        used = np.flatnonzero(found[self.x:self.x + self.y] > 0.5)
        pump[self.pump[used]] = self.wet_need[used]
        return team, pump
