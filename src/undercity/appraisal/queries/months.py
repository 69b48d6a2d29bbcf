"""What was counted in a month, for every indicator of the scheme: small SQL over the facts, kept for a minute."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from undercity import clock
from undercity.appraisal.engine import DuckEngine, Engine
from undercity.appraisal.indicators import INDICATORS, Indicator
from undercity.appraisal.queries.export import Standing
from undercity.appraisal.rules import Count
from undercity.appraisal.scheme import Scheme
from undercity.appraisal.told import microseconds
from undercity.errors import NotFound

Counts = Mapping[str, Mapping[int, Count]]
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z")
KEPT = 24
_kept: dict[tuple[Any, ...], Counts] = {}


def running_month() -> str:
    """The month of this moment."""
    return f"{clock.now():%Y-%m}"


def checked_month(text: str) -> str:
    """A month as it was asked for; NotFound says how to write one."""
    if not MONTH.match(text):
        raise NotFound(_("There is no such month."), remedy=_("Write it as 2026-07."))
    return text


def this_minute() -> datetime:
    """The moment at which things are judged: the beginning of this minute, so that a page need not count twice."""
    return clock.now().replace(second=0, microsecond=0)


@contextmanager
def opened(facts: Standing, month: str) -> Iterator[Engine]:
    """An engine that sees the facts of a month."""
    engine = DuckEngine()
    try:
        engine.open(facts.paths(month))
        yield engine
    finally:
        engine.close()


def counted(facts: Standing, month: str, scheme: Scheme, at: datetime) -> Counts:
    """Indicator → owner (post, department, street) → what was counted in a month, as things stand at a moment.

    Kept by the names of the files, which never carry other rows: as long as they and the minute stay, so does it.
    """
    wanted = {measure.indicator for objects in scheme.objects.values() for measure in objects.measures}
    wanted.update(code for objects in scheme.objects.values() for code in objects.counts)
    files = tuple(str(path) for paths in facts.paths(month).values() for path in paths)
    key = (files, month, at, frozenset(wanted))
    found = _kept.get(key)
    if found is None:
        with opened(facts, month) as engine:
            found = count(engine, [INDICATORS[code] for code in sorted(wanted)], month, at)
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = found
    return found


def count(engine: Engine, indicators: Iterable[Indicator], month: str, at: datetime) -> Counts:
    """Count several indicators: one statement for all that share a table, an owner and a month."""
    together: dict[tuple[str, str, str], list[Indicator]] = {}
    for one in indicators:
        together.setdefault((one.table, one.owner.value, one.month), []).append(one)
    found: dict[str, dict[int, Count]] = {}
    for (table, owner, column), several in together.items():
        sums = ", ".join(f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)" for one in several
                         for condition in (both(one, at), f"({spelled(one.within, at)})"))
        rows = engine.rows(f"SELECT {owner}, {sums} FROM {table} WHERE {column} = '{month}' AND {owner} IS NOT NULL "
                           f"GROUP BY {owner}")
        for place, one in enumerate(several):
            found[one.code] = {row[0]: Count(int(row[1 + 2 * place]), int(row[2 + 2 * place])) for row in rows
                               if row[2 + 2 * place]}
    return found


def both(one: Indicator, at: datetime) -> str:
    """The condition of the numerator, which lies within the denominator."""
    return f"({spelled(one.within, at)}) AND ({spelled(one.counted, at)})"


def spelled(condition: str, at: datetime) -> str:
    """A condition with the moment written into it."""
    return condition.replace("{now}", str(microseconds(at)))
