"""Seconds to an assignment of 60 teams and 40 pumps to 200 needs: the greedy answer, and HiGHS with its proven gap.

Three invented situations: needs, bases and stores lie round the middle of a city, six skills, needs of 0 to 1,000 m³/h.
The peer is the greedy answer. `--needs 30 --teams 10 --pumps 6` tries it small.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "src"))

import numpy as np  # noqa: E402 - the root must be on the path first

from benchmarks._cities import written  # noqa: E402
from undercity.science.assigning import NOBODY, Situation, assigned, faults, greedy  # noqa: E402
from undercity.science.travelling import minutes  # noqa: E402

GREEDY_SECONDS, SECONDS_MOST, GAP_MOST = 1.0, 10.0, 0.02
# HiGHS is stopped a little earlier: making the model takes time too.
SOLVER_SECONDS = 9.5
SEEDS, KINDS = (1, 2, 3), 6


def situation(seed: int, n: int, t: int, p: int) -> Situation:
    """An invented storm: a third of the needs wait already, the rest come within an hour and a half."""
    dice = np.random.default_rng(seed)

    def spots(many: int) -> Any:
        return dice.normal((36.65, 117.0), (0.06, 0.09), (many, 2))

    needs, teams, pumps = spots(n), spots(t), spots(p)
    has = (dice.random((t, KINDS)) < 0.55) * dice.integers(2, 12, (t, KINDS))
    return Situation(
        weight=dice.choice([1.0, 3.0, 8.0], n), wanted=dice.uniform(-30, 90, n),
        skills=(dice.random((n, KINDS)) < 0.2) * dice.integers(1, 4, (n, KINDS)),
        flow=np.where(dice.random(n) < 0.6, dice.choice([100.0, 200.0, 300.0, 500.0, 800.0, 1000.0], n), 0.0),
        has=has, operates=np.minimum(3, has[:, 0] // 2), load=dice.integers(0, 12, t).astype(float),
        team_minutes=15 + minutes(needs, teams, kmh=25, detour=1.4),
        pump_flow=dice.choice([100.0, 150.0, 200.0, 300.0, 500.0, 1000.0], p),
        pump_minutes=20 + minutes(needs, pumps, kmh=25, detour=1.4), team_now=np.full(t, NOBODY),
        pump_now=np.full(p, NOBODY), horizon=240.0, load_price=5.0, change_price=40.0)


def row(name: str, value: float, unit: str, met: bool, conditions: str, *, limit: str | None = None,
        peer: float | None = None) -> dict[str, Any]:
    """A row of the results; `peer`: the greedy answer's cost, of which less is better."""
    return {"name": name, "value": round(value, 4), "unit": unit, "peer": None if peer is None else "greedy",
            "peer_value": None if peer is None else round(peer, 1),
            "ratio": None if peer is None or not value else round(peer / value, 4), "limit": limit,
            "conditions": conditions, "met": met}


def changed(now: Situation, found: Any) -> Situation:
    """The same storm a little later: what was ordered stands, and a tenth of the needs weigh most of all now."""
    fields = {name: getattr(now, name) for name in Situation.__slots__}
    team_now = np.full(len(now.load), NOBODY)
    served = np.flatnonzero(found.team >= 0)
    team_now[found.team[served]] = served
    weight = now.weight.copy()
    weight[::10] = 8.0
    return Situation(**{**fields, "team_now": team_now, "pump_now": found.pump, "weight": weight})


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--needs", type=int, default=200)
    words.add_argument("--teams", type=int, default=60)
    words.add_argument("--pumps", type=int, default=40)
    given = words.parse_args()
    quick_took, took, gaps, costs, quick_costs, swaps = [], [], [], [], [], []
    for seed in SEEDS:
        now = situation(seed, given.needs, given.teams, given.pumps)
        quick = greedy(now)
        began = perf_counter()
        found = assigned(now, seconds=SOLVER_SECONDS, gap=GAP_MOST, start=quick)
        took.append(perf_counter() - began + quick.seconds)
        if faults(now, found.team, found.pump) or faults(now, quick.team, quick.pump):
            raise SystemExit("an answer cannot be ordered as it stands")
        again = assigned(changed(now, found), seconds=SOLVER_SECONDS, gap=GAP_MOST)
        before = np.flatnonzero(found.team >= 0)
        swaps.append(float((again.team[before] != found.team[before]).sum()))
        quick_took.append(quick.seconds)
        gaps.append(found.gap)
        costs.append(found.cost)
        quick_costs.append(quick.cost)
        print(f"storm {seed}: greedy {quick.cost:.0f} in {quick.seconds:.3f} s; {found.method} {found.cost:.0f} in "
              f"{took[-1]:.2f} s, gap {found.gap:.4f}; {swaps[-1]:.0f} of {len(before)} orders changed after news",
              flush=True)
    conditions = (f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {given.needs} "
                  f"needs, {given.teams} teams, {given.pumps} pumps, the worst of {len(SEEDS)} storms, "
                  "make bench ONLY=assignment")
    worst = max(range(len(SEEDS)), key=lambda nth: costs[nth] / quick_costs[nth])
    return written("assignment", [
        row("greedy: seconds", max(quick_took), "s", max(quick_took) < GREEDY_SECONDS, conditions, limit="< 1"),
        row("milp: seconds", max(took), "s", max(took) <= SECONDS_MOST, conditions, limit="<= 10"),
        row("milp: proven gap", max(gaps), "share", max(gaps) <= GAP_MOST, conditions, limit="<= 0.02"),
        row("milp: weighted minutes", costs[worst], "min", costs[worst] <= quick_costs[worst] + 1e-6, conditions,
            limit="<= greedy", peer=quick_costs[worst]),
        row("solved again after news: orders changed", max(swaps), "orders", True, conditions)])


if __name__ == "__main__":
    raise SystemExit(main())
