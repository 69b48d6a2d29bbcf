"""What can happen to a case, as entries of the record. A version never changes once written.

Each carries what a score needs as it was that day: scheme and category, source, street, standard, limit, deadline,
inspector's post, department.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.cases.fold import CaseState
from undercity.cases.states import Check, Outcome, Stage, Verification
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState, assign, changed, finish

SUBJECT = "case"


@verb("case.reported/1", _("Reported"))
class Reported(Facts):
    """上报: a problem came in."""

    source: str
    category: str
    territory: int
    unit_grid: str = ""
    reporter_post: int | None
    report: DossierRef
    contact: DossierRef | None
    photos: tuple[DossierRef, ...]
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        case = CaseState(timeline=happening.timeline, stage=Stage.INTAKE.value, version=happening.sequence,
                         duty=self.opens.id, source=self.source, category=self.category, territory_id=self.territory,
                         reported_at=happening.at, reporter_post=self.reporter_post)
        return assign(changed(state, subject=case), self.opens, happening)


class Moved(Facts):
    """A move: closes the duty of the stage left, opens the one of the stage reached, with what was said and shown."""

    closes: UUID
    opens: Assigned | None
    note: DossierRef | None = None
    photos: tuple[DossierRef, ...] = ()

    def step(self, state: StreamState, happening: Happening, *, stage: Stage, duty_outcome: str,
             **changes: Any) -> StreamState:
        """The move itself; `changes` are the case's other fields."""
        case = changed(state.subject, stage=stage.value, version=happening.sequence,
                       duty=self.opens.id if self.opens else None, **changes)
        state = finish(changed(state, subject=case), self.closes, duty_outcome, happening)
        return assign(state, self.opens, happening) if self.opens else state


@verb("case.verification_sent/1", _("Sent to verify"))
class VerificationSent(Moved):
    """发核实: an inspector is asked whether the problem is there."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.INTAKE, duty_outcome="sent_to_verify", verifying=True)


@verb("case.verified/1", _("Verified on site"))
class Verified(Moved):
    """核实: what the inspector found."""

    answer: Verification
    inspector_post: int | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.INTAKE, duty_outcome=self.answer.value, verifying=False,
                         verification=self.answer.value)


@verb("case.refused/1", _("Refused"))
class RefusedCase(Moved):
    """不予受理 or 不予立案, told apart by the outcome."""

    outcome: Outcome

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.VOID, duty_outcome="refused", outcome=self.outcome.value,
                         closed_at=happening.at)


@verb("case.passed_on/1", _("Passed on to filing"))
class PassedOn(Moved):
    """批转: intake is done."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.FILING, duty_outcome="passed_on")


@verb("case.filed/1", _("Filed"))
class Filed(Moved):
    """立案: accepted for handling under a filing standard, which fixes the limit."""

    category: str
    standard: str
    limit_value: int
    limit_unit: str
    source: str
    territory: int
    unit_grid: str = ""
    inspector_post: int | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.DISPATCH, duty_outcome="filed", category=self.category,
                         standard=self.standard, limit_value=self.limit_value, limit_unit=self.limit_unit,
                         filed_at=happening.at)


@verb("case.dispatched/1", _("Dispatched"))
class Dispatched(Moved):
    """派遣: given to a department; the disposal clock starts."""

    department: int
    due_at: datetime
    limit_value: int
    limit_unit: str

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was = state.subject
        again = was.check_failed and was.department_id == self.department
        return self.step(state, happening, stage=Stage.DISPOSAL, duty_outcome="dispatched",
                         department_id=self.department, due_at=self.due_at, dispatched_at=happening.at, done_at=None,
                         check_answer="", check_failed=False, rework=was.rework + (1 if again else 0))


@verb("case.returned/1", _("Returned"))
class Returned(Moved):
    """回退: back to filing by the dispatcher, or back to dispatch by the department."""

    to: Stage

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=self.to, duty_outcome="returned", due_at=None,
                         returns=state.subject.returns + 1)


@verb("case.done/1", _("Reported done"))
class Done(Moved):
    """处置反馈: the department says it is solved, with photos."""

    department: int
    due_at: datetime

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.REVIEW, duty_outcome="done", done_at=happening.at)


@verb("case.sent_back/1", _("Sent back for rework"))
class SentBack(Moved):
    """返工: the same department, once more; the deadline stays."""

    department: int
    due_at: datetime

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.DISPOSAL, duty_outcome="sent_back", done_at=None,
                         rework=state.subject.rework + 1)


@verb("case.reviewed/1", _("Passed on to check"))
class Reviewed(Moved):
    """督查通过: the feedback holds; an inspector looks on the spot."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.CHECK, duty_outcome="passed_on")


@verb("case.checked/1", _("Checked on site"))
class Checked(Moved):
    """核查: what the inspector found."""

    answer: Check
    inspector_post: int | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.CHECK, duty_outcome=self.answer.value,
                         check_answer=self.answer.value)


@verb("case.check_confirmed/1", _("Check confirmed"))
class CheckConfirmed(Moved):
    """核查确认: the intake officer takes the inspector's answer; solved goes to closing, anything else to dispatch."""

    answer: Check

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        passed = self.answer is Check.PASSED
        return self.step(state, happening, stage=Stage.CLOSING if passed else Stage.DISPATCH,
                         duty_outcome="confirmed", check_failed=not passed)


@verb("case.closed/1", _("Closed"))
class Closed(Moved):
    """结案: solved, checked, closed; carries what a score needs."""

    category: str
    standard: str
    source: str
    territory: int
    department: int | None
    due_at: datetime | None
    done_at: datetime | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.CLOSED, duty_outcome="closed", closed_at=happening.at,
                         outcome=Outcome.RESOLVED.value)
