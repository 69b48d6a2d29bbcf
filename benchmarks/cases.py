"""Cases at work: lists, reports a second and four officers on one case, in an empty city, at 100,000 and at 1,000,000.

On SQLite and on PostgreSQL. The peer of the fall from empty to full is DIGIT, whose published load test falls 5.9
times. The cities are built once and kept under var/bench/ until the source changes; a million cases take some twenty
minutes. SIZES="0 100000" measures fewer; the other rows stay as they were, each with its own conditions.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._cities import (  # noqa: E402 - the root must be on the path first
    figure,
    key_of,
    must,
    on_postgresql,
    on_sqlite,
    written,
)
from benchmarks.intake import measure, plain  # noqa: E402
from benchmarks.pages import Visitor  # noqa: E402
from tests.proofs.races import race  # noqa: E402
from tests.server import Server  # noqa: E402

FULL = 1_000_000
SIZES = (0, 100_000, FULL)
# A list of 100 with filters, by the size of the city.
LIST_MOST_MS = {100_000: 60.0, FULL: 120.0}
LEAST = {"sqlite": 200, "postgresql": 150}
CLIENTS = 4
FALL_MOST, PEER, PEER_FALLS = 1.5, "DIGIT", 5.9
ROUNDS = 200
WARM, TIMES = 2, 15
# What is asked of a list → who asks, and how it is narrowed.
LISTS = {
    "all": ("lead1", ""), "open": ("lead1", "stage=open"), "late": ("lead1", "stage=late"),
    "in disposal": ("lead1", "stage=disposal"), "with 井盖": ("lead1", "words=井盖"),
    "open with 路灯": ("lead1", "stage=open&words=路灯"), "far back": ("lead1", "before={middle}"),
    "of a department": ("sanitation1", ""), "of a department open": ("sanitation1", "stage=open"),
    "of a kind": ("lead1", "category=gbt47678-matter-06-010"), "of a street": ("lead1", "area=dougou"),
    "of a street from inspectors": ("lead1", "area=daguanyuan&source=inspector"),
    "green": ("lead1", "light=green"), "yellow": ("lead1", "light=yellow"), "red": ("lead1", "light=red"),
    "with a red card": ("lead1", "card=red"), "due in a week": ("lead1", "due_from=2026-03-02&due_to=2026-03-08"),
    "open of a chosen department": ("lead1", "stage=open&department=sz-greening"),
    "with 井盖 of a street": ("lead1", "words=井盖&area=shungeng"),
}
# The map of every area the city is cut into, from the whole of it down to some streets.
MAPS = ("", "box=36.6,116.9,36.7,117.1", "box=36.64,116.98,36.66,117.02")
MAP_MOST_KB = 100


def conditions(kind: str, cases: int) -> str:
    """Under which the figures of one city came about."""
    return (f"{platform.machine()}, {os.cpu_count()} cores with the load beside the server, {kind}, {cases} cases, "
            f"Python {platform.python_version()}, lists: median of {TIMES}, creates: {CLIENTS} clients, "
            "median of 3 runs of 5 s, make bench ONLY=cases")


def lists(served: Server, kind: str, cases: int) -> list[dict[str, Any]]:
    """Server time of each list."""
    passwords = {row["username"]: row["password"] for row in json.loads(
        must("city", "accounts", "--json", environment=served.environment))}
    visitors = {name: Visitor(served.base) for name, _ in LISTS.values()}
    for name, visitor in visitors.items():
        visitor.sign_in(name, passwords[name])
    rows = []
    for name, (user, narrowed) in LISTS.items():
        path = f"/desk/cases/?{narrowed.format(middle=cases // 2)}"
        took = statistics.median([visitors[user].get(path)[0] for _ in range(WARM + TIMES)][WARM:])
        rows.append(figure(f"list 100 {name} {cases} {kind}", took, "ms", LIST_MOST_MS[cases], conditions(kind, cases)))
        print(f"{rows[-1]['name']}: {took:.1f} ms", flush=True)
    return rows


def maps(served: Server, kind: str, cases: int) -> list[dict[str, Any]]:
    """Size of the map of all cases, for areas of several sizes."""
    passwords = {row["username"]: row["password"] for row in json.loads(
        must("city", "accounts", "--json", environment=served.environment))}
    lead = Visitor(served.base)
    lead.sign_in("lead1", passwords["lead1"])
    seen = [lead.get(f"/desk/cases/map/?stage={stage}&{area}") for area in MAPS for stage in ("open", "closed")]
    print(f"maps {cases} {kind}: {[(round(ms), len(page)) for ms, page in seen]} ms, bytes", flush=True)
    return [figure(f"largest map view {cases} {kind}", max(len(page) for _ms, page in seen) / 1000, "kB", MAP_MOST_KB,
                   conditions(kind, cases)),
            figure(f"slowest map view {cases} {kind}", max(ms for ms, _page in seen), "ms", None,
                   conditions(kind, cases))]


def creates(served: Server, kind: str, cases: int) -> dict[str, Any]:
    """Reports a second by four clients."""
    with tempfile.TemporaryDirectory(prefix="undercity-bench-") as folder:
        found = measure(served, plain(Path(folder), key_of(served)), CLIENTS)
    print(f"create {cases} {kind}: {found}", flush=True)
    return figure(f"create {cases} cases {kind}", found.per_second, "per second", LEAST[kind], conditions(kind, cases),
                  least=True)


def raced(served: Server, kind: str, cases: int) -> list[dict[str, Any]]:
    """Four officers on the same case: how many rounds had one winner and three who were told what changed."""
    started = perf_counter()
    outcomes, untold = race(served, ROUNDS)
    print(f"four officers {kind}: {dict(outcomes)}, {len(untold)} untold, {perf_counter() - started:.0f} s", flush=True)
    clean = outcomes[302, 409, 409, 409]
    faults = sum(count for statuses, count in outcomes.items() if max(statuses) >= 500)
    return [figure(f"losers among four officers who were not told what changed {kind}", len(untold), "losers", 1,
                   conditions(kind, cases)),
            figure(f"rounds of four officers with one winner {kind}", clean, f"of {ROUNDS}", ROUNDS,
                   conditions(kind, cases), least=True),
            figure(f"rounds of four officers with an answer of 500 {kind}", faults, f"of {ROUNDS}", 1,
                   conditions(kind, cases))]


def falls(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """From empty to a million: how many times slower a report becomes."""
    by_name = {row["name"]: row for row in rows}
    found = []
    for kind in LEAST:
        empty, full = (by_name.get(f"create {size} cases {kind}") for size in (0, FULL))
        if empty and full:
            fall = empty["value"] / full["value"]
            found.append({**figure(f"fall of creates from empty to {FULL} {kind}", fall, "times", FALL_MOST,
                                   full["conditions"]), "value": round(fall, 2), "peer": PEER,
                          "peer_value": PEER_FALLS, "ratio": round(PEER_FALLS / fall, 1)})
    return found


def headlines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The two figures others hold on to, of the database a city starts with: the slowest list, reports at the full."""
    slowest = max((row for row in rows if row["name"].startswith("list 100 ")
                   and row["name"].endswith("100000 sqlite")), key=lambda row: row["value"], default=None)
    full = next((row for row in rows if row["name"] == f"create {FULL} cases sqlite"), None)
    found = [{**slowest, "name": "list 100"}] if slowest else []
    return [*found, *([{**full, "name": f"create {FULL} cases"}] if full else [])]


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    sizes = [int(word) for word in os.environ.get("SIZES", "").split()] or list(SIZES)
    if unknown := sorted(set(sizes) - set(SIZES)):
        raise SystemExit(f"SIZES may hold {', '.join(map(str, SIZES))}; it holds {unknown[0]}.")
    target = ROOT / "benchmarks" / "results" / "cases.json"
    rows: dict[str, dict[str, Any]] = {}
    if target.exists():
        rows = {row["name"]: row for row in json.loads(target.read_text(encoding="utf-8"))}
    for cases in sizes:
        for kind, opened in (("sqlite", on_sqlite), ("postgresql", on_postgresql)):
            with opened(cases) as served:
                served.start()
                try:
                    found = [*lists(served, kind, cases), *maps(served, kind, cases)] if cases else []
                    # The lists are read before the reports come, which are all of today.
                    found.append(creates(served, kind, cases))
                    if cases == 100_000:
                        found += raced(served, kind, cases)
                finally:
                    served.stop()
            rows.update({row["name"]: row for row in found})
    for more in (falls, headlines):
        rows.update({row["name"]: row for row in more(list(rows.values()))})
    return written("cases", list(rows.values()))


if __name__ == "__main__":
    raise SystemExit(main())
