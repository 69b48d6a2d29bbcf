"""Seconds to a proven choice of 20 among 500 candidate works for 10,000 cells, and what the greedy choice reaches.

Three invented cities each: cells and works cluster round 60 middles. The peer is the greedy choice, ours in plain
NumPy, without reductions and without a bound. `--cells 1000 --works 50 --k 5` tries it small.
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
from undercity.science.allotting import Rooms, allotted  # noqa: E402
from undercity.science.covering import most_covered  # noqa: E402
from undercity.science.reach import Pace, Pairs, within  # noqa: E402

SECONDS_MOST, GAP_MOST = 10.0, 0.01
# HiGHS is stopped a little earlier: making the problem smaller takes time too.
SOLVER_SECONDS = 9.0
MIDDLES, SEEDS, MINUTES = 60, (1, 2, 3), (15, 20, 30)
COMING = 0.02


def city(seed: int, cells: int, works: int) -> tuple[Any, Any, Any, Any]:
    """Positions of cells and works, people by cell, room of each work."""
    dice = np.random.default_rng(seed)
    middles = dice.normal((36.65, 117.0), (0.08, 0.10), (MIDDLES, 2))
    homes = middles[dice.integers(0, MIDDLES, cells)] + dice.normal(0, 0.012, (cells, 2))
    sites = middles[dice.integers(0, MIDDLES, works)] + dice.normal(0, 0.014, (works, 2))
    return homes, sites, np.round(dice.lognormal(5, 1, cells)), dice.integers(100, 1500, works).astype(float)


def greedy(near: Pairs, people: Any, works: int, k: int) -> float:
    """The peer: each time the work that adds most."""
    left, reached = people.copy(), 0.0
    for _ in range(min(k, works)):
        gains = np.bincount(near.site, weights=left[near.cell], minlength=works)
        best = int(np.argmax(gains))
        reached += float(gains[best])
        left[near.cell[near.site == best]] = 0.0
    return reached


def row(name: str, value: float, unit: str, met: bool, conditions: str, *, limit: str | None = None,
        peer: tuple[str, float] | None = None) -> dict[str, Any]:
    """A row of the results."""
    ratio = round(value / peer[1], 4) if peer and peer[1] else None
    return {"name": name, "value": round(value, 4), "unit": unit, "peer": peer[0] if peer else None,
            "peer_value": round(peer[1], 4) if peer else None, "ratio": ratio, "limit": limit,
            "conditions": conditions, "met": met}


def covering(cells: int, works: int, k: int, conditions: str) -> list[dict[str, Any]]:
    """The slowest and the least sure of three cities, for each reach; the first reach is the claim's."""
    rows = []
    for minutes in MINUTES:
        took, gaps, ratios, beside = [], [], [], []
        for seed in SEEDS:
            homes, sites, people, _room = city(seed, cells, works)
            began = perf_counter()
            near = within(homes, sites, Pace().metres(minutes))
            found = most_covered(near.cell, near.site, people, works, k, gap=GAP_MOST, seconds=SOLVER_SECONDS)
            took.append(perf_counter() - began)
            began = perf_counter()
            peer = greedy(near, people, works, k)
            beside.append(perf_counter() - began)
            gaps.append(found.gap)
            ratios.append(found.value / peer)
            print(f"{minutes} min, city {seed}: {took[-1]:.2f} s, gap {found.gap:.4f}, {found.status}, "
                  f"{found.value:.0f} people, greedy {peer:.0f}", flush=True)
        claim = f"covering within {minutes} min"
        rows += [row(f"{claim}: seconds", max(took), "s", max(took) < SECONDS_MOST, conditions,
                     limit=f"< {SECONDS_MOST:g}", peer=("greedy, no bound", max(beside))),
                 row(f"{claim}: proven gap", max(gaps), "share", max(gaps) <= GAP_MOST, conditions,
                     limit=f"<= {GAP_MOST:g}"),
                 row(f"{claim}: people, of the greedy choice's", min(ratios), "times", min(ratios) >= 1, conditions,
                     limit=">= 1", peer=("greedy", 1.0))]
    return rows


def room(cells: int, works: int, k: int, conditions: str) -> list[dict[str, Any]]:
    """The capacitated median on the same cities: no limit is claimed, the gap is shown."""
    took, gaps = [], []
    for seed in SEEDS:
        homes, sites, people, rooms = city(seed, cells, works)
        began = perf_counter()
        near = within(homes, sites, Pace().metres(MINUTES[0]))
        found = allotted(Rooms(near.cell, near.site, Pace().minutes(near.metres), people * COMING, rooms,
                               np.arange(works) < k), k, beyond=2.0 * MINUTES[0], gap=GAP_MOST, seconds=SOLVER_SECONDS)
        took.append(perf_counter() - began)
        gaps.append(found.gap)
        print(f"room, city {seed}: {took[-1]:.2f} s, gap {found.gap:.4f}, {found.status}", flush=True)
    return [row(f"room within {MINUTES[0]} min: seconds", max(took), "s", True, conditions),
            row(f"room within {MINUTES[0]} min: proven gap", max(gaps), "share", True, conditions)]


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--cells", type=int, default=10_000)
    words.add_argument("--works", type=int, default=500)
    words.add_argument("--k", type=int, default=20)
    given = words.parse_args()
    conditions = (f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {given.cells} "
                  f"cells, {given.works} candidate works, k = {given.k}, the worst of {len(SEEDS)} cities, "
                  "make bench ONLY=coverage")
    rows = covering(given.cells, given.works, given.k, conditions)
    return written("coverage", rows + room(given.cells, given.works, given.k, conditions))


if __name__ == "__main__":
    raise SystemExit(main())
