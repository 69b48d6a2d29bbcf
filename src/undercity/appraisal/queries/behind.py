"""The duties and cases behind a number 扣分明细: what counted for, what against, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _, ngettext

from undercity.appraisal.columns import DUTIES
from undercity.appraisal.indicators import Indicator
from undercity.appraisal.queries.export import Standing
from undercity.appraisal.queries.months import both, opened, spelled
from undercity.appraisal.queries.scores import Ranked, Ranking
from undercity.appraisal.states import Loss, Owner, Scores
from undercity.appraisal.told import moment
from undercity.cases.kinds import DISPOSE
from undercity.cases.states import Outcome
from undercity.ledger.kinds import DutyKind, kind
from undercity.ledger.lights import day_and_minute, duration
from undercity.ledger.subjects import Line, subject
from undercity.org.addresses import address_of

PAGE = 100
WANTED = {DUTIES: ("subject", "subject_kind", "kind", "assigned", "due", "done", "outcome", "rework")}
OF_CASES = ("stream", "'case'", f"'{DISPOSE}'", "COALESCE(filed, reported)", "due", "done", "outcome", "rework")


@dataclass(frozen=True, slots=True)
class Behind:
    """A duty or case behind a number: its page ("" when it has none), whether it counted, why it was lost.

    `open`: it does not count for anybody yet, but there is still time.
    """

    subject: UUID
    href: str
    kind: DutyKind | None
    line: Line | None
    at: datetime
    counted: bool
    lost: bool
    open: bool
    reason: str

    @property
    def given(self) -> str:
        """When it was given, as a list shows it."""
        return day_and_minute(self.at)


@dataclass(frozen=True, slots=True)
class _Fact:
    subject: UUID
    subject_kind: str
    kind: str
    at: int
    due: int | None
    done: int | None
    outcome: str
    rework: int
    counted: int


def behind(facts: Standing, ranking: Ranking, row: Ranked, indicator: Indicator, *, page: int = 1) -> list[Behind]:
    """A page of what stands behind an indicator of one object, what was lost first, then the newest first."""
    owners = [row.scored.id]
    if indicator.owner is Owner.TERRITORY:
        owners = ranking.roll.streets_of(row.scored.id, ranking.counts.get(indicator.code, {}))
    if not owners:
        return []
    at, bad = ranking.at, is_bad(ranking, indicator)
    columns = WANTED.get(indicator.table, OF_CASES)
    order = "DESC" if bad else "ASC"
    sql = (f"SELECT {', '.join(columns)}, CASE WHEN {both(indicator, at)} THEN 1 ELSE 0 END AS counted "
           f"FROM {indicator.table} WHERE {indicator.month} = '{ranking.month}' "
           f"AND {indicator.owner.value} IN ({', '.join(map(str, owners))}) AND ({spelled(indicator.within, at)}) "
           f"ORDER BY counted {order}, {columns[3]} DESC, {columns[0]} LIMIT {PAGE} OFFSET {PAGE * (page - 1)}")
    found = [_Fact(*values) for values in opened(facts, ranking.month).rows(sql)]
    return _told(found, indicator, bad, at)


def is_bad(ranking: Ranking, indicator: Indicator) -> bool:
    """Does what is counted here count against somebody?"""
    return any(measure.indicator == indicator.code and measure.scores is Scores.BAD
               for measure in ranking.objects.measures)


def _told(found: Sequence[_Fact], indicator: Indicator, bad: bool, at: datetime) -> list[Behind]:
    lines: dict[Any, Line] = {}
    for name in {fact.subject_kind for fact in found}:
        keeper = subject(name)
        if keeper is not None:
            lines.update(keeper.describe([fact.subject for fact in found if fact.subject_kind == name]))
    told, address = [], cache(address_of)
    for fact in found:
        its = _kind(fact.kind)
        counted = bool(fact.counted)
        lost = not indicator.is_volume and counted == bad
        href = address(its.page)(fact.subject) if its else ""
        told.append(Behind(fact.subject, href, its, lines.get(fact.subject), moment(fact.at), counted, lost,
                           lost and not bad and _has_time(fact, at),
                           reason(indicator.loss, fact, at) if lost else ""))
    return told


def _has_time(fact: _Fact, at: datetime) -> bool:
    return fact.done is None and not fact.outcome and (fact.due is None or moment(fact.due) >= at)


def _kind(code: str) -> DutyKind | None:
    try:
        return kind(code)
    except KeyError:
        # A duty of a room that is not installed any more still counts; it has no page.
        return None


def reason(loss: Loss, fact: _Fact, at: datetime) -> str:
    """Why a duty or case counts against somebody, in the reader's language."""
    if loss is Loss.MISSED:
        return _("reported by others, not by the inspector of this street")
    if loss is Loss.REWORKED:
        return ngettext("sent back for rework %(count)d time", "sent back for rework %(count)d times",
                        fact.rework) % {"count": fact.rework}
    if loss is Loss.VOIDED:
        return _("voided after filing")
    if loss is Loss.NOT_VALID:
        return str(Outcome(fact.outcome).label) if fact.outcome in Outcome.values else _("not filed yet")
    if loss is Loss.MOVED_ON and fact.done is not None:
        return _("went on to another department")
    if loss is Loss.NOT_CLOSED and fact.done is not None:
        return _("handled, not closed yet")
    return _lateness(fact, at)


def _lateness(fact: _Fact, at: datetime) -> str:
    if fact.outcome == "refused":
        return _("refused, and nobody agreed to it")
    if fact.done is not None and fact.due is not None:
        return _("late by %(amount)s") % {"amount": duration(moment(fact.done) - moment(fact.due))}
    if fact.due is not None and moment(fact.due) < at:
        return _("not done, overdue by %(amount)s") % {"amount": duration(at - moment(fact.due))}
    return _("in hand, not overdue")
