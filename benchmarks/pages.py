"""Server time of every page, through HTTP, in a city of 5,000 cases and in one of 100,000, on SQLite.

Limits: 80 ms and 120 ms a page; the city loaded within three minutes; the first screen under 50 kB of HTML and CSS, a
list of 100 under 150 kB. There is no peer: the limit is the claim. `make bench ONLY=pages`.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import platform
import re
import statistics
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._cities import DEMO, KEPT, figure, must, written  # noqa: E402 - the root must be on the path first
from tests.server import Server  # noqa: E402

SIZES = {5_000: 80.0, 100_000: 120.0}
LOADED = 180.0
# Anything longer than this must show that it goes on.
SAID = 1000.0
WARM, TIMES = 2, 15
ASK = """
from undercity.cases.models import Case
from undercity.ledger.models import Task
from undercity.org.models import Post
from undercity.org.queries import directory
from undercity.works.models import Work
import json
case = Case.objects.filter(stage="closed", rework__gt=0).order_by("-id").select_related("report").first()
task = Task.objects.filter(held_by=Post.objects.get(key="leader-1").pk).order_by("-due_at").first()
print(json.dumps({"case": case.number, "token": case.report.token, "task": str(task.pk),
                  "department": directory().by_key["sz-sanitation"],
                  "work": Work.objects.filter(code__startswith="虚构-市中").order_by("code").first().code}))
"""
# Page → who looks (empty: a citizen). What stands in braces is found in the city.
PAGES: dict[str, tuple[str, str]] = {
    "portal": ("", "/"), "places": ("", "/places/"), "place": ("", "/places/cool-foshui/"), "report": ("", "/report/"),
    "receipt": ("", "/receipt/{token}"), "map": ("", "/map/?layer=below"), "numbers": ("", "/numbers/"),
    "promises": ("", "/duties/"), "tour": ("", "/tour/"), "components": ("", "/components/"),
    "source": ("", "/source/"),
    "desk intake": ("intake1", "/desk/"), "desk department": ("sanitation1", "/desk/"),
    "desk leader": ("leader1", "/desk/"),
    "shift desk": ("intake1", "/desk/shift/"), "today of a department": ("sanitation1", "/desk/today/"),
    "hot spots": ("lead1", "/desk/cases/hotspots/"), "map of cases": ("lead1", "/desk/cases/map/"),
    "grids": ("lead1", "/desk/grids/"), "hotline": ("intake1", "/desk/hotline/"), "field": ("inspector1", "/field/"),
    "tasks of the field": ("inspector1", "/field/today.json"), "case for all": ("", "/cases/{case}/"),
    "board": ("lead1", "/desk/board/"), "cases": ("lead1", "/desk/cases/"),
    "cases open": ("lead1", "/desk/cases/?stage=open"), "cases late": ("lead1", "/desk/cases/?stage=late"),
    "cases of a department": ("sanitation1", "/desk/cases/"), "case": ("lead1", "/desk/cases/{case}/"),
    "duties": ("leader1", "/desk/duties/"), "duties done": ("leader1", "/desk/duties/?state=done"),
    "duties of templates": ("leader1", "/desk/duties/?kind=task&state=done"),
    "duty": ("leader1", "/desk/duties/{task}/"),
    "scores": ("leader1", "/desk/scores/"), "score": ("leader1", "/desk/scores/2026-07/department/{department}/"),
    "cases of a score": ("leader1", "/desk/scores/2026-07/department/{department}/intime_dispose_rate/"),
    "works": ("leader1", "/desk/works/"), "work": ("leader1", "/desk/works/{work}/"),
    "map of an officer": ("leader1", "/map/"), "net of an officer": ("leader1", "/map/?layer=below"),
}


class Visitor:
    """A browser without a screen: cookies, and the time a page took."""

    def __init__(self, base: str):
        self.base = base
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open

    def get(self, path: str) -> tuple[float, bytes]:
        """Milliseconds and body; anything but a page ends the benchmark."""
        started = perf_counter()
        with self.open(self.base + urllib.parse.quote(path, safe="/?=&-%.")) as answer:
            body = answer.read()
        return (perf_counter() - started) * 1000, body

    def sign_in(self, username: str, password: str) -> None:
        """As an officer."""
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/signin/")[1])
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1].decode(), "username": username, "password": password}
        with self.open(self.base + "/signin/", urllib.parse.urlencode(form).encode()) as answer:
            assert answer.url.endswith("/desk/"), f"{username} could not sign in"


def measured(served: Server, cases: int, limit: float, conditions: str) -> list[dict[str, Any]]:
    """Every page's median, and the sizes that have a limit."""
    accounts = {row["username"]: row["password"] for row in json.loads(
        must("city", "accounts", "--json", environment=served.environment))}
    said = must("shell", "--no-imports", "-c", ASK, environment=served.environment)
    found = json.loads(said.strip().splitlines()[-1])
    visitors: dict[str, Visitor] = {}
    rows = []
    # A page that waits for the scores says so at once; how long they take is a figure of the scores.
    evaluator = Visitor(served.base)
    evaluator.sign_in("leader1", accounts["leader1"])
    took, page = evaluator.get("/desk/scores/")
    rows.append(figure(f"first look at the scores {cases}", took, "ms", SAID, conditions))
    while b"<progress" in page:
        sleep(1)
        page = evaluator.get("/desk/scores/")[1]
    for name, (user, path) in PAGES.items():
        if user not in visitors:
            visitors[user] = Visitor(served.base)
            if user:
                visitors[user].sign_in(user, accounts[user])
        times = [visitors[user].get(path.format(**found)) for _ in range(WARM + TIMES)]
        took = statistics.median(ms for ms, _ in times[WARM:])
        rows.append(figure(f"{name} {cases}", took, "ms", limit, conditions))
        print(f"{name} {cases}: {took:.1f} ms, first {times[0][0]:.0f} ms, {len(times[0][1]) / 1000:.1f} kB",
              flush=True)
        if name == "cases":
            rows.append(figure(f"size of a list of 100 {cases}", len(times[0][1]) / 1000, "kB", 150, conditions))
        if name == "portal":
            style = re.search(rb'rel="stylesheet" href="([^"]+)"', times[0][1])
            assert style is not None
            size = len(times[0][1]) + len(visitors[user].get(style[1].decode())[1])
            rows.append(figure(f"size of the first screen {cases}", size / 1000, "kB", 50, conditions))
    return rows


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    KEPT.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for cases, limit in SIZES.items():
        conditions = (f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite, "
                      f"{cases} cases, one visitor on the same machine, median of {TIMES}, make bench ONLY=pages")
        with tempfile.TemporaryDirectory(prefix="undercity-pages-", dir=KEPT) as folder:
            served = Server(Path(folder), f"sqlite:///{folder}/undercity.sqlite3", extra=DEMO)
            must("setup", environment=served.environment)
            started = perf_counter()
            told = must("city", "load", "--cases", str(cases), environment=served.environment)
            rows.append(figure(f"loading the city of {cases}", perf_counter() - started, "s", LOADED, conditions))
            print(told.splitlines()[-1], flush=True)
            served.start()
            try:
                rows += measured(served, cases, limit, conditions)
            finally:
                served.stop()
    return written("pages", rows)


if __name__ == "__main__":
    raise SystemExit(main())
