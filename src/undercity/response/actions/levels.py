"""A response level: proposed, confirmed by one or two, declined, changed, stood down."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat as ids
from django.db.models import Max
from django.utils.translation import gettext as _

from undercity import clock
from undercity.clock import ZONE
from undercity.db import write
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.ledger.actions import assigned
from undercity.ledger.fold import Assigned, StreamState
from undercity.org.models import Appointment
from undercity.org.powers import SYSTEM, THE_SYSTEM, Actor, require
from undercity.org.queries import holder
from undercity.org.states import Power, Role
from undercity.response.actions.issuing import issue
from undercity.response.actions.turning import Turn, turn
from undercity.response.facts import Confirmed, Declined, Proposed, Seconded, StoodDown
from undercity.response.models import Response
from undercity.response.plans.models import PlanVersion
from undercity.response.plans.queries import content_of, in_force
from undercity.response.powers import may_confirm, over
from undercity.response.queries.texts import order_text_for
from undercity.response.rows import DECIDE
from undercity.response.rules import fallback_at, worth_proposing
from undercity.response.states import OPEN_STAGES, Basis, Level, Stage
from undercity.response.terms import terms


def propose_level(body: int, level: int, *, by: Actor, at: datetime, basis: str, basis_id: str = "",
                  note: str = "") -> Response | None:
    """建议响应级别: of the body whose plan it is. 0 proposes to stand down.

    A machine's proposal that changes nothing is not made: None. A person is told why not.
    """
    plan = plan_of(body, at)
    require(over(by, Power.LEVEL_PROPOSE, body))
    if level and level not in content_of(plan).levels_known:
        raise RuleBroken(_("The plan has no such level."), field="level", remedy=_("Choose one of the plan's levels."))
    with write():
        row = Response.objects.select_for_update(of=("self",)).filter(
            timeline=clock.timeline(), body=body, stage__in=OPEN_STAGES).first()
        answer = worth_proposing(level, stage=Stage(row.stage) if row else None, now=row.level if row else 0,
                                 wanted=row.wanted if row else None, over=by.kind != SYSTEM or basis == Basis.OVER)
        if not answer.made:
            if by.kind == SYSTEM:
                return None
            raise InvalidMove(answer.reason, remedy=_("Open the response and decide there."))
        if row is None:
            return _proposed(Turn(ids.uuid7(), None, StreamState(), by, at), body, level, basis, basis_id, note)
        with turn(row.pk, by=by, at=at) as now:
            return _proposed(now, body, level, basis, basis_id, note)


def plan_of(body: int, at: datetime) -> PlanVersion:
    """The plan in force of a body. NotFound: it has none."""
    plan = in_force(body, at.astimezone(ZONE).date())
    if plan is None:
        raise NotFound(_("This body has no emergency plan in force."), remedy=_("Publish one first."))
    return plan


def _proposed(now: Turn, body: int, level: int, basis: str, basis_id: str, note: str) -> Response:
    was = now.row
    return now.record(Proposed(
        body=body, year=was.year if was else now.at.astimezone(ZONE).year, level=level, basis=Basis(basis).value,
        basis_id=basis_id, note=now.text("note", note, needed=now.by.kind != SYSTEM and basis == Basis.OFFICER),
        closes=was.duty if was else None, opens=_decide(body, now.at, now.uid)))


def _decide(body: int, at: datetime, uid: UUID) -> Assigned:
    """Whoever decides, by when: the duty officers over the body take turns, then its leaders."""
    to = (holder(Power.LEVEL_CONFIRM, body, role=Role.DUTY_OFFICER, turn=uid.int)
          or holder(Power.LEVEL_CONFIRM, body, role=Role.LEADER, turn=uid.int))
    minutes = terms(at.astimezone(ZONE).date()).decide_minutes
    return assigned(DECIDE, to=to, body=body, territory=body, due_at=at + timedelta(minutes=minutes))


def confirm(uid: UUID, *, by: Actor, at: datetime, level: int | None = None, text: str = "", note: str = "",
            seen: int | None = None) -> Response:
    """确认: the level is in force, or stood down; the orders follow. `level` None: as proposed.

    Under a plan that wants two persons the first one only seconds. `text` is the order in its official form; empty:
    as the plan words it.
    """
    with turn(uid, by=by, at=at, seen=seen) as now:
        wanted = _waiting(now) if level is None else level
        _waiting(now)
        require(may_confirm(by, now.it.body_id, now.it.seconded_by))
        plan = plan_of(now.it.body_id, at)
        if wanted and wanted not in content_of(plan).levels_known:
            raise RuleBroken(_("The plan has no such level."), field="level",
                             remedy=_("Choose one of the plan's levels."))
        if level is not None and level != now.it.wanted and not note.strip():
            raise RuleBroken(_("Another level than proposed needs a reason."), field="note",
                             remedy=_("Write in one sentence why."))
        if is_first_of_two(now.it, plan):
            if wanted != now.it.wanted or text.strip() or note.strip():
                raise RuleBroken(_("The first of two confirms what is proposed, in the plan's words."), field="level",
                                 remedy=_("Decline it and propose another level; the second may change both."))
            return now.record(Seconded())
        row = _in_force(now, plan, wanted, text, by.post, by.appointment, alone=False)
    issue(row.pk, at=at)
    row.refresh_from_db()
    return row


def is_first_of_two(row: Response, plan: PlanVersion) -> bool:
    """Does the plan want two persons, and has nobody confirmed yet?"""
    return content_of(plan).confirm.persons == 2 and row.seconded_by is None


def _in_force(now: Turn, plan: PlanVersion, level: int, text: str, post: int | None, appointment: int | None, *,
              alone: bool) -> Response:
    was = now.it
    number = 1 + (Response.objects.filter(timeline=was.timeline, body=was.body_id, year=was.year).aggregate(
        most=Max("number"))["most"] or 0)
    words = now.text("order", text or order_text_for(was, plan, level, number, now.at))
    assert words is not None
    assert was.duty is not None
    if level == Level.NONE:
        if was.stage != Stage.ACTIVE:
            raise InvalidMove(_("No level is in force yet."), remedy=_("Decline the proposal instead."))
        return now.record(StoodDown(closes=was.duty, was=was.level, number=number, wording=words, alone=alone,
                                    confirmed_by=post, confirmed_under=appointment))
    return now.record(Confirmed(closes=was.duty, level=level, was=was.level, plan=str(plan.pk), number=number,
                                wording=words, alone=alone, confirmed_by=post, confirmed_under=appointment))


def _waiting(now: Turn) -> int:
    if now.it.wanted is None:
        raise InvalidMove(_("No proposal waits for a decision."), remedy=_("Propose a level first."))
    return now.it.wanted


def decline(uid: UUID, *, by: Actor, at: datetime, note: str, seen: int | None = None) -> Response:
    """不采纳: the level stays as it is, and the reason is recorded."""
    with turn(uid, by=by, at=at, seen=seen) as now:
        _waiting(now)
        require(over(by, Power.LEVEL_CONFIRM, now.it.body_id))
        assert now.it.duty is not None
        return now.record(Declined(closes=now.it.duty, note=now.text("note", note, needed=True)))


def confirm_alone(at: datetime) -> int:
    """What time brings: under the rule of two, one confirmation holds when the second did not come; how many."""
    held = 0
    waiting = Response.objects.filter(timeline=clock.timeline(), seconded_at__isnull=False).values_list("pk", flat=True)
    for uid in list(waiting):
        with turn(uid, by=THE_SYSTEM, at=at) as now:
            plan = in_force(now.it.body_id, at.astimezone(ZONE).date())
            seconded = now.it.seconded_at
            minutes = content_of(plan).confirm.fallback if plan is not None else None
            if plan is None or seconded is None or now.it.wanted is None or minutes is None:
                continue
            if at < fallback_at(seconded, minutes):
                continue
            appointment = _appointment_of(now)
            _in_force(now, plan, now.it.wanted, "", now.it.seconded_by, appointment, alone=True)
        issue(uid, at=at)
        held += 1
    return held


def _appointment_of(now: Turn) -> int | None:
    return Appointment.objects.filter(post=now.it.seconded_by, ends__isnull=True).values_list("pk", flat=True).first()

