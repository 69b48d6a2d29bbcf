"""What was counted in a month, for every indicator of the scheme: small SQL over the facts, kept for a minute."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
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
COUNTS_KEPT, ENGINES_KEPT = 48, 3
_kept: dict[tuple[Any, ...], Counts] = {}
_engines: dict[tuple[str, ...], DuckEngine] = {}


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


def opened(facts: Standing, month: str) -> Engine:
    """An engine that sees the facts of a month; kept open by the names of its files, since opening costs more than most
    questions."""
    paths = facts.paths(month)
    files = _names(paths)
    known = _engines.get(files)
    if known is None:
        known = DuckEngine()
        known.open(paths)
        _put(_engines, files, known, ENGINES_KEPT)
    return known.beside()


def counted(facts: Standing, month: str, scheme: Scheme, at: datetime) -> Counts:
    """Indicator → owner (post, department, street) → what was counted in a month, as things stand at a moment.

    Kept by the names of the files, which never carry other rows: what no moment changes as long as they stay, the rest
    for its minute.
    """
    wanted = {measure.indicator for objects in scheme.objects.values() for measure in objects.measures}
    wanted.update(code for objects in scheme.objects.values() for code in objects.counts)
    indicators = [INDICATORS[code] for code in sorted(wanted)]
    files = _names(facts.paths(month))
    found: dict[str, Mapping[int, Count]] = {}
    for several, moment in (([one for one in indicators if not one.by_the_clock], None),
                            ([one for one in indicators if one.by_the_clock], at)):
        key = (files, month, moment, tuple(one.code for one in several))
        part = _kept.get(key)
        if part is None:
            part = count(opened(facts, month), several, month, at)
            _put(_kept, key, part, COUNTS_KEPT)
        found.update(part)
    return found


def _names(paths: Mapping[str, Sequence[Path]]) -> tuple[str, ...]:
    return tuple(str(path) for several in paths.values() for path in several)


def _put(kept: dict[Any, Any], key: Any, value: Any, most: int) -> None:
    # What is dropped here and still asked by another thread closes when that thread is done with it.
    while len(kept) >= most:
        kept.pop(next(iter(kept)), None)
    kept[key] = value


def count(engine: Engine, indicators: Iterable[Indicator], month: str, at: datetime) -> Counts:
    """Count several indicators: one statement for all that share a table, an owner and a month."""
    together: dict[tuple[str, str, str], list[Indicator]] = {}
    for one in indicators:
        together.setdefault((one.table, one.owner.value, one.month), []).append(one)
    found: dict[str, dict[int, Count]] = {}
    for (table, owner, column), several in together.items():
        sums = ", ".join(f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)" for one in several
                         for condition in (both(one, at), f"({spelled(one.within, at)})"))
        # What stands in no denominator is left where it lies: most duties are none of a template.
        any_of = " OR ".join(f"({spelled(one.within, at)})" for one in several)
        rows = engine.rows(f"SELECT {owner}, {sums} FROM {table} WHERE {column} = '{month}' AND {owner} IS NOT NULL "
                           f"AND ({any_of}) GROUP BY {owner}")
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
