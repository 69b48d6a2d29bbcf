"""What a department or a dispatcher asks for, and who says yes or no: more time, a hold, voiding, an appeal."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from undercity.cases import kinds, rules
from undercity.cases.actions.moving import Turn, turn
from undercity.cases.facts import (
    AppealAgreed,
    AppealDecided,
    Appealed,
    ExtensionAsked,
    ExtensionDecided,
    Held,
    HoldAgreed,
    HoldAsked,
    HoldRefused,
    Resumed,
    VoidAsked,
    Voided,
    VoidRefused,
)
from undercity.cases.models import Case
from undercity.cases.queries.holds import ripe
from undercity.cases.states import Verb
from undercity.errors import Refused
from undercity.ledger.actions import assigned
from undercity.ledger.fold import Assigned
from undercity.org.powers import THE_SYSTEM, Actor
from undercity.org.queries import Holder, calendar
from undercity.org.states import Power, Role
from undercity.science.worktime import add_time, deadline, time_between


def ask_for_time(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """延期申请: before the deadline, for the original limit once more; the dispatcher decides."""
    with turn(case, Verb.EXTEND, by=by, at=at, seen=seen) as now:
        return now.record(ExtensionAsked(
            **now.evidence(reason), department=now.department, due_at=now.due_at,
            opens=now.opens(kinds.EXTENSION, Power.CASE_DISPATCH, Role.DISPATCHER)))


def decide_on_time(case: UUID, *, by: Actor, at: datetime, agreed: bool, seen: int | None = None,
                   note: str = "") -> Case:
    """延期审批: yes adds the original limit to the deadline; no, with its reason, uses nothing up."""
    with turn(case, Verb.AGREE_EXTENSION if agreed else Verb.REFUSE_EXTENSION, by=by, at=at, seen=seen) as now:
        due = deadline(now.due_at, now.limit, calendar()) if agreed else now.due_at
        return now.answer(ExtensionDecided(closes=now.question, **now.evidence(note), agreed=agreed,
                                           department=now.department, due_at=due))


def ask_for_hold(case: UUID, *, by: Actor, at: datetime, reason: str, until: datetime,
                 seen: int | None = None) -> Case:
    """挂账申请: it cannot go on before a day; dispatcher and shift lead must both agree."""
    with turn(case, Verb.HOLD, by=by, at=at, seen=seen) as now:
        return now.record(HoldAsked(
            **now.evidence(reason), department=now.department, until=rules.until(until, now.now),
            opens=now.opens(kinds.HOLD_REQUEST, Power.CASE_DISPATCH, Role.DISPATCHER)))


def agree_to_hold(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "") -> Case:
    """挂账初审: the dispatcher's yes; now the shift lead decides."""
    with turn(case, Verb.AGREE_HOLD, by=by, at=at, seen=seen) as now:
        return now.record(HoldAgreed(closes=now.question, **now.evidence(note),
                                     opens=now.opens(kinds.HOLD_REQUEST, Power.CASE_FILE, Role.SHIFT_LEAD)))


def refuse_hold(case: UUID, *, by: Actor, at: datetime, reason: str, second: bool = False,
                seen: int | None = None) -> Case:
    """挂账不予批准: by the dispatcher, or as the `second` by the shift lead; the clock went on all the time."""
    with turn(case, Verb.REJECT_HOLD if second else Verb.REFUSE_HOLD, by=by, at=at, seen=seen) as now:
        return now.answer(HoldRefused(closes=now.question, **now.evidence(reason)))


def approve_hold(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "") -> Case:
    """挂账批准: the clock stands still until the day; what was late before stays late."""
    with turn(case, Verb.APPROVE_HOLD, by=by, at=at, seen=seen) as now:
        until = now.case.hold_until
        assert until is not None
        left = None if at > now.due_at else time_between(at, now.due_at, now.limit.unit, calendar())
        return now.answer(Held(
            closes=now.duty, **now.evidence(note), department=now.department, until=until,
            left=None if left is None else left // timedelta(seconds=1),
            opens=assigned(kinds.HOLD, to=now.handler, body=now.department, territory=now.case.territory_id,
                           due_at=until)))


def resume(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "") -> Case:
    """恢复办理: the clock goes on with what was left of the limit."""
    with turn(case, Verb.RESUME, by=by, at=at, seen=seen) as now:
        due = now.due_at
        if now.case.hold_left is not None:
            due = add_time(at, timedelta(seconds=now.case.hold_left), now.limit.unit, calendar())
        return now.record(Resumed(closes=now.duty, **now.evidence(note), department=now.department, due_at=due,
                                  opens=_handling(now, now.handler, due)))


def resume_ripe(at: datetime) -> int:
    """Resume every case whose day has come; how many. One that somebody moved meanwhile is left to him."""
    resumed = 0
    for case in ripe(at):
        try:
            resume(case, by=THE_SYSTEM, at=at)
        except Refused:
            continue
        resumed += 1
    return resumed


def _handling(now: Turn, to: Holder | None, due: datetime) -> Assigned:
    return assigned(kinds.DISPOSE, to=to, body=now.department, territory=now.case.territory_id, due_at=due,
                    limit=now.limit, rework=now.case.rework)


def ask_to_void(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """作废申请: it should never have been filed; the shift lead decides."""
    with turn(case, Verb.WITHDRAW, by=by, at=at, seen=seen) as now:
        return now.record(VoidAsked(**now.evidence(reason),
                                    opens=now.opens(kinds.VOID_REQUEST, Power.CASE_VOID, Role.SHIFT_LEAD)))


def approve_void(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "") -> Case:
    """作废批准: it ends, and is counted apart from refusals."""
    with turn(case, Verb.APPROVE_VOID, by=by, at=at, seen=seen) as now:
        return now.answer(Voided(closes=now.duty, opens=None, **now.evidence(note)))


def refuse_void(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """作废不予批准: it stays where it is."""
    with turn(case, Verb.REJECT_VOID, by=by, at=at, seen=seen) as now:
        return now.answer(VoidRefused(closes=now.question, **now.evidence(reason)))


def appeal(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """超时申诉: late, but not the department's fault; once a case, dispatcher and intake officer decide."""
    with turn(case, Verb.APPEAL, by=by, at=at, seen=seen) as now:
        return now.record(Appealed(**now.evidence(reason), department=now.department,
                                   opens=now.opens(kinds.APPEAL, Power.CASE_DISPATCH, Role.DISPATCHER)))


def agree_to_appeal(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "") -> Case:
    """申诉初审: the dispatcher's yes; now the intake officer decides."""
    with turn(case, Verb.AGREE_APPEAL, by=by, at=at, seen=seen) as now:
        return now.record(AppealAgreed(closes=now.question, **now.evidence(note),
                                       opens=now.opens(kinds.APPEAL, Power.CASE_INTAKE, Role.INTAKE_OFFICER)))


def decide_on_appeal(case: UUID, verb: Verb, *, by: Actor, at: datetime, seen: int | None = None,
                     note: str = "") -> Case:
    """申诉裁定: `verb` is the dispatcher's no, the intake officer's yes, or his no."""
    with turn(case, verb, by=by, at=at, seen=seen) as now:
        return now.answer(AppealDecided(closes=now.question, **now.evidence(note), upheld=verb is Verb.UPHOLD_APPEAL))
