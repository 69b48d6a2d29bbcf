"""处置: what the department does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from undercity.cases import kinds
from undercity.cases.actions.moving import turn
from undercity.cases.facts import Done, Returned
from undercity.cases.models import Case
from undercity.cases.states import Stage, Verb
from undercity.ledger.pictures import Picture
from undercity.org.powers import Actor
from undercity.org.states import Power, Role


def report_done(case: UUID, *, by: Actor, at: datetime, photos: Sequence[Picture], seen: int | None = None,
                note: str = "") -> Case:
    """处置反馈: solved, with at least one photo taken afterwards."""
    with turn(case, Verb.DONE, by=by, at=at, seen=seen) as now:
        assert now.case.department_id is not None
        assert now.case.due_at is not None
        return now.record(Done(closes=now.duty, **now.evidence(note, photos, public=True),
                               department=now.case.department_id, due_at=now.case.due_at,
                               opens=now.opens(kinds.REVIEW, Power.CASE_REVIEW, Role.DISPATCHER)))


def return_to_dispatch(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """回退: not ours; back to the dispatcher with the reason."""
    with turn(case, Verb.RETURN_TO_DISPATCH, by=by, at=at, seen=seen) as now:
        return now.record(Returned(closes=now.duty, **now.evidence(reason), to=Stage.DISPATCH,
                                   opens=now.opens(kinds.DISPATCH, Power.CASE_DISPATCH, Role.DISPATCHER)))
