"""The cities that benchmarks measure in, built once and kept under var/bench/ until the source changes."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.server import Server, undercity  # noqa: E402 - the root must be on the path first
from tools import postgres  # noqa: E402

CASES, DAYS = 100_000, 365
DEMO = {"UNDERCITY_DEMO": "true", "UNDERCITY_LOG_LEVEL": "WARNING"}
KEPT = ROOT / "var" / "bench"


def fingerprint(cases: int) -> str:
    """Changes when the code that builds the city does."""
    marks = hashlib.sha256(f"{cases} {DAYS}".encode())
    for path in sorted((ROOT / "src").rglob("*")):
        if path.suffix in {".py", ".toml", ".csv", ".json", ".geojson"}:
            marks.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return marks.hexdigest()[:16]


def must(*words: str, environment: dict[str, str]) -> str:
    """A verb that has to succeed, within an hour; what it printed."""
    command = [str(Path(sys.executable).parent / "undercity"), *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=3600, check=False)
    if done.returncode:
        raise SystemExit(f"undercity {' '.join(words)} failed:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def prepared(place: Path, served: Server, cases: int) -> None:
    """A city in the state folder and database of this deployment."""
    place.mkdir(parents=True, exist_ok=True)
    must("setup", environment=served.environment)
    print(must("city", "load", "--cases", str(cases), "--days", str(DAYS),
               environment=served.environment).splitlines()[-1], flush=True)


def kept(kind: str, cases: int) -> Path:
    """Where the built city of this source lies; older ones are thrown away."""
    KEPT.mkdir(parents=True, exist_ok=True)
    place = KEPT / f"{kind}-{cases}-{fingerprint(cases)}"
    for old in KEPT.glob(f"{kind}-{cases}-*"):
        if old != place:
            shutil.rmtree(old)
    return place


@contextmanager
def on_sqlite(cases: int = CASES) -> Iterator[Server]:
    """The city on SQLite, in a copy that may be written to."""
    place = kept("sqlite", cases)
    if not (place / "ready").exists():
        shutil.rmtree(place, ignore_errors=True)
        prepared(place, Server(place, f"sqlite:///{place / 'undercity.sqlite3'}", extra=DEMO), cases)
        (place / "ready").write_text("built\n", encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="undercity-bench-", dir=KEPT) as folder:
        own = Path(folder) / "var"
        shutil.copytree(place, own)
        yield Server(own, f"sqlite:///{own / 'undercity.sqlite3'}", extra=DEMO)


@contextmanager
def on_postgresql(cases: int = CASES) -> Iterator[Server]:
    """The city on a throw-away PostgreSQL with its usual durability."""
    place = kept("postgresql", cases)
    with postgres.throw_away() as database:
        if (place / "city.dump").exists():
            subprocess.run([postgres.program("pg_restore"), "-j2", "-d", database.url, place / "city.dump"], check=True)
            # A database that runs has been vacuumed and knows its tables; one just restored has not and does not.
            subprocess.run([postgres.program("psql"), "-qc", "VACUUM (ANALYZE)", database.url], check=True)
        else:
            shutil.rmtree(place, ignore_errors=True)
            prepared(place, Server(place, database.url, extra=DEMO), cases)
            subprocess.run([postgres.program("pg_dump"), "-Fc", "-Z1", "-f", place / "city.new", database.url],
                           check=True)
            (place / "city.new").replace(place / "city.dump")
        with tempfile.TemporaryDirectory(prefix="undercity-bench-", dir=KEPT) as folder:
            own = Path(folder) / "var"
            shutil.copytree(place, own, ignore=shutil.ignore_patterns("*.dump"))
            yield Server(own, database.url, extra=DEMO)


def key_of(served: Server) -> str:
    """The key of a sample client."""
    done = undercity("city", "accounts", "--json", environment=served.environment)
    return str(next(row["api_key"] for row in json.loads(done.stdout) if row["role"] == "open311-client"))


def figure(name: str, value: float, unit: str, limit: float | None, conditions: str, *,
           least: bool = False) -> dict[str, Any]:
    """A row of the results: without a peer, the limit is the claim."""
    met = limit is None or (value >= limit if least else value < limit)
    return {"name": name, "value": round(value, 1), "unit": unit, "peer": None, "peer_value": None, "ratio": None,
            "limit": None if limit is None else f"{'>=' if least else '<'} {limit:g}", "conditions": conditions,
            "met": met}


def written(name: str, rows: list[dict[str, Any]]) -> int:
    """Write the results of a benchmark; 1 when a limit is missed, and says which."""
    target = ROOT / "benchmarks" / "results" / f"{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    missed = [row for row in rows if not row["met"]]
    for row in missed:
        print(f"missed: {row['name']} is {row['value']} {row['unit']}, wanted {row['limit']}", file=sys.stderr)
    return 1 if missed else 0
