"""A year of 10-minute readings of 500 places (26 million rows) on SQLite and PostgreSQL: charts of a day, a week and a
year through HTTP under 200 ms, readings a second by HTTP batch, and 1,000 a second by MQTT for a minute.

There is no peer: the limit is the claim. `make bench ONLY=readings`; a small try, which writes no results:
`python benchmarks/readings.py --places 20 --days 40 --seconds 5`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._cities import DEMO, KEPT, figure, must, written  # noqa: E402 - the root must be on the path first
from benchmarks.pages import Visitor  # noqa: E402
from tests.broker import Broker, started  # noqa: E402
from tests.readings.test_bridge import MAKE, PER_SECOND, PREFIX, Bridge, send, sender, waited_for  # noqa: E402
from tests.server import Server, free_port  # noqa: E402
from tools import postgres  # noqa: E402

CHART_MOST_MS, WARM, TIMES = 200.0, 2, 40
BATCH, CLIENTS, HTTP_SECONDS = 500, 4, 10
LEAST_BY_HTTP = 2000
BUILD = """
import math, time
from datetime import date
from django.db import connection
from undercity import clock
from undercity.db import insert_objects, insert_rows, reserve, write
from undercity.org.queries import directory
from undercity.places.actions import cell_of
from undercity.places.models import Place
from undercity.readings.actions.devices import register_device
from undercity.readings.models import Reading, Series
from undercity.readings.states import Quantity
places, days = {places}, {days}
book, begun = directory(), time.perf_counter()
district, keeper = book.by_key["shizhong"], book.by_key["jinan-cad-works"]
with write():
    rows = [Place(pk=pk, key=f"bench-{{nth:03d}}", district_id=district, address_zh="虚构", lat=36.65, lon=117.0,
                  cell=cell_of(36.65, 117.0), listed=False, invented=True, hours="24/7", amenities=[],
                  source="invented", valid_from=date(2026, 1, 1)) for nth, pk in enumerate(reserve(Place, places))]
    insert_objects(Place, rows)
    for row in rows:
        register_device(by=None, at=clock.now(), key=row.key, place=row, keeper=keeper,
                        quantities=[Quantity.TEMPERATURE_IN])
series = list(Series.objects.filter(device__key__startswith="bench-").order_by("pk").values_list("pk", flat=True))
last = int(clock.now().timestamp()) // 600 * 600
wave = [round(210 + 30 * math.sin(step / 144 * 2 * math.pi)) for step in range(144)]
# As they would have come: every place's day after every place's day before.
for day in range(days):
    first = last - (days - day) * 86400 + 600
    with write():
        insert_rows(Reading, ("series_id", "at", "value", "lag"), (
            (pk, first + step * 600, wave[step] + (pk * 7919 + step * 31 + day) % 9, 1)
            for pk in series for step in range(144)))
with write(), connection.cursor() as cursor:
    for table, column, part in (("readings_hour", "hour", "at / 3600"),
                                ("readings_day", "day", "(at + 28800) / 86400")):
        cursor.execute(f"INSERT INTO {{table}} (series_id, {{column}}, n, total, low, high) "
                       f"SELECT series_id, {{part}}, COUNT(*), SUM(value), MIN(value), MAX(value) "
                       "FROM readings_reading WHERE series_id >= %s GROUP BY series_id, 2 ORDER BY 1, 2", [min(series)])
    cursor.execute("UPDATE readings_series SET last_at = %s, last_value = 214 WHERE id >= %s", [last, min(series)])
with connection.cursor() as cursor:
    cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE readings_reading")
print(Reading.objects.count(), round(time.perf_counter() - begun))
"""
TOKENS = """
import json
from undercity import clock
from undercity.org.queries import directory
from undercity.places.models import Place
from undercity.readings.actions.devices import quantities_of, register_device
place = Place.objects.get(key="cool-foshui")
print(json.dumps([int(clock.now().timestamp()), *(register_device(
    by=None, at=clock.now(), key=f"http-{number}", place=place, keeper=directory().by_key["jinan-cad-works"],
    quantities=quantities_of(["temperature_in", "humidity", "co2"]))[1] for number in range(4))]))
"""


@contextmanager
def deployed(kind: str) -> Iterator[Server]:
    """A deployment of its own with the sample city's foundations."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="undercity-readings-", dir=KEPT) as folder:
        if kind == "sqlite":
            yield Server(Path(folder), f"sqlite:///{folder}/undercity.sqlite3", extra=DEMO)
        else:
            with postgres.throw_away() as database:
                yield Server(Path(folder), database.url, extra=DEMO)


def asked(served: Server, code: str) -> str:
    """The last line a script in the deployment printed."""
    return must("shell", "--no-imports", "-c", code, environment=served.environment).strip().splitlines()[-1]


def charts(served: Server, kind: str, places: int, conditions: str) -> list[dict[str, Any]]:
    """The page of a place with its chart, a place after another; the slowest of a hundred counts, not the middle."""
    accounts = {row["username"]: row["password"] for row in json.loads(
        must("city", "accounts", "--json", environment=served.environment))}
    visitor, rows = Visitor(served.base), []
    visitor.sign_in("keeper2", accounts["keeper2"])
    for span in ("day", "week", "year"):
        times = []
        for turn in range(WARM + TIMES):
            took, page = visitor.get(f"/desk/readings/places/bench-{turn * 7 % places:03d}/?span={span}")
            assert b'<svg class="chart"' in page
            times.append(took)
        times = sorted(times[WARM:])
        print(f"{kind} chart {span}: middle {statistics.median(times):.1f} ms, slowest {times[-1]:.1f} ms", flush=True)
        rows.append(figure(f"chart {span} {kind}", statistics.median(times), "ms", CHART_MOST_MS, conditions))
        rows.append(figure(f"chart {span} {kind} slowest", times[-1], "ms", CHART_MOST_MS, conditions))
    took = statistics.median(visitor.get("/desk/readings/")[0] for _ in range(10))
    rows.append(figure(f"overview {kind}", took, "ms", CHART_MOST_MS, conditions))
    return rows


def by_http(served: Server, kind: str, seconds: float, conditions: str) -> dict[str, Any]:
    """Readings a second: four devices, batches of five hundred."""
    now, *tokens = json.loads(asked(served, TOKENS))
    counts = [0] * CLIENTS
    until = perf_counter() + seconds

    def load(client: int) -> None:
        turn = 0
        while perf_counter() < until:
            batch = [{"quantity": ("temperature_in", "humidity", "co2")[nth % 3], "value": 20 if nth % 3 == 0 else 400
                      if nth % 3 == 2 else 60, "at": now - 8_000_000 + turn * BATCH + nth} for nth in range(BATCH)]
            request = urllib.request.Request(f"{served.base}/api/readings", json.dumps({"readings": batch}).encode(), {
                "Authorization": f"Bearer {tokens[client]}", "Content-Type": "application/json"})
            with urllib.request.urlopen(request) as answer:
                counts[client] += json.load(answer)["stored"]
            turn += 1

    begun = perf_counter()
    threads = [threading.Thread(target=load, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = sum(counts) / (perf_counter() - begun)
    print(f"{kind} by HTTP: {rate:.0f} a second", flush=True)
    return figure(f"http batch of {BATCH} {CLIENTS} clients {kind}", rate, "readings per second", LEAST_BY_HTTP,
                  conditions, least=True)


def by_mqtt(served: Server, kind: str, broker: Broker, seconds: int, conditions: str) -> list[dict[str, Any]]:
    """A thousand a second for so long: how long after the last one all are stored, and how many are missing."""
    served.extra = {**served.extra, "UNDERCITY_MQTT": broker.address, "UNDERCITY_MQTT_PREFIX": PREFIX,
                    "UNDERCITY_MQTT_NAME": f"bench-{kind}", "UNDERCITY_LOG_LEVEL": "INFO"}
    now = int(asked(served, MAKE))
    with Bridge(served) as bridge, sender(broker) as client:
        begun = perf_counter()
        sent = send(client, now, seconds)
        over = perf_counter()
        wanted = sum(count for count, _total in sent.values())
        told = waited_for(served, wanted, 120)
        behind = perf_counter() - over
        bridge.stop()
    print(f"{kind} by MQTT: {wanted / (over - begun):.0f} a second for {over - begun:.0f} s, all stored {behind:.1f} s "
          f"later, {wanted - int(str(told['hours']))} missing", flush=True)
    # Asking takes a second or two by itself.
    return [figure(f"mqtt {PER_SECOND} per second {kind} sent", wanted / (over - begun), "per second",
                   0.97 * PER_SECOND, conditions, least=True),
            figure(f"mqtt {kind} stored after the last", behind, "s", 10, conditions),
            figure(f"mqtt {kind} missing", float(wanted - int(str(told["hours"]))), "readings", 0.5, conditions)]


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    words = argparse.ArgumentParser()
    words.add_argument("--places", type=int, default=500)
    words.add_argument("--days", type=int, default=365)
    words.add_argument("--seconds", type=int, default=60)
    words.add_argument("--kind", choices=["sqlite", "postgresql"], action="append")
    given = words.parse_args()
    full = (given.places, given.days, given.seconds, given.kind) == (500, 365, 60, None)
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SystemExit("Mosquitto is missing. Cure: apt-get install -y --no-install-recommends mosquitto")
    rows: list[dict[str, Any]] = []
    for kind in given.kind or ["sqlite", "postgresql"]:
        with deployed(kind) as served, tempfile.TemporaryDirectory(prefix="undercity-broker-") as folder:
            must("setup", environment=served.environment)
            must("city", "load", "--cases", "0", environment=served.environment)
            count, took = asked(served, BUILD.format(places=given.places, days=given.days)).split()
            print(f"{kind}: {count} readings built in {took} s", flush=True)
            conditions = (f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {kind}, "
                          f"{count} readings of {given.places} places, {TIMES} pages a figure, all on one machine, "
                          "make bench ONLY=readings")
            served.port = free_port()
            served.start()
            try:
                rows += charts(served, kind, given.places, conditions)
                rows.append(by_http(served, kind, HTTP_SECONDS if full else 3, conditions))
                with started(Path(program), Path(folder)) as broker:
                    rows += by_mqtt(served, kind, broker, given.seconds, conditions)
            finally:
                served.stop()
    if full:
        return written("readings", rows)
    print(json.dumps([(row["name"], row["value"], row["unit"], row["met"]) for row in rows], indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
