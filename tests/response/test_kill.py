"""kill -9 while the orders of a level are given, twice: afterwards each is there once, and each holder is told."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.server import COMMAND, Server, undercity

OFFICER = """
import json, sys
from undercity import clock
from undercity.org.models import Appointment
from undercity.org.queries import actor_for_person
from undercity.response.actions import levels
from undercity.response.models import Order, Response
from undercity.response.plans.queries import content_of, in_force
from undercity.response.queries.planning import bodies_in_force, drafts, plan_by_id
officer = actor_for_person(Appointment.objects.get(post__key="duty-officer-1", ends=None).person_id)
day = clock.now().date()
body = next(one for one in bodies_in_force(day) if content_of(in_force(one, day)).confirm.persons == 1)
"""
CONFIRM = OFFICER + """
row = levels.propose_level(body, 1, by=officer, at=clock.now(), basis="received", note="x")
print("go", flush=True)
levels.confirm(row.pk, by=officer, at=clock.now())
"""
STAND_DOWN = OFFICER + """
row = levels.propose_level(body, 0, by=officer, at=clock.now(), basis="officer", note="x")
levels.confirm(row.pk, by=officer, at=clock.now())
"""
COUNT = OFFICER + """
from undercity.notices.models import Notice
row = Response.objects.filter(body=body).order_by("-proposed_at").first()
plan = plan_by_id(row.plan)
wanted = {draft.key for draft in drafts(plan, row.level)} if plan else set()
given = list(Order.objects.filter(response=row).values_list("key", flat=True))
told = Notice.objects.filter(code="response.orders", subject=row.pk)
posts = set(Order.objects.filter(response=row, post__isnull=False).values_list("post", flat=True))
print(json.dumps({"level": row.level, "complete": row.issued == row.wave, "wanted": len(wanted), "given": len(given),
                  "same": sorted(wanted) == sorted(given), "posts": len(posts),
                  "told": sorted(told.values_list("post", flat=True)) == sorted(posts),
                  "untried": told.filter(deliveries__isnull=True).count()}))
"""


def run(served: Server, script: str) -> str:
    """A script in a process of its own, to its end."""
    done = undercity("shell", "--no-imports", "-c", script, environment=served.environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def killed(served: Server, *words: str, after: float, sign: bool = False) -> None:
    """A process that is killed so many seconds after it began, or after it said "go"."""
    process = subprocess.Popen([COMMAND, *words], env=served.environment, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    if sign:
        assert process.stdout.readline().strip() == b"go"
    time.sleep(after)
    process.kill()
    process.wait(30)
    process.stdout.close()


@pytest.mark.deep
@pytest.mark.timeout(1800)
def test_orders_survive_two_kills_each_once_and_every_holder_is_told(
        server: Callable[..., Server], rounds: Callable[[int, int], int]) -> None:
    served, dice, cut = server(city=True), random.Random(17), 0
    served.stop()
    for _round in range(rounds(1, 20)):
        killed(served, "shell", "--no-imports", "-c", CONFIRM, after=dice.uniform(0, 0.5), sign=True)
        before = json.loads(run(served, COUNT).strip().splitlines()[-1])
        cut += not before["complete"]
        if not before["level"]:
            # Killed before the decision itself was written: it is not in force, and nobody was told.
            assert before["given"] == 0
            run(served, OFFICER + "row = Response.objects.filter(body=body).latest('proposed_at')\n"
                                  "levels.confirm(row.pk, by=officer, at=clock.now())")
        killed(served, "work", "--once", after=dice.uniform(0.5, 3))
        done = undercity("work", "--once", environment=served.environment)
        assert done.returncode == 0, done.stderr[-2000:]
        found = json.loads(run(served, COUNT).strip().splitlines()[-1])
        assert found["complete"]
        assert found["same"], found
        assert found["told"], found
        run(served, STAND_DOWN)
    replayed = undercity("ledger", "replay", environment=served.environment)
    assert replayed.returncode == 0, replayed.stdout[-2000:]
    print(f"rounds in which the giving was cut: {cut}")


SILENCE = """
import json
from collections import Counter
from datetime import timedelta
from undercity import clock
from undercity.ledger.models import Entry
from undercity.notices.models import Notice
from undercity.response.models import Order
told = list(Entry.objects.filter(verb__startswith="order.silence_told").values_list("stream", "facts", "at"))
orders = Order.objects.in_bulk([stream for stream, _facts, _at in told])
early = [str(stream) for stream, facts, at in told
         if at < orders[stream].held_from + timedelta(minutes=orders[stream].chain[facts["told"] - 1][1])]
many = Counter((stream, facts["told"]) for stream, facts, _at in told)
twice = [str(one) for one, count in many.items() if count > 1]
waiting = Order.objects.filter(standing="issued", silent_at__lte=clock.now(), timeline="real").count()
notices = Notice.objects.filter(code="order.silent").count()
print(json.dumps({"told": len(told), "early": early, "twice": twice, "missed": waiting,
                  "notices": notices - sum(facts["post"] is not None for _stream, facts, _at in told)}))
"""


@pytest.mark.timeout(600)
def test_two_workers_one_of_them_killed_tell_each_silence_once_and_none_early(server: Callable[..., Server]) -> None:
    served, dice, before = server(city=True), random.Random(5), -1
    served.stop()
    run(served, CONFIRM)
    said = run(served, "from undercity import clock; print(clock.now().isoformat())")
    given = datetime.fromisoformat(said.split()[-1])
    for minutes in (1, 12, 26, 70):
        real = datetime.now(given.tzinfo).isoformat(timespec="seconds")
        moved = {**served.environment, "UNDERCITY_CLOCK": f"{(given + timedelta(minutes=minutes)).isoformat()}@{real}"}
        both = [subprocess.Popen([COMMAND, "work", "--once"], env=moved, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL) for _worker in range(2)]
        time.sleep(dice.uniform(2, 4))
        both[0].kill()
        assert both[1].wait(120) == 0
        both[0].wait(30)
        done = undercity("work", "--once", environment=moved)
        assert done.returncode == 0, done.stderr[-2000:]
        found = json.loads(undercity("shell", "--no-imports", "-c", SILENCE, environment=moved).stdout.splitlines()[-1])
        assert (found["early"], found["twice"], found["missed"], found["notices"]) == ([], [], 0, 0), (minutes, found)
        assert found["told"] > before or minutes == 70, found
        before = found["told"]
    assert before > 50
