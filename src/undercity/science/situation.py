"""A situation in which teams and pumps are to be sent to needs, as arrays; what follows from it is in `assigning`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Situation:
    """n needs, t teams, p pumps and k skills as arrays; symbols as in the formula of `assigning`.

    `skills` (n, k) heads asked for, `has` (t, k) heads there, `flow` (n) and `pump_flow` (p) in m³/h, `operates` (t)
    pumps a team can run, `load` (t) days on post in a row, `team_minutes` (n, t) and `pump_minutes` (n, p) until it
    arrives, infinite when it cannot. `team_now`, `pump_now`: the need it was sent to before, or NOBODY.
    """

    weight: Floats
    wanted: Floats
    skills: Ints
    flow: Floats
    has: Ints
    operates: Ints
    load: Floats
    team_minutes: Floats
    pump_flow: Floats
    pump_minutes: Floats
    team_now: Ints
    pump_now: Ints
    horizon: float
    load_price: float
    change_price: float

    def __post_init__(self) -> None:
        n, t, p = len(self.weight), len(self.load), len(self.pump_flow)
        if self.team_minutes.shape != (n, t) or self.pump_minutes.shape != (n, p):
            raise ValueError("minutes are wanted from every team and every pump to every need")
        if self.skills.shape != (n, self.has.shape[1]) or len(self.has) != t or len(self.operates) != t:
            raise ValueError("needs and teams are told in the same skills")
        if len(self.wanted) != n or len(self.flow) != n or len(self.team_now) != t or len(self.pump_now) != p:
            raise ValueError("every need has its moment and its water, every team and pump where it was sent")
        if min(self.horizon, self.load_price, self.change_price) < 0 or (self.weight < 0).any() \
                or (self.flow < 0).any() or (self.pump_flow <= 0).any() or (self.load < 0).any():
            raise ValueError("weights, water, load, prices and the horizon are not below 0, pumps above it")

    @property
    def waiting(self) -> Floats:
        """H: minutes late when nobody comes before the horizon (n)."""
        return np.maximum(0.0, self.horizon - self.wanted)

    @property
    def team_late(self) -> Floats:
        """L of teams (n, t)."""
        return np.maximum(0.0, self.team_minutes - self.wanted[:, None])

    @property
    def pump_late(self) -> Floats:
        """L of pumps (n, p)."""
        return np.maximum(0.0, self.pump_minutes - self.wanted[:, None])

    @property
    def share(self) -> Floats:
        """s: the share of the water asked for that a pump gives (n, p); 0 where none is asked for."""
        wet = self.flow > 0
        found: Floats = np.where(wet[:, None], np.minimum(1.0, self.pump_flow[None, :] / np.where(
            wet, self.flow, 1.0)[:, None]), 0.0)
        return found

    @property
    def split(self) -> tuple[Floats, Floats]:
        """a and b (n)."""
        wet = np.where(self.flow > 0, 0.5, 0.0)
        return 1.0 - wet, wet

    @property
    def may(self) -> Bools:
        """Which teams can serve which needs in time (n, t)."""
        able: Bools = np.all(self.has[None, :, :] >= self.skills[:, None, :], axis=2)
        return able & (self.team_late < self.waiting[:, None])

    @property
    def may_pump(self) -> Bools:
        """Which pumps help which needs in time, where some team could run them (n, p)."""
        run: Bools = np.any(self.may & (self.operates > 0)[None, :], axis=1)
        return (self.share > 0) & (self.pump_late < self.waiting[:, None]) & run[:, None]
