"""合并: the same problem reported twice goes on as one case, and no reporter is lost."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from undercity.cases.actions.moving import locked, turn
from undercity.cases.facts import SUBJECT, Joined, Merged
from undercity.cases.models import Case
from undercity.cases.numbers import row_of
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import OPEN, Stage, Verb
from undercity.db import write
from undercity.errors import RuleBroken
from undercity.ledger.actions import record
from undercity.org.powers import Actor


def merge(case: UUID, *, by: Actor, at: datetime, into: str, seen: int | None = None, note: str = "") -> Case:
    """Merge a case with the open one that has the number `into`, which then counts its reporters as well.

    RuleBroken when there is no such case, when it is the same one, or when it has ended.
    """
    found = row_of(into)
    with write():
        # Both rows in one order, or two officers merging two cases crosswise would wait for each other for ever.
        list(visible_to(by).filter(Q(uid=case) | Q(pk=found or 0)).select_for_update(of=("self",)).order_by("pk"))
        return _merged(case, found, by=by, at=at, into=into, seen=seen, note=note)


def _merged(case: UUID, found: int | None, *, by: Actor, at: datetime, into: str, seen: int | None,
            note: str) -> Case:
    with turn(case, Verb.MERGE, by=by, at=at, seen=seen) as now:
        other = visible_to(by).filter(pk=found).first() if found is not None else None
        if other is None or other.number != into.strip():
            raise RuleBroken(_("There is no case “%(number)s”.") % {"number": into[:40]}, field="into",
                             remedy=_("Copy the number of the case it belongs to."))
        if other.pk == now.row.pk:
            raise RuleBroken(_("A case is not merged with itself."), field="into",
                             remedy=_("Give the number of the other case."))
        if Stage(other.stage) not in OPEN:
            raise RuleBroken(_("Case %(number)s has ended.") % {"number": other.number}, field="into",
                             remedy=_("Choose an open case, or go on with this one."))
        _row, stream = locked(visible_to(by).filter(pk=other.pk))
        merged = now.record(Merged(closes=now.duty, opens=None, **now.evidence(note), into=other.uid))
        record(Joined(other=now.row.uid, reporters=now.case.reporters), stream_kind=SUBJECT, stream=other.uid,
               was=stream, by=by, at=at)
        return merged
