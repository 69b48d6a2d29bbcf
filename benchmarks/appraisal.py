"""Seconds from new entries to a month's composites on a city of 100,000 cases, and what the pages of scores take.

Without words it builds the city of `make bench ONLY=intake` or takes the one kept; `--city FOLDER` measures in a
copy of a state folder that is ready.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import _cities as cities  # noqa: E402 - the root must be on the path first
from tests.server import environment_for  # noqa: E402

ROUNDS, ENTRIES, VIEWS = 5, 20, 15
COMPOSITES_MOST_S, PAGE_MOST_MS = 2.0, 120
RESULT = "RESULT "


@contextmanager
def copied(city: Path) -> Iterator[dict[str, str]]:
    """The surroundings of a copy of a state folder."""
    cities.KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="undercity-bench-", dir=cities.KEPT) as folder:
        own = Path(folder) / "var"
        shutil.copytree(city, own, ignore=shutil.ignore_patterns("facts"))
        yield environment_for(own, f"sqlite:///{own / 'undercity.sqlite3'}", cities.DEMO)


@contextmanager
def built() -> Iterator[dict[str, str]]:
    """The surroundings of a copy of the city that the benchmark of intake keeps."""
    cities.KEPT.mkdir(parents=True, exist_ok=True)
    with cities.on_sqlite() as served:
        yield served.environment


def seconds(work: Callable[[], Any]) -> float:
    """How long something takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def inside() -> dict[str, Any]:
    """Everything that is measured, inside the deployment whose surroundings this process has."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "undercity.site.settings"
    import django

    django.setup()
    from undercity.appraisal.actions import asked, refresh
    from undercity.appraisal.queries.months import running_month
    from undercity.appraisal.queries.scores import all_rankings
    from undercity.cases.models import Case

    shutil.rmtree(Path(os.environ["UNDERCITY_VAR"]) / "facts", ignore_errors=True)
    full = seconds(refresh)
    month = running_month()
    rounds = []
    for seed in range(ROUNDS):
        report(seed)
        rounds.append(seconds(lambda: asked(lambda facts: all_rankings(facts, month))))
    department = asked(lambda facts: all_rankings(facts, month))[0]
    return {"full": full, "rounds": rounds, "month": month, "cases": Case.objects.count(),
            "of_month": sum(row.size for row in department.rows), "pages": pages(month, department.rows[0].scored.id)}


def report(seed: int) -> None:
    """So many new entries: reports from anywhere, and cases moved on."""
    from undercity import clock
    from undercity.cases.actions.filing import close_case
    from undercity.cases.actions.reporting import report as reported
    from undercity.cases.models import Case
    from undercity.cases.states import Source, Stage
    from undercity.ledger.models import Duty
    from undercity.org.models import Appointment
    from undercity.org.powers import THE_CITIZEN
    from undercity.org.queries import actor_for_person, directory

    dice, streets = random.Random(seed), [one.id for one in directory().cards.values() if one.kind == "street"]
    categories = sorted(set(Case.objects.values_list("category", flat=True)[:500]))
    closing = list(Case.objects.filter(stage=Stage.CLOSING)[:2])
    for case in closing:
        person = Appointment.objects.get(post=Duty.objects.get(pk=case.duty).post, ends__isnull=True).person_id
        actor = actor_for_person(person) if person else None
        if actor:
            close_case(case.uid, by=actor, at=clock.now())
    for number in range(ENTRIES - len(closing)):
        reported(by=THE_CITIZEN, at=clock.now(), source=Source.CITIZEN, category=dice.choice(categories),
                 text=f"第 {number} 处", territory=dice.choice(streets))


def pages(month: str, department: int) -> dict[str, float]:
    """Milliseconds of each page in this process when the facts are fresh: counted before, and first in a minute."""
    from django.conf import settings
    from django.test import Client

    from undercity.appraisal.queries import months
    from undercity.org.models import Appointment

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    person = Appointment.objects.filter(post__role="evaluator", ends__isnull=True).first()
    assert person is not None
    assert person.person is not None
    client.force_login(person.person)
    score = f"/desk/scores/{month}/department/{department}/"
    found = {}
    for name, address in (("ranking", "/desk/scores/"), ("score", score), ("cases", f"{score}intime_dispose_rate/")):
        def view(address: str = address) -> None:
            answer = client.get(address)
            assert answer.status_code == 200, answer.content[:500]

        view()
        found[name] = statistics.median(seconds(view) for _ in range(VIEWS)) * 1000
        anew = []
        for _ in range(VIEWS):
            # A key's third part is its minute, None for what no moment changes.
            for key in [key for key in months._kept if key[2] is not None]:
                del months._kept[key]
            anew.append(seconds(view))
        found[f"{name} first in a minute"] = statistics.median(anew) * 1000
    return found


def rows_of(measured: dict[str, Any], busy: float) -> list[dict[str, Any]]:
    """The figures in the house format."""
    conditions = (f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite, "
                  f"load average {busy:.1f} from elsewhere, nice {os.nice(0)}, "
                  f"{measured['cases']} cases of which {measured['of_month']} filed in {measured['month']}; "
                  f"{ENTRIES} new entries, then refresh of the facts and every ranking of the month, "
                  f"median of {ROUNDS}; make bench ONLY=appraisal")

    def row(name: str, value: float, unit: str, most: float | None) -> dict[str, Any]:
        return {"name": name, "value": round(value, 3 if unit == "s" else 1), "unit": unit, "peer": None,
                "peer_value": None, "ratio": None, "limit": f"< {most}" if most else None, "conditions": conditions,
                "met": most is None or value < most}

    return [row(f"month composites {cities.CASES} cases", statistics.median(measured["rounds"]), "s",
                COMPOSITES_MOST_S),
            row(f"full export {cities.CASES} cases", measured["full"], "s", None),
            *(row(f"page {name}", value, "ms", PAGE_MOST_MS) for name, value in measured["pages"].items())]


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", type=Path, help="a state folder that holds the city already")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.inside:
        print(RESULT + json.dumps(inside()), flush=True)
        return 0
    # What else this machine is doing, before the measurement itself is part of it.
    busy = os.getloadavg()[0]
    with copied(words.city) if words.city else built() as surroundings:
        done = subprocess.run([sys.executable, __file__, "--inside"], env=surroundings, capture_output=True, text=True,
                              timeout=1800, check=False)
    if done.returncode:
        raise SystemExit(f"the measurement failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    rows = rows_of(json.loads(done.stdout.split(RESULT)[1]), busy)
    for one in rows:
        print(f"{one['name']}: {one['value']} {one['unit']}", flush=True)
    return cities.written("appraisal", rows)


if __name__ == "__main__":
    raise SystemExit(main())
