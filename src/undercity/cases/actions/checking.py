"""核查: is it really solved?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from undercity.cases import kinds
from undercity.cases.actions.moving import turn
from undercity.cases.facts import CheckConfirmed, Checked
from undercity.cases.models import Case
from undercity.cases.states import Check, Verb
from undercity.ledger.pictures import Picture
from undercity.org.powers import Actor
from undercity.org.states import Power, Role


def answer_check(case: UUID, *, by: Actor, at: datetime, answer: Check, seen: int | None = None, note: str = "",
                 photos: Sequence[Picture] = ()) -> Case:
    """核查: the inspector says what he found on the spot."""
    with turn(case, Verb.ANSWER_CHECK, by=by, at=at, seen=seen) as now:
        return now.record(Checked(closes=now.duty, **now.evidence(note, photos), answer=answer, inspector_post=by.post,
                                  opens=now.opens(kinds.CONFIRM, Power.CASE_INTAKE, Role.INTAKE_OFFICER)))


def confirm_check(case: UUID, *, by: Actor, at: datetime, solved: bool, seen: int | None = None,
                  note: str = "") -> Case:
    """核查确认: the intake officer takes the inspector's answer; solved goes to closing, else back to dispatch."""
    verb = Verb.CONFIRM_PASSED if solved else Verb.CONFIRM_FAILED
    with turn(case, verb, by=by, at=at, seen=seen) as now:
        opens = (now.opens(kinds.CLOSE, Power.CASE_CLOSE, Role.SHIFT_LEAD) if solved
                 else now.opens(kinds.DISPATCH, Power.CASE_DISPATCH, Role.DISPATCHER))
        return now.record(CheckConfirmed(closes=now.duty, **now.evidence(note), opens=opens,
                                         answer=Check(now.case.check_answer)))
