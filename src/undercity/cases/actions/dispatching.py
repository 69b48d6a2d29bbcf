"""派遣与督查: what the dispatcher decides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.cases import kinds
from undercity.cases.actions.moving import Turn, turn
from undercity.cases.facts import Dispatched, Returned, Reviewed, SentBack
from undercity.cases.models import Case
from undercity.cases.states import Stage, Verb
from undercity.errors import RuleBroken
from undercity.ledger.actions import assigned
from undercity.ledger.fold import Assigned
from undercity.org.powers import Actor
from undercity.org.queries import calendar, directory, holder
from undercity.org.states import Power, Role
from undercity.science.worktime import Limit, Unit, deadline

HANDLERS = (Role.DEPARTMENT_HANDLER, Role.SQUAD_MEMBER, Role.KEEPER)


def dispatch(case: UUID, *, by: Actor, at: datetime, department: int, seen: int | None = None,
             note: str = "") -> Case:
    """派遣: give the case to a department; its clock starts now."""
    with turn(case, Verb.DISPATCH, by=by, at=at, seen=seen) as now:
        if department not in directory().cards:
            raise RuleBroken(_("There is no such department."), field="department",
                             remedy=_("Choose one from the list."))
        assert now.case.limit_value is not None
        limit = Limit(now.case.limit_value, Unit(now.case.limit_unit))
        # Sent back in vain: its own deadline stands, or returning a case would be the way to more time.
        stands = now.case.returned_due if department == now.case.returned_by else None
        due = stands or deadline(at, limit, calendar())
        again = now.case.check_failed and now.case.department_id == department
        return now.record(Dispatched(
            closes=now.duty, **now.evidence(note), department=department, due_at=due, limit_value=limit.value,
            limit_unit=limit.unit.value,
            opens=_handling(now, department, due, limit, rework=now.case.rework + (1 if again else 0))))


def return_to_filing(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """回退: back to the shift lead."""
    with turn(case, Verb.RETURN_TO_FILING, by=by, at=at, seen=seen) as now:
        return now.record(Returned(closes=now.duty, **now.evidence(reason), to=Stage.FILING,
                                   opens=now.opens(kinds.FILE, Power.CASE_FILE, Role.SHIFT_LEAD)))


def pass_review(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "",
                inspector: int | None = None) -> Case:
    """督查通过: an inspector is asked to check on the spot; `inspector`: a post, or None for whose turn it is."""
    with turn(case, Verb.PASS_REVIEW, by=by, at=at, seen=seen) as now:
        return now.record(Reviewed(closes=now.duty, **now.evidence(note),
                                   opens=now.opens(kinds.CHECK, Power.CASE_CHECK, Role.INSPECTOR, inspector)))


def send_back(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """返工: the same department once more. The deadline stays what it was."""
    with turn(case, Verb.REWORK, by=by, at=at, seen=seen) as now:
        was = now.case
        assert was.department_id is not None
        assert was.due_at is not None
        assert was.limit_value is not None
        limit = Limit(was.limit_value, Unit(was.limit_unit))
        return now.record(SentBack(
            closes=now.duty, **now.evidence(reason), department=was.department_id, due_at=was.due_at,
            opens=_handling(now, was.department_id, was.due_at, limit, rework=was.rework + 1)))


def _handling(now: Turn, department: int, due: datetime, limit: Limit, *, rework: int) -> Assigned:
    found = (holder(Power.CASE_DISPOSE, department, role=role, body=department, turn=now.row.uid.int)
             for role in HANDLERS)
    to = next((one for one in found if one is not None), None)
    if to is None:
        raise RuleBroken(_("This department has no post that handles cases."), field="department",
                         remedy=_("Choose another one, or have a post set up there first."))
    return assigned(kinds.DISPOSE, to=to, body=department, territory=now.case.territory_id, due_at=due, limit=limit,
                    rework=rework)
