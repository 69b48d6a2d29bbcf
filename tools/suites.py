"""Runs the whole suite on SQLite and on PostgreSQL, at the same time, and prints one sum of both.

SQLite's tests with a browser are suites of their own, `browsers` and `faces` (every page at every width): they wait
most of the time.

The last line is `N passed, N failed`; everything pytest said is in var/test/<suite>.log.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools import postgres

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "var" / "test"
KINDS = ("sqlite", "browsers", "faces", "postgresql")
# Suite → its database, and which part of the tests of that database it runs.
PARTS = {"sqlite": ("sqlite", "rest"), "browsers": ("sqlite", "browsers"), "faces": ("sqlite", "faces"),
         "postgresql": ("postgresql", "")}
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
NO_TESTS = 5
HEARTBEAT_SECONDS = 30.0


@dataclass
class Suite:
    """One run of pytest: its database, process and files."""

    kind: str
    process: subprocess.Popen[bytes]
    log: Path
    report: Path
    started: float
    seconds: float = 0.0

    def counts(self) -> dict[str, int]:
        """Passed, failed (with errors) and skipped, as pytest wrote them down."""
        if not self.report.exists():
            return {"passed": 0, "failed": 1, "skipped": 0}
        suite = next(ElementTree.parse(self.report).getroot().iter("testsuite"))
        total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        return {"passed": total - failed - skipped, "failed": failed, "skipped": skipped}


def start(kind: str, words: list[str]) -> Suite:
    """Begin one suite in the background."""
    log, report = LOGS / f"{kind}.log", LOGS / f"{kind}.xml"
    report.unlink(missing_ok=True)
    database, part = PARTS[kind]
    surroundings = {**os.environ, "UNDERCITY_TEST_DATABASE": database, "UNDERCITY_TEST_PART": part,
                    "PYTHONUNBUFFERED": "1"}
    surroundings.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", *words]
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdin=subprocess.DEVNULL, stdout=sink,
                                   stderr=subprocess.STDOUT)
    return Suite(kind, process, log, report, time.perf_counter())


def wait(suites: list[Suite]) -> None:
    """Until all ended, with a sign of life now and then."""
    spoken = time.perf_counter()
    while running := [suite for suite in suites if suite.seconds == 0.0]:
        for suite in running:
            if suite.process.poll() is not None:
                suite.seconds = time.perf_counter() - suite.started
        if time.perf_counter() - spoken > HEARTBEAT_SECONDS:
            spoken = time.perf_counter()
            print(*(f"{suite.kind}: {_last_line(suite.log)}" for suite in running), sep="\n", flush=True)
        time.sleep(0.2)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:110] if lines else "starting"


def missing() -> list[str]:
    """What the suites need and this machine lacks, each with its cure."""
    lacking = []
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        lacking.append("Chromium is missing. Cure: apt-get install -y chromium fonts-noto-cjk")
    if not shutil.which("ogr2ogr"):
        lacking.append("ogr2ogr is missing. Cure: apt-get install -y gdal-bin")
    try:
        for name in ("postgres", "initdb"):
            postgres.program(name)
    except postgres.PostgresMissing as lack:
        lacking.append(str(lack))
    return lacking


def write_report(folder: Path, suite: Suite, words: list[str]) -> None:
    """Command, machine and figures of a run, for the repository."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = suite.counts()
    lines = [f"command: make deep (pytest {' '.join(words)})", f"database: {suite.kind}",
             f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
             f"{platform.system()}", f"seconds: {suite.seconds:.0f}",
             f"result: {counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped", ""]
    for case in ElementTree.parse(suite.report).getroot().iter("testcase"):
        figures = ", ".join(f"{one.get('name')} {one.get('value')}" for one in case.iter("property"))
        state = "failed" if case.find("failure") is not None or case.find("error") is not None else "passed"
        name = f"{case.get('classname')}::{case.get('name')}"
        lines.append(f"{state} {float(case.get('time', 0)):8.1f} s  {name}  {figures}".rstrip())
    (folder / f"{suite.kind}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    """Run the suites; 0 only if both passed, and in CI only if nothing was skipped."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--one-by-one", action="store_true", help="not at the same time")
    parser.add_argument("--report", type=Path, help="write a report of each suite into this folder")
    options, words = parser.parse_known_args()
    LOGS.mkdir(parents=True, exist_ok=True)
    lacking = missing()
    for lack in lacking:
        print(lack, file=sys.stderr)
    if lacking and IN_CI:
        print("0 passed, 1 failed")
        return 1
    kinds = [kind for kind in KINDS if kind != "postgresql" or not any("PostgreSQL" in lack for lack in lacking)]
    suites: list[Suite] = []
    try:
        for kind in kinds:
            suites.append(start(kind, words))
            if options.one_by_one:
                wait(suites[-1:])
        wait(suites)
    finally:
        for suite in suites:
            if suite.process.poll() is None:
                suite.process.terminate()
                suite.process.wait(30)
    return _tell(suites, options.report, words, complete=len(kinds) == len(KINDS))


def _tell(suites: list[Suite], report: Path | None, words: list[str], *, complete: bool) -> int:
    sums = {"passed": 0, "failed": 0, "skipped": 0}
    ran = 0
    good = True
    for suite in suites:
        print(f"\n===== {suite.kind}: {suite.seconds:.0f} s, log {suite.log.relative_to(ROOT)}")
        text = suite.log.read_text(encoding="utf-8", errors="replace")
        # All of a failed run, the summary of a good one.
        print(text[-60_000:] if suite.process.returncode else "\n".join(text.strip().splitlines()[-6:]))
        counts = suite.counts()
        for name, count in counts.items():
            sums[name] += count
        ran += sum(counts.values())
        # A selection may leave nothing for the second database; nothing at all is no success.
        good = good and suite.process.returncode in (0, NO_TESTS)
        if suite.process.returncode not in (0, NO_TESTS) and counts["failed"] == 0:
            sums["failed"] += 1
        if report and suite.report.exists() and sum(counts.values()):
            write_report(report, suite, words)
    print("\n" + ", ".join(f"{suite.kind} {suite.counts()['passed']} passed" for suite in suites))
    if not complete:
        print("PostgreSQL was left out: it is missing here.")
    if sums["skipped"]:
        print(f"{sums['skipped']} skipped")
    print(f"{sums['passed']} passed, {sums['failed']} failed", flush=True)
    return 0 if good and ran and not sums["failed"] and not (IN_CI and sums["skipped"]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
