"""A year of the sample city: when its cases are reported, and what its desks find open on the evening it ends."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import partial

from django.db import connection

from undercity.cases import kinds
from undercity.city.actions.casework import Case
from undercity.city.actions.teller import Packed, Shelf, Teller, store
from undercity.city.beside import beside
from undercity.city.rhythm import moments

AT_ONCE = 1000
# Always so many, whatever the machine: with another number the same seed would tell another city.
TELLERS = 2
# What waits on the evening: kind of duty → how many, minutes on the way to it, minutes it lies there already when it
# is in time, and when it is late, and how many of ten are late. Enough for every desk, and never more.
WAITING: dict[str, tuple[int, int, tuple[int, int], tuple[int, int], int]] = {
    kinds.INTAKE: (16, 0, (1, 12), (17, 40), 2),
    kinds.VERIFY: (16, 6, (2, 24), (34, 65), 2),
    kinds.FILE: (12, 20, (1, 11), (17, 35), 2),
    kinds.DISPATCH: (12, 26, (1, 11), (17, 35), 2),
    kinds.REVIEW: (10, 0, (2, 24), (34, 60), 2),
    kinds.CHECK: (14, 12, (2, 22), (34, 60), 2),
    kinds.CONFIRM: (6, 24, (1, 11), (17, 30), 2),
    kinds.CLOSE: (10, 30, (2, 24), (34, 60), 2),
}
HANDLED = 64
MOST_WAITING = 0.3
BEHIND_THE_DEPARTMENT = {kinds.REVIEW, kinds.CHECK, kinds.CONFIRM, kinds.CLOSE}
Start = tuple[datetime, str, timedelta]


def tell_cases(count: int, *, until: datetime, days: int, say: Callable[[str], None]) -> int:
    """Tell so many cases spread over the days before a moment; how many entries that made."""
    if not count:
        return 0
    teller = Teller(until, until - timedelta(days=days))
    waiting = _waiting(int(count * MOST_WAITING), until, teller.dice)
    starts: list[Start] = [(at, "", timedelta(0)) for at in moments(
        count - len(waiting), until=until, days=days, seasons=teller.seasons, works=teller.calendar.is_working,
        dice=teller.dice)]
    starts = sorted([*starts, *waiting], key=lambda start: start[0])
    tellers = [partial(_told, teller, starts, which) for which in range(TELLERS)]
    total = done = 0
    with _without_collecting(), closing(beside(tellers)) as told:
        for cases, packed in told:
            total += store(packed)
            done += cases
            say(f"cases: {done} of {count}")
    _know_the_tables()
    return total


def _told(teller: Teller, starts: Sequence[Start], which: int) -> Iterator[tuple[int, Packed]]:
    """One teller's share of the cases, so many at once, ready to be stored."""
    teller = teller.another(which)
    for first in range(which * AT_ONCE, len(starts), TELLERS * AT_ONCE):
        some = starts[first:first + AT_ONCE]
        for number, (at, stops, tail) in enumerate(some, start=first + 1):
            Case(teller, at, number, stops, tail).tell()
        yield len(some), teller.shelf.pack()
        teller.shelf = Shelf()


@contextmanager
def _without_collecting() -> Iterator[None]:
    # Millions of small things that hold no circles: looking for circles among them takes a fifth of the time.
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _waiting(most: int, until: datetime, dice: random.Random) -> list[Start]:
    """Where and since when cases wait on the evening; at most so many, of every kind its share."""
    wanted = sum(row[0] for row in WAITING.values()) + HANDLED
    share = min(1.0, most / wanted)
    found: list[Start] = []
    for kind, (number, way, in_time, late, of_ten) in WAITING.items():
        for nth in range(int(number * share)):
            age = dice.uniform(*(late if nth % 10 >= 10 - of_ten else in_time))
            tail = timedelta(seconds=int((way + age) * 60))
            # The department had it some hours before; what comes before the department is as old as its way.
            before = timedelta(minutes=dice.uniform(50, 300)) if kind in BEHIND_THE_DEPARTMENT else timedelta(0)
            found.append((until - tail - before, kind, tail))
    for _nth in range(int(HANDLED * share)):
        spans = ((0.7, 1.9), (1.9, 8), (8, 40), (40, 130))
        hours = dice.uniform(*dice.choices(spans, (30, 20, 30, 20))[0])
        found.append((until - timedelta(hours=hours), kinds.DISPOSE, timedelta(hours=dice.uniform(1, 28))))
    return [(at.replace(microsecond=0), kind, tail) for at, kind, tail in found]


def _know_the_tables() -> None:
    """Tell the database how its tables fill: without that it sorts all cases of a district to list the newest."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 2000")
        cursor.execute("ANALYZE")
