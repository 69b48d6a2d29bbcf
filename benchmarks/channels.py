"""3,000 orders to 3,000 holders through a real gateway of text messages that takes 50 ms for each, on both databases.

The gateway is a web server beside the deployment; what is measured is the time from the first claim to the last answer
noted, and the time in which the notices are written. Limits are the issue's: written in under 1 s, handed over in under
30 s. COUNT=300 measures fewer.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._cities import figure, must, written  # noqa: E402 - the root must be on the path first
from tests.notices.receivers import receiver  # noqa: E402
from tests.server import Server  # noqa: E402
from tools import postgres  # noqa: E402

COUNT = int(os.environ.get("COUNT", "3000"))
ROUNDS, ANSWER_S = 3, 0.05
WRITE_MOST_S, SEND_MOST_S = 1.0, 30.0


def inside(count: int) -> list[tuple[float, float]]:
    """Seconds to write and to hand over, a pair a round; run in the deployment's own process."""
    from uuid import uuid4

    from undercity import clock
    from undercity.notices.actions import ToPost, deliver_waiting, put_many
    from undercity.notices.models import Address, Delivery, Notice
    from undercity.notices.states import Channel
    from undercity.org.models import Appointment, Body, Person, Post

    now = clock.now()
    body = Body.objects.create(key="bench", kind="office", path="bench/")
    people = Person.objects.bulk_create(Person(username=f"bench-{n}", name_zh="某") for n in range(count))
    posts = Post.objects.bulk_create(Post(key=f"bench-{n}", body=body, role="leader", title_zh="岗", title_en="p")
                                     for n in range(count))
    held = Appointment.objects.bulk_create(Appointment(post=post, person=person, begins=now)
                                           for post, person in zip(posts, people, strict=True))
    Address.objects.bulk_create(Address(person=person, channel=Channel.SMS, address=f"139{n:08d}", rank=0, made_at=now)
                                for n, person in enumerate(people))
    taken = []
    for _round in range(ROUNDS):
        batch = uuid4()
        rows = [ToPost("order.given", post.pk, one.pk, "activation", batch)
                for post, one in zip(posts, held, strict=True)]
        begun = perf_counter()
        assert put_many(rows, batch=batch) == count
        wrote = perf_counter() - begun
        begun = perf_counter()
        # A try that failed waits its pause, as it does for the worker: the round is over when all are delivered.
        while Notice.objects.filter(batch=batch, state="waiting").exists() and perf_counter() - begun < 300:
            deliver_waiting(seconds=300)
            sleep(0.05)
        taken.append((wrote, perf_counter() - begun))
        assert Notice.objects.filter(batch=batch, state="delivered").count() == count
        assert put_many(rows, batch=batch) == 0
    assert Delivery.objects.filter(succeeded=True).count() == count * ROUNDS
    for why in Delivery.objects.filter(succeeded=False).values_list("detail", flat=True):
        print(f"tried again: {why}")
    return taken


@contextmanager
def deployment(kind: str, gateway: str) -> Iterator[Server]:
    """A deployment that really sends, with an empty database."""
    settings = {"UNDERCITY_DEMO": "false", "UNDERCITY_LOG_LEVEL": "WARNING", "UNDERCITY_SMS": gateway}
    with tempfile.TemporaryDirectory(prefix="undercity-bench-") as folder:
        if kind == "sqlite":
            yield Server(Path(folder), f"sqlite:///{folder}/undercity.sqlite3", extra=settings)
        else:
            with postgres.throw_away() as database:
                yield Server(Path(folder), database.url, extra=settings)


def main() -> int:
    """Measure, print, write; 1 when a limit is missed."""
    conditions = (f"{platform.machine()}, {os.cpu_count()} cores with the gateway beside the worker, Python "
                  f"{platform.python_version()}, {COUNT} holders, the gateway answers after {ANSWER_S * 1000:.0f} ms, "
                  f"median of {ROUNDS} rounds, make bench ONLY=channels")
    rows: list[dict[str, Any]] = []
    for kind in ("sqlite", "postgresql"):
        with receiver() as gateway, deployment(kind, gateway.base) as served:
            gateway.seconds = ANSWER_S
            must("setup", environment=served.environment)
            done = served.run("shell", "--no-imports", "-c", f"import sys, json; sys.path.insert(0, {str(ROOT)!r}); "
                              f"from benchmarks.channels import inside; print(json.dumps(inside({COUNT})))")
            if done.returncode:
                raise SystemExit(done.stderr[-3000:])
            taken = json.loads(done.stdout.splitlines()[-1])
            print("\n".join(done.stdout.splitlines()[:-1]), end="", flush=True)
            assert len(set(gateway.keys())) == COUNT * ROUNDS, "each message"
            assert len(gateway.got) <= COUNT * ROUNDS + done.stdout.count("tried again"), "no message twice"
            write, send = (statistics.median(pair[nth] for pair in taken) for nth in (0, 1))
            print(f"{kind}: written in {write:.2f} s, handed over in {send:.1f} s", flush=True)
            rows += [figure(f"{COUNT} notices write {kind}", write, "s", WRITE_MOST_S, conditions),
                     figure(f"{COUNT} messages handed over {kind}", send, "s", SEND_MOST_S, conditions)]
    return written("channels", rows)


if __name__ == "__main__":
    raise SystemExit(main())
