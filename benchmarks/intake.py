"""Reports a second through HTTP on a city of 100,000 cases, on SQLite and PostgreSQL, with the load beside the server.

Peers, measured by the same load generator on the same kind of machine: Signalen 28/s, FixMyStreet 11.5/s, both posted
without a photo. The city is built once and kept under var/bench/ until the source changes.
"""

from __future__ import annotations

import io
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._cities import (  # noqa: E402 - the root must be on the path first
    CASES,
    KEPT,
    key_of,
    on_postgresql,
    on_sqlite,
    written,
)
from tests.server import Server  # noqa: E402

SECONDS, ROUNDS = 5, 3
CLIENTS = (1, 4)
PEER, PEER_PER_SECOND = "Signalen", 28.0
PEERS = "Signalen 28/s, FixMyStreet 11.5/s: measured on the same kind of machine"
LEAST = {"sqlite": 250, "postgresql": 150}
P99_MOST_MS = 150
PHOTOS, PHOTO_BYTES = 12, 2_000_000
BOUNDARY = "undercity-benchmark-boundary"


@dataclass(frozen=True)
class Figure:
    """The middle of three runs."""

    per_second: float
    p50: float
    p99: float


def fields(key: str) -> dict[str, str]:
    """A report; the marks are filled by the load generator."""
    return {"api_key": key, "service_code": "gbt47678-matter-06-010", "lat": "{{num:36.651:36.658}}",
            "long": "{{num:116.999:117.006}}", "description": "A {{word}} by the road, number {{i}}"}


def plain(folder: Path, key: str) -> list[str]:
    """The load generator's options for a report without a photo."""
    body = folder / "plain"
    body.write_text(urlencode(fields(key), safe="{}:"), encoding="utf-8")
    return ["--type", "application/x-www-form-urlencoded", "--body", str(body)]


def picture(seed: int) -> bytes:
    """A JPEG of about two megabytes: smooth shapes under fine noise, as a phone's sensor gives."""
    import numpy
    from PIL import Image

    dice = numpy.random.default_rng(seed)
    rows, columns = numpy.mgrid[0:2448, 0:3264]
    shape = 120 + 60 * numpy.sin(rows / (150 + seed)) + 50 * numpy.cos(columns / 210)
    noisy = numpy.clip(shape[..., None] + dice.normal(0, 7, (*shape.shape, 3)), 0, 255).astype("uint8")
    image, best = Image.fromarray(noisy), b""
    for quality in range(30, 96, 5):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        best = out.getvalue()
        if len(best) >= PHOTO_BYTES:
            break
    return best


def with_photo(folder: Path, key: str) -> list[str]:
    """The load generator's options for multipart reports with a photo, each of several photos in turn."""
    words = ["--raw", "--type", f"multipart/form-data; boundary={BOUNDARY}"]
    dice = random.Random(3)
    for number in range(PHOTOS):
        given = {**fields(key), "lat": f"{dice.uniform(36.651, 36.658):.6f}",
                 "long": f"{dice.uniform(116.999, 117.006):.6f}", "description": f"With photo {number}"}
        parts = b"".join(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                         for name, value in given.items())
        head = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="media"; filename="{number}.jpg"\r\n'
                "Content-Type: image/jpeg\r\n\r\n").encode()
        body = folder / f"photo-{number}"
        body.write_bytes(parts + head + picture(number) + f"\r\n--{BOUNDARY}--\r\n".encode())
        words += ["--body", str(body)]
    return words


def measure(served: Server, words: list[str], clients: int) -> Figure:
    """Three runs; the middle of each value. Any answer but a success fails the benchmark."""
    runs: list[dict[str, Any]] = []
    for seed in range(1, ROUNDS + 1):
        command = [sys.executable, str(ROOT / "benchmarks/load/http_load.py"), "--method", "POST", "--seed", str(seed),
                   "--url", f"{served.base}/open311/v2/requests.json", "-c", str(clients), "-d", str(SECONDS),
                   "--expect", "200", "--expect", "201", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"the load went wrong: {done.stdout}{done.stderr}\n{served.log[-2000:]}")
        runs.append(json.loads(done.stdout))
    return Figure(statistics.median(run["per_second"] for run in runs),
                  statistics.median(run["ms"]["p50"] for run in runs),
                  statistics.median(run["ms"]["p99"] for run in runs))


def rows_of(name: str, figure: Figure, least: float | None, most: float | None,
            conditions: str) -> list[dict[str, Any]]:
    """A figure as three rows of the results; the peers' figures are for reports without a photo."""
    peer = None if "photo" in name else PEER
    ratio = round(figure.per_second / PEER_PER_SECOND, 1) if peer else None
    rate = {"name": name, "value": figure.per_second, "unit": "per second", "peer": peer,
            "peer_value": PEER_PER_SECOND if peer else None, "ratio": ratio,
            "limit": f">= {least}" if least else None, "conditions": conditions,
            "met": least is None or figure.per_second >= least}
    times = [{"name": f"{name} {label}", "value": value, "unit": "ms", "peer": None, "peer_value": None, "ratio": None,
              "limit": f"< {limit}" if limit else None, "conditions": conditions,
              "met": limit is None or value < limit}
             for label, value, limit in (("p50", figure.p50, None), ("p99", figure.p99, most))]
    return [rate, *times]


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    KEPT.mkdir(parents=True, exist_ok=True)
    conditions = (f"{platform.machine()}, {os.cpu_count()} cores with the load generator beside the server, "
                  f"Python {platform.python_version()}, {CASES} cases, median of {ROUNDS} runs of {SECONDS} s, "
                  f"make bench ONLY=intake; {PEERS}")
    rows: list[dict[str, Any]] = []
    for kind, opened in (("sqlite", on_sqlite), ("postgresql", on_postgresql)):
        with opened() as served, tempfile.TemporaryDirectory(prefix="undercity-bench-") as folder:
            key = key_of(served)
            served.start()
            try:
                for words, photo in ((plain(Path(folder), key), ""), (with_photo(Path(folder), key), " photo 2 MB")):
                    for clients in CLIENTS:
                        limited = clients == 4 and not photo
                        figure = measure(served, words, clients)
                        name = f"create {clients} client{'s' if clients > 1 else ''} {kind}{photo}"
                        print(f"{name}: {figure}", flush=True)
                        rows += rows_of(name, figure, LEAST[kind] if limited else None,
                                        P99_MOST_MS if limited else None, conditions)
            finally:
                served.stop()
    return written("intake", rows)


if __name__ == "__main__":
    raise SystemExit(main())
