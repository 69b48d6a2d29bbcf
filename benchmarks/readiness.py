"""The readiness board of a large city: every place with two months of checks, its trend day by day, a page of its list.

No peer: nobody else calculates readiness from checks for any day. `READINESS_PLACES=500` tries it small.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._cities import figure, written  # noqa: E402 - the root must be on the path first
from benchmarks.seasons import measured  # noqa: E402

PLACES = int(os.environ.get("READINESS_PLACES", "5000"))
BOARD_MOST_MS, TODAY_MOST_MS = 1500.0, 1000.0


def prepared(folder: str) -> Any:
    """A migrated database with so many places and their checks; who looks."""
    os.environ.update({"UNDERCITY_VAR": folder, "UNDERCITY_DEMO": "true", "UNDERCITY_LOG_LEVEL": "ERROR",
                       "UNDERCITY_SECRET_KEY": "only-for-measuring-nothing-real-is-signed-with-it",
                       "UNDERCITY_DATABASE_URL": f"sqlite:///{folder}/readiness.sqlite3",
                       "DJANGO_SETTINGS_MODULE": "undercity.site.settings"})
    import django

    django.setup()
    from django.core.management import call_command
    from uuid_utils.compat import uuid7

    call_command("migrate", verbosity=0, interactive=False)
    from undercity.cases.actions.scheme import load_schemes
    from undercity.clock import ZONE
    from undercity.inspections.actions.checklists import load_files
    from undercity.inspections.models import Inspection, Keeping
    from undercity.org.models import Body
    from undercity.org.powers import POST, Actor
    from undercity.places.models import Place, PlaceName

    load_schemes()
    load_files()
    body = Body.objects.create(key="city", kind="city", path="city/")
    Place.objects.bulk_create([Place(
        key=f"place-{nth}", district=body, address_zh="x", lat=36.0 + nth * 1e-5, lon=117.0, cell=nth, use="mall",
        hours="24/7", source="x", valid_from=date(2026, 1, 1)) for nth in range(PLACES)])
    rows = list(Place.objects.order_by("pk"))
    PlaceName.objects.bulk_create([PlaceName(place=row, zh=row.key, en=row.key) for row in rows])
    Keeping.objects.bulk_create([Keeping(place=row, body=body, source="x") for row in rows])
    Inspection.objects.bulk_create([Inspection(
        uid=uuid7(), timeline="real", place=row, body=body, checklist=code, since=date(2025, 1, 1), topic="flood",
        period=f"2026-{month:02}", status="done", version=2, given_at=datetime(2026, month, 5, tzinfo=ZONE),
        done_at=done, clean_at=None if nth % 11 == 0 else done + timedelta(days=nth % 4), holds_days=45,
        failing=["pumps"] if nth % 11 == 0 else [], failed=["pumps"] if nth % 11 == 0 else [])
        for nth, row in enumerate(rows) for code, month in (("flood-before", 5), ("flood-season", 6),
                                                            ("flood-season", 7))
        for done in [datetime(2026, month, 6 + nth % 10, 10, tzinfo=ZONE)]], batch_size=500)
    return Actor(kind=POST, post=1, body=body.pk, body_path="city/", grants={"readiness.read": ("city/",)})


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    with tempfile.TemporaryDirectory(prefix="undercity-readiness-") as folder:
        actor = prepared(folder)
        from undercity.clock import ZONE
        from undercity.inspections.queries.checklists import topics
        from undercity.inspections.queries.readiness import board, listed, worst_first

        now = datetime(2026, 7, 18, 16, 30, tzinfo=ZONE)
        topic = topics(now.date())["flood"]

        def whole(trend: bool) -> None:
            found = board(actor, topic, now.date(), now, trend=trend)
            listed(found, worst_first(found)[:100])

        with_trend, without = measured(lambda: whole(True)) * 1000, measured(lambda: whole(False)) * 1000
    said = f"{platform.machine()}, {os.cpu_count()} cores, SQLite, {PLACES} places, three checks each, 79 days"
    return written("readiness", [
        figure(f"board of {PLACES} places with its trend", with_trend, "ms", BOARD_MOST_MS, said),
        figure("the same without the trend", without, "ms", TODAY_MOST_MS, said)])


if __name__ == "__main__":
    raise SystemExit(main())
