"""Runs the benchmarks, each a file of benchmarks/ that writes benchmarks/results/<file>.json, and prints a table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "benchmarks"
FIELDS = ("name", "value", "unit", "peer", "peer_value", "ratio", "limit", "conditions")


def known() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def results(name: str) -> list[dict[str, Any]]:
    """What a benchmark wrote; a figure without one of the fields is refused."""
    rows: list[dict[str, Any]] = json.loads((FOLDER / "results" / f"{name}.json").read_text(encoding="utf-8"))
    for row in rows:
        if lacking := [field for field in FIELDS if field not in row]:
            raise SystemExit(f"benchmarks/results/{name}.json: {row.get('name', 'a figure')} has no {lacking[0]}")
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """The figures in columns."""
    head = ("figure", "value", "unit", "peer", "its value", "ratio", "limit")
    cells = [head, *(tuple("" if row[field] is None else str(row[field]) for field in FIELDS[:7]) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    return "\n".join("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
                     for line in cells)


def main() -> int:
    """Run one benchmark or all; 1 if one failed, 2 if there is none of that name."""
    there = known()
    wanted = sys.argv[1:] or there
    for name in wanted:
        if name not in there:
            print(f"There is no benchmark '{name}'. There are: {', '.join(there) or 'none yet'}.", file=sys.stderr)
            return 2
    failed = []
    for name in wanted:
        print(f"===== {name}", flush=True)
        (FOLDER / "results").mkdir(exist_ok=True)
        if subprocess.run([sys.executable, f"benchmarks/{name}.py"], cwd=ROOT, check=False).returncode:
            failed.append(name)
        else:
            print(table(results(name)), flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed or not wanted else 0


if __name__ == "__main__":
    raise SystemExit(main())
