"""The state of many places, read as a list shows it: every place with a season and every tenth with an exception.

No peer: nobody else keeps seasons, exceptions and hours in one rule. The figures say what a list of a large city costs.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._cities import written  # noqa: E402 - the root must be on the path first

PLACES = int(os.environ.get("SEASONS_PLACES", "10000"))
ROUNDS = 3
LIST_MOST_MS, ALONE_MOST_US = 2500.0, 100.0


def prepared(folder: str) -> None:
    """An empty database, migrated, with so many places and their seasons."""
    os.environ.update({"UNDERCITY_VAR": folder, "UNDERCITY_DEMO": "true", "UNDERCITY_LOG_LEVEL": "ERROR",
                       "UNDERCITY_SECRET_KEY": "only-for-measuring-nothing-real-is-signed-with-it",
                       "UNDERCITY_DATABASE_URL": f"sqlite:///{folder}/seasons.sqlite3",
                       "DJANGO_SETTINGS_MODULE": "undercity.site.settings"})
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from undercity.org.models import Body
    from undercity.places.models import Place, PlaceName, Season
    from undercity.places.seasons.actions.turning import uid_of

    body = Body.objects.create(key="city", kind="city", path="city/")
    Place.objects.bulk_create([Place(
        key=f"place-{nth}", district=body, address_zh="x", lat=36.0 + nth * 1e-5, lon=117.0, cell=nth,
        hours="Jun 21-Aug 31 09:30-20:00", source="x", valid_from=date(2026, 1, 1)) for nth in range(PLACES)])
    rows = list(Place.objects.order_by("pk"))
    PlaceName.objects.bulk_create([PlaceName(place=row, zh=row.key, en=row.key) for row in rows])
    Season.objects.bulk_create([Season(
        uid=uid_of(row.key, 2026), timeline="real", place=row, year=2026, version=1, standing="open",
        opens_on=date(2026, 6, 21), closes_on=date(2026, 8, 31), hours="09:30-20:00",
        exceptions=[_rain()] if nth % 10 == 0 else []) for nth, row in enumerate(rows)])


def _rain() -> dict[str, Any]:
    return {"id": "x", "why": "rain", "starts": "2026-07-18T16:00:00+08:00", "ends": "2026-07-18T20:00:00+08:00",
            "hours": "", "proposal": None}


def measured(what: Any) -> float:
    """The middle of three runs, in seconds."""
    spans = []
    for _round in range(ROUNDS):
        begun = perf_counter()
        what()
        spans.append(perf_counter() - begun)
    return statistics.median(spans)


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    with tempfile.TemporaryDirectory(prefix="undercity-seasons-") as folder:
        prepared(folder)
        from undercity.clock import ZONE
        from undercity.places.queries import found_of, shown_to
        from undercity.places.seasons.rules import Exemption, Span, Timetable, opening

        at = datetime(2026, 7, 18, 16, 30, tzinfo=ZONE)
        whole = measured(lambda: found_of(shown_to().order_by("key"), at)) * 1000
        table = Timetable("Jun 21-Aug 31 09:30-20:00", (Span(date(2026, 6, 21), date(2026, 8, 31), "09:30-20:00"),), (
            Exemption("rain", at, at + timedelta(hours=3)),))
        alone = measured(lambda: [opening(table, at) for _ in range(1000)]) * 1000
    return written("seasons", [figure(f"list {PLACES} places with state", whole, "ms", LIST_MOST_MS),
                               figure("state of one place", alone, "us", ALONE_MOST_US)])


def figure(name: str, value: float, unit: str, limit: float) -> dict[str, Any]:
    """A row of the table."""
    said = f"{platform.machine()}, {os.cpu_count()} cores, SQLite, {PLACES} places, one in ten closed for rain"
    return {"name": name, "value": round(value, 1), "unit": unit, "peer": "", "peer_value": None, "ratio": None,
            "limit": limit, "met": value <= limit, "conditions": said}


if __name__ == "__main__":
    raise SystemExit(main())
