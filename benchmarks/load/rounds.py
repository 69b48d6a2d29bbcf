#!/usr/bin/env python3
"""Run several http_load cases in rounds and print the median of each.

A shared machine drifts, so the cases are run one after another, the whole list
is repeated, and before every case a fixed piece of arithmetic is timed: a round
in which it took much longer than the best one was disturbed and is marked.

  rounds.py plan.json --rounds 3

plan.json: a list of objects, each with "name" and "args" (a list of http_load
options, without --name).  "{base}" in an option is replaced by --base, and
"{here}" by the folder of the plan.
"""
from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = os.path.dirname(os.path.abspath(__file__))


def calibrate() -> float:
    best = 9e9
    for _ in range(2):
        started = time.perf_counter()
        total = 0
        for number in range(2_000_000):
            total += number * number
        best = min(best, time.perf_counter() - started)
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("plan")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", help="run only the cases so named")
    args = parser.parse_args()
    plan = json.loads(Path(args.plan).read_text(encoding="utf-8"))
    where = os.path.dirname(os.path.abspath(args.plan))
    if args.only:
        plan = [case for case in plan if case["name"] in args.only]
    seen: dict[str, list[dict]] = {case["name"]: [] for case in plan}
    for number in range(args.rounds):
        for case in plan:
            options = [part.replace("{base}", args.base).replace("{here}", where)
                       for part in case["args"]]
            speed = calibrate()
            done = subprocess.run(
                [sys.executable, os.path.join(HERE, "http_load.py"), "--name", case["name"],
                 "--seed", str(number + 1), *options], capture_output=True, text=True, check=False)
            if not done.stdout:
                print(done.stderr, file=sys.stderr)
                return 1
            result = json.loads(done.stdout)
            result["calibration_s"] = round(speed, 3)
            seen[case["name"]].append(result)
            print(json.dumps(result), file=sys.stderr, flush=True)
    print("| case | conc. | per second (median, all rounds) | p50 ms | p95 ms | bytes | calibration s |")
    print("|---|---|---|---|---|---|---|")
    for name, results in seen.items():
        def middle(pick, results=results):
            return round(statistics.median(pick(r) for r in results), 1)
        rates = ", ".join(str(r["per_second"]) for r in results)
        print(f"| {name} | {results[0]['concurrency']} | {middle(lambda r: r['per_second'])} ({rates})"
              f" | {middle(lambda r: r['ms']['p50'] or 0)} | {middle(lambda r: r['ms']['p95'] or 0)}"
              f" | {results[0]['mean_bytes']} | "
              f"{', '.join(str(r['calibration_s']) for r in results)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
