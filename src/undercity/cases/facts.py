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
from undercity.cases.states import (
    OPEN,
    WITH_DEPARTMENT,
    Appeal,
    Ask,
    Check,
    Outcome,
    Stage,
    Supervision,
    Verification,
)
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState, assign, change, changed, finish

SUBJECT = "case"
# How the duty of a question ends that nobody need answer any more.
DROPPED = "dropped"
ENDED = frozenset(Stage) - OPEN
WITHOUT_DEPARTMENT = frozenset(Stage) - WITH_DEPARTMENT - {Stage.ON_HOLD}
# What only the department that has the case can want.
OF_A_DEPARTMENT = frozenset({Ask.EXTEND.value, Ask.HOLD.value})


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
                         unit_grid=self.unit_grid, reported_at=happening.at, reporter_post=self.reporter_post)
        return assign(changed(state, subject=case), self.opens, happening)


class Moved(Facts):
    """A move: closes the duty of the stage left, opens the one of the stage reached, with what was said and shown."""

    closes: UUID
    opens: Assigned | None
    note: DossierRef | None = None
    photos: tuple[DossierRef, ...] = ()

    def step(self, state: StreamState, happening: Happening, *, stage: Stage, duty_outcome: str,
             ask_outcome: str = DROPPED, **changes: Any) -> StreamState:
        """The move itself; `changes` are the case's other fields. What was asked and has no object any more ends."""
        was = state.subject
        case = changed(was, stage=stage.value, version=happening.sequence, duty=self.opens.id if self.opens else None,
                       **changes)
        state = finish(changed(state, subject=case), self.closes, duty_outcome, happening)
        if was.ask_duty is not None and (stage in ENDED or (was.asked in OF_A_DEPARTMENT and stage != was.stage)):
            state = finish(settled(state), was.ask_duty, ask_outcome, happening)
        if was.reply_duty is not None and stage in WITHOUT_DEPARTMENT:
            state = finish(changed(state, subject=changed(state.subject, reply_duty=None)), was.reply_duty, DROPPED,
                           happening)
        return assign(state, self.opens, happening) if self.opens else state


class Aside(Facts):
    """Something said beside the main line: the stage and its duty stay as they are."""

    closes: UUID | None = None
    opens: Assigned | None = None
    note: DossierRef | None = None
    photos: tuple[DossierRef, ...] = ()

    def aside(self, state: StreamState, happening: Happening, *, duty_outcome: str = "", **changes: Any) -> StreamState:
        """What was said; `changes` are the case's fields."""
        state = changed(state, subject=changed(state.subject, version=happening.sequence, **changes))
        if self.closes is not None:
            state = finish(state, self.closes, duty_outcome, happening)
        return assign(state, self.opens, happening) if self.opens else state

    def ask(self, state: StreamState, happening: Happening, what: Ask, **changes: Any) -> StreamState:
        """Somebody must say yes or no."""
        return self.aside(state, happening, asked=what.value, ask_duty=self.opens.id if self.opens else None,
                          agreed=False, **changes)

    def first_yes(self, state: StreamState, happening: Happening) -> StreamState:
        """The first of two agreed; the second is asked."""
        return self.aside(state, happening, duty_outcome="agreed", agreed=True,
                          ask_duty=self.opens.id if self.opens else None)

    def answer(self, state: StreamState, happening: Happening, *, agreed: bool, **changes: Any) -> StreamState:
        """The last word on what was asked."""
        return settled(self.aside(state, happening, duty_outcome="agreed" if agreed else "refused", **changes))


def settled(state: StreamState) -> StreamState:
    """Nothing is asked any more."""
    return changed(state, subject=changed(state.subject, asked="", ask_duty=None, agreed=False))


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
        elsewhere = was.returned_by is not None and was.returned_by != self.department
        return self.step(state, happening, stage=Stage.DISPOSAL, duty_outcome="dispatched",
                         department_id=self.department, due_at=self.due_at, dispatched_at=happening.at, done_at=None,
                         check_answer="", check_failed=False, rework=was.rework + (1 if again else 0),
                         returned_by=None, returned_due=None, misdirected=was.misdirected + (1 if elsewhere else 0))


@verb("case.returned/1", _("Returned"))
class ReturnedUnnamed(Moved):
    """回退, as written before a wrong dispatch was marked."""

    to: Stage

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=self.to, duty_outcome="returned", due_at=None,
                         returns=state.subject.returns + 1)


@verb("case.returned/2", _("Returned"))
class Returned(Moved):
    """回退: back to filing by the dispatcher, or back to dispatch by the department, whose deadline is remembered."""

    to: Stage

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was = state.subject
        kept = {"returned_by": was.department_id, "returned_due": was.due_at} if self.to is Stage.DISPATCH else {}
        return self.step(state, happening, stage=self.to, duty_outcome="returned", due_at=None,
                         returns=was.returns + 1, **kept)


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


@verb("case.handled_on_the_spot/1", _("Handled on the spot"))
class HandledOnTheSpot(Aside):
    """自行处置: the inspector put it right himself; the intake officer looks at his pictures."""

    inspector_post: int | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.aside(state, happening, on_the_spot=True)


@verb("case.handling_confirmed/1", _("Handling on the spot confirmed"))
class HandlingConfirmed(Moved):
    """自行处置审核: the intake officer is satisfied; closed, and counted apart."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.CLOSED, duty_outcome="closed", closed_at=happening.at,
                         outcome=Outcome.SELF_HANDLED.value)


@verb("case.extension_asked/1", _("More time asked for"))
class ExtensionAsked(Aside):
    """延期申请: the department asks for the original limit once more."""

    department: int
    due_at: datetime

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.ask(state, happening, Ask.EXTEND)


@verb("case.extension_decided/1", _("More time decided on"))
class ExtensionDecided(Aside):
    """延期审批: with a yes the deadline moves to `due_at`; a no uses up nothing."""

    agreed: bool
    department: int
    due_at: datetime

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was = state.subject
        if not self.agreed:
            return self.answer(state, happening, agreed=False)
        state = self.answer(state, happening, agreed=True, due_at=self.due_at, extensions=was.extensions + 1)
        return change(state, was.duty, due_at=self.due_at) if was.duty else state


@verb("case.hold_asked/1", _("Hold asked for"))
class HoldAsked(Aside):
    """挂账申请: the department cannot go on before a day."""

    department: int
    until: datetime

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.ask(state, happening, Ask.HOLD, hold_until=self.until)


@verb("case.hold_agreed/1", _("Hold agreed to"))
class HoldAgreed(Aside):
    """挂账初审: the dispatcher agrees; the shift lead is asked."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.first_yes(state, happening)


@verb("case.hold_refused/1", _("Hold refused"))
class HoldRefused(Aside):
    """挂账不予批准: by the dispatcher or by the shift lead."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.answer(state, happening, agreed=False, hold_until=None)


@verb("case.held/1", _("Put on hold"))
class Held(Moved):
    """挂账: the clock stands still until a day; `left` seconds of the limit are left, as its unit counts."""

    department: int
    until: datetime
    left: int | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.ON_HOLD, duty_outcome="on_hold", ask_outcome="agreed",
                         hold_until=self.until, hold_left=self.left)


@verb("case.resumed/1", _("Resumed"))
class Resumed(Moved):
    """恢复办理: the day came, or the dispatcher did not wait for it; the clock goes on."""

    department: int
    due_at: datetime

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.DISPOSAL, duty_outcome="resumed", due_at=self.due_at,
                         hold_until=None, hold_left=None)


@verb("case.supervised/1", _("Supervised"))
class Supervised(Aside):
    """督办: somebody above looks at it; `opens` when an answer is demanded."""

    why: Supervision

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        reply: dict[str, Any] = {"reply_duty": self.opens.id} if self.opens else {}
        return self.aside(state, happening, supervisions=state.subject.supervisions + 1, **reply)


@verb("case.supervision_answered/1", _("Supervision answered"))
class SupervisionAnswered(Aside):
    """督办回复."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.aside(state, happening, duty_outcome="answered", reply_duty=None)


@verb("case.shirking_flagged/1", _("Shirking marked"))
class ShirkingFlagged(Aside):
    """推诿: a department sent back what is its own."""

    department: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.aside(state, happening, shirking=state.subject.shirking + 1)


@verb("case.void_asked/1", _("Voiding asked for"))
class VoidAsked(Aside):
    """作废申请: the dispatcher or the department thinks it should never have been filed."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.ask(state, happening, Ask.VOID)


@verb("case.void_refused/1", _("Voiding refused"))
class VoidRefused(Aside):
    """作废不予批准: it stays."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.answer(state, happening, agreed=False)


@verb("case.voided/1", _("Voided"))
class Voided(Moved):
    """作废: counted apart from refusals at intake and at filing."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.VOID, duty_outcome="voided", ask_outcome="agreed",
                         closed_at=happening.at, outcome=Outcome.VOIDED.value)


@verb("case.merged/1", _("Merged with another case"))
class Merged(Moved):
    """合并: the same problem reported again; it goes on as the other case, which keeps the reporter."""

    into: UUID

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.VOID, duty_outcome="merged", closed_at=happening.at,
                         outcome=Outcome.MERGED.value, merged_into=self.into)


@verb("case.joined/1", _("Another report joined"))
class Joined(Aside):
    """并入: so many more reporters wait for this case."""

    other: UUID
    reporters: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.aside(state, happening, reporters=state.subject.reporters + self.reporters)


@verb("case.forced/1", _("Closed by force"))
class Forced(Moved):
    """强制结案: by the administrator; flagged for ever."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.CLOSED, duty_outcome="forced", closed_at=happening.at,
                         outcome=Outcome.FORCED.value)


@verb("case.appealed/1", _("Lateness appealed"))
class Appealed(Aside):
    """超时申诉: the department says it was not its fault; once a case."""

    department: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.ask(state, happening, Ask.APPEAL)


@verb("case.appeal_agreed/1", _("Appeal agreed to"))
class AppealAgreed(Aside):
    """申诉初审: the dispatcher agrees; the intake officer is asked."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.first_yes(state, happening)


@verb("case.appeal_decided/1", _("Appeal decided"))
class AppealDecided(Aside):
    """申诉裁定: upheld, it leaves every late count; what happened stays in the record."""

    upheld: bool

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        ended = Appeal.UPHELD if self.upheld else Appeal.REFUSED
        return self.answer(state, happening, agreed=self.upheld, appeal=ended.value)
