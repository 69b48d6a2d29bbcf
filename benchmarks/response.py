"""Ten thousand orders to three thousand holders: written, seen on the board, polled, acknowledged; on both databases.

Limits: written in 5 s; the board's first view 1 s, each poll 50 ms; 500 orders acknowledged a second by taps on the
pages that the links of the messages opened. `make bench ONLY=response`.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import statistics
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._cities import DEMO, figure, must, written  # noqa: E402 - the root must be on the path first
from benchmarks.pages import Visitor  # noqa: E402
from tests.server import Server  # noqa: E402
from tools import postgres  # noqa: E402

ORDERS, HOLDERS, PART = 10_000, 3_000, 1_000
WRITE_S, VIEW_MS, POLL_MS, ANSWERS = 5.0, 1000.0, 50.0, 500.0
CLIENTS, POLLS = 8, 40

PLAN = """
[plan]
code = "bench"
zh = "基准预案（虚构）"
en = "Benchmark plan (invented)"
body = "jinan-cad"
area = "jinan"
version = "1"
valid_from = 2020-01-01
invented = true
source = "虚构"
[[level]]
level = 4
zh = "四级响应"
en = "Level IV"
[confirm]
persons = 1
[numbering]
pattern = "演〔{year}〕{number}号"
invented = true
[defaults]
answer = 10
done = 60
escalation = [{ to = { post = "duty-officer-1" }, after = 10 }, { to = { post = "city-leader-1" }, after = 20 }]
""" + "".join(f"""
[[order]]
key = "{key}"
level = 4
verb = "{verb}"
to = {{ keeper = true }}
at = {{ keepers = ["{keeper}"] }}
zh = "{{place}}{zh}"
en = "{en} at {{place}}"
""" for key, verb, keeper, zh, en in (
    ("watch", "watch", "bench", "加强值守", "Keep watch"),
    ("boards", "set_boards", "bench", "安装挡水板", "Set boards"),
    ("pumps", "start_pumps", "bench", "试运行水泵", "Start the pumps"),
    ("report", "report", "bench-part", "报告情况", "Report")))

FILL = """
from datetime import date
from undercity import clock
from undercity.org.directory import directory, forget
from undercity.org.models import Appointment, Body, BodyName, Person, Post
from undercity.places.actions import cell_of
from undercity.places.models import FloodBoard, Place, PlaceName
from undercity.response.models import PlanVersion
from undercity.response.plans.actions import publish, save_draft
from undercity.org.queries import actor_for_person
city = Body.objects.get(key="jinan")
bench = Body.objects.create(key="bench", kind="operator", parent=city, path=city.path + "bench/")
part = Body.objects.create(key="bench-part", kind="operator", parent=bench, path=bench.path + "bench-part/")
begun = clock.now()
district = Body.objects.get(key="lixia")
posts = Post.objects.bulk_create(Post(key=f"bench-{{n}}", body=part if n < {part} else bench, role="keeper",
                                      title_zh=f"管理员{{n}}", title_en=f"Keeper {{n}}") for n in range({holders}))
people = Person.objects.bulk_create(Person(username=f"bench{{n}}", name_zh="虚构", is_sample=True)
                                    for n in range({holders}))
Appointment.objects.bulk_create(Appointment(post=post, person=person, begins=begun)
                                for post, person in zip(posts, people))
places = Place.objects.bulk_create(Place(
    key=f"bench-{{n}}", district=district, address_zh="基准", lat=36.6 + n / 100000, lon=117.0,
    cell=cell_of(36.6 + n / 100000, 117.0), use="other", listed=False, invented=True, hours="24/7", source="benchmark",
    valid_from=date(2020, 1, 1)) for n in range({holders}))
PlaceName.objects.bulk_create(PlaceName(place=place, zh=place.key, en=place.key) for place in places)
FloodBoard.objects.bulk_create(FloodBoard(place=place, post=post, keeper=post.body, valid_from=date(2020, 1, 1))
                               for place, post in zip(places, posts))
forget()
planner = actor_for_person(Appointment.objects.filter(post__role="administrator").first().person_id)
for old in PlanVersion.objects.filter(body__key="jinan-cad", stage="published"):
    from undercity.response.plans.actions import withdraw
    withdraw(old.pk, by=planner, at=clock.now(), note="benchmark")
publish(save_draft({plan!r}, by=planner, at=clock.now()).pk, by=planner, at=clock.now())
"""
# Confirms a level once more and says how long the orders took; the links of all messages; stands down for the next run.
RUN = """
import json
from datetime import timedelta
from time import perf_counter
from undercity import clock
from undercity.org.models import Appointment, Body
from undercity.org.queries import actor_for_person
from undercity.response.actions import levels
from undercity.response.models import Order, Response
officer = actor_for_person(Appointment.objects.get(post__key="duty-officer-1", ends=None).person_id)
body = Body.objects.get(key="jinan-cad").pk
# The sample city's own warnings may have proposed something already.
row = Response.objects.filter(body=body, stage="proposed").first() or levels.propose_level(
    body, 4, by=officer, at=clock.now(), basis="received", note="bench")
started = perf_counter()
row = levels.confirm(row.pk, by=officer, at=clock.now(), level=4, note="bench")
took = perf_counter() - started
print(json.dumps({"took": took, "uid": str(row.pk), "orders": Order.objects.filter(response=row).count(),
                  "holders": Order.objects.filter(response=row).values("post").distinct().count()}))
"""
DOWN = """
from undercity import clock
from undercity.org.models import Appointment, Body
from undercity.org.queries import actor_for_person
from undercity.response.actions import levels
officer = actor_for_person(Appointment.objects.get(post__key="duty-officer-1", ends=None).person_id)
body = Body.objects.get(key="jinan-cad").pk
row = levels.propose_level(body, 0, by=officer, at=clock.now(), basis="officer", note="x")
levels.confirm(row.pk, by=officer, at=clock.now())
"""
LINKS = """
import json
from datetime import timedelta
from undercity import clock
from undercity.notices.links import token_of
from undercity.notices.models import Notice
until = clock.real_now() + timedelta(days=1)
print(json.dumps([token_of(pk, appointment, until) for pk, appointment in Notice.objects.filter(
    code="response.orders", subject="{uid}", appointment__isnull=False).values_list("pk", "appointment")]))
"""


def asked(served: Server, script: str) -> Any:
    """What a script prints last, in a process of its own."""
    said = must("shell", "--no-imports", "-c", script, environment=served.environment).strip().splitlines()
    return json.loads(said[-1]) if said else None


def conditions(kind: str) -> str:
    """Under which the figures came about."""
    return (f"{platform.machine()}, {os.cpu_count()} cores with the load beside the server, {kind}, {ORDERS} orders to "
            f"{HOLDERS} holders, Python {platform.python_version()}, medians of 3 runs, {CLIENTS} clients, "
            "make bench ONLY=response")


def asked_all(port: int, tokens: list[str], method: str, wanted: int) -> float:
    """Seconds until every link was asked once, over connections kept open as a proxy in front keeps them."""
    here = threading.local()

    def ask(token: str) -> int:
        if not hasattr(here, "line"):
            here.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        here.line.request(method, f"/n/{token}/")
        answer = here.line.getresponse()
        answer.read()
        return int(answer.status)

    started = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = set(pool.map(ask, tokens))
    took = perf_counter() - started
    assert statuses == {wanted}, statuses
    return took


def measured(served: Server, kind: str) -> list[dict[str, Any]]:
    """All figures of one database."""
    must("setup", environment=served.environment)
    must("city", "load", "--cases", "100", "--days", "30", environment=served.environment)
    must("shell", "--no-imports", "-c", FILL.format(holders=HOLDERS, part=PART, plan=PLAN),
         environment=served.environment)
    runs = []
    for nth in range(3):
        if nth:
            must("shell", "--no-imports", "-c", DOWN, environment=served.environment)
        runs.append(asked(served, RUN))
    run = runs[-1]
    assert (run["orders"], run["holders"]) == (ORDERS, HOLDERS), run
    took = statistics.median(one["took"] for one in runs)
    print(f"{kind}: written in {[round(one['took'], 2) for one in runs]} s", flush=True)
    where = conditions(kind)
    served.start()
    try:
        view, polls, unchanged = board(served, run["uid"])
        taps = answers(served, asked(served, LINKS.format(uid=run["uid"])), kind, where)
    finally:
        served.stop()
    return [figure(f"orders {ORDERS} write {kind}", took, "s", WRITE_S, where) | {"value": round(took, 2)},
            figure(f"board of {ORDERS} first view {kind}", view, "ms", VIEW_MS, where),
            figure(f"board of {ORDERS} poll after a change {kind}", polls, "ms", POLL_MS, where),
            figure(f"board of {ORDERS} poll unchanged {kind}", unchanged, "ms", POLL_MS, where),
            *taps]


def board(served: Server, uid: str) -> tuple[float, float, float]:
    """Milliseconds of the first view, of a poll that brings something, and of one that does not."""
    passwords = {row["username"]: row["password"] for row in json.loads(
        must("city", "accounts", "--json", environment=served.environment))}
    name = next(user for user in passwords if user.startswith("duty"))
    officer = Visitor(served.base)
    officer.sign_in(name, passwords[name])
    officer.get("/desk/")
    view = officer.get(f"/desk/response/{uid}/board/")[0]
    part = f"/desk/response/{uid}/board/part/"
    brought = statistics.median([officer.get(part)[0] for _ in range(POLLS)])
    unchanged = statistics.median(again(officer, part) for _ in range(POLLS))
    print(f"board: {view:.0f} ms, poll {brought:.1f} ms, unchanged {unchanged:.1f} ms", flush=True)
    return view, brought, unchanged


def again(officer: Visitor, part: str) -> float:
    """Milliseconds of a poll that is answered 304."""
    with officer.open(officer.base + part, timeout=60) as first:
        mark = first.headers["ETag"]
    status, started = 200, perf_counter()
    try:
        officer.open(urllib.request.Request(officer.base + part, headers={"If-None-Match": mark}), timeout=60)
    except urllib.error.HTTPError as same:
        status = same.code
    took = (perf_counter() - started) * 1000
    if status != 304:
        raise SystemExit(f"an unchanged board was answered {status}")
    return took


def answers(served: Server, tokens: list[str], kind: str, where: str) -> list[dict[str, Any]]:
    """All holders open their links, then tap: pages a second, taps a second, orders acknowledged a second."""
    opened = asked_all(served.port, tokens, "GET", 200)
    tapped = asked_all(served.port, tokens, "POST", 302)
    print(f"{kind}: {len(tokens)} links opened in {opened:.1f} s, tapped in {tapped:.1f} s", flush=True)
    return [figure(f"links opened {kind}", len(tokens) / opened, "per second", None, where),
            figure(f"links tapped {kind}", len(tokens) / tapped, "per second", None, where),
            figure(f"acknowledgements {kind}", ORDERS / tapped, "per second", ANSWERS, where, least=True)]


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="undercity-bench-") as folder:
        place = Path(folder) / "sqlite"
        place.mkdir()
        rows += measured(Server(place, f"sqlite:///{place / 'undercity.sqlite3'}", extra=DEMO), "sqlite")
        with postgres.throw_away() as database:
            place = Path(folder) / "postgresql"
            place.mkdir()
            rows += measured(Server(place, database.url, extra=DEMO), "postgresql")
    first = next(row for row in rows if row["name"] == f"orders {ORDERS} write sqlite")
    return written("response", [*rows, {**first, "name": f"orders {ORDERS} write"}])


if __name__ == "__main__":
    raise SystemExit(main())
