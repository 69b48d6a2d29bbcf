"""受理: what the intake officer decides, and the inspector's verification."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from undercity.cases import kinds
from undercity.cases.actions.moving import turn
from undercity.cases.facts import HandledOnTheSpot, HandlingConfirmed, PassedOn, RefusedCase, VerificationSent, Verified
from undercity.cases.models import Case
from undercity.cases.states import Outcome, Verb, Verification
from undercity.ledger.pictures import Picture
from undercity.org.powers import Actor
from undercity.org.states import Power, Role


def send_verification(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "",
                      inspector: int | None = None) -> Case:
    """发核实: ask an inspector whether the problem is there; `inspector`: a post, or None for whose turn it is."""
    with turn(case, Verb.SEND_VERIFICATION, by=by, at=at, seen=seen) as now:
        return now.record(VerificationSent(closes=now.duty, **now.evidence(note),
                                           opens=now.opens(kinds.VERIFY, Power.CASE_VERIFY, Role.INSPECTOR, inspector)))


def answer_verification(case: UUID, *, by: Actor, at: datetime, answer: Verification, seen: int | None = None,
                        note: str = "", photos: Sequence[Picture] = ()) -> Case:
    """核实: the inspector says what is there."""
    with turn(case, Verb.ANSWER_VERIFICATION, by=by, at=at, seen=seen) as now:
        return now.record(Verified(closes=now.duty, **now.evidence(note, photos), answer=answer, inspector_post=by.post,
                                   opens=now.opens(kinds.INTAKE, Power.CASE_INTAKE, Role.INTAKE_OFFICER)))


def refuse_intake(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """不予受理: not taken; the citizen reads the reason on the receipt."""
    with turn(case, Verb.REFUSE_INTAKE, by=by, at=at, seen=seen) as now:
        return now.record(RefusedCase(closes=now.duty, opens=None, **now.evidence(reason), outcome=Outcome.NOT_TAKEN))


def pass_on(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "") -> Case:
    """批转: to the shift lead for filing."""
    with turn(case, Verb.PASS_ON, by=by, at=at, seen=seen) as now:
        return now.record(PassedOn(closes=now.duty, **now.evidence(note),
                                   opens=now.opens(kinds.FILE, Power.CASE_FILE, Role.SHIFT_LEAD)))


def handle_on_the_spot(case: UUID, *, by: Actor, at: datetime, photos: Sequence[Picture], seen: int | None = None,
                       note: str = "") -> Case:
    """自行处置: the inspector put it right himself and shows it."""
    with turn(case, Verb.SELF_HANDLE, by=by, at=at, seen=seen) as now:
        return now.record(HandledOnTheSpot(**now.evidence(note, photos, public=True), inspector_post=by.post))


def confirm_handled(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "") -> Case:
    """自行处置审核: the intake officer is satisfied with the pictures; closed, counted apart."""
    with turn(case, Verb.CONFIRM_HANDLED, by=by, at=at, seen=seen) as now:
        return now.record(HandlingConfirmed(closes=now.duty, opens=None, **now.evidence(note)))
