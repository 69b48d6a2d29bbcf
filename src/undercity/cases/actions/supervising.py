"""督办 and what else comes from above or beside: supervision, its answer, shirking, closing by force."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.cases import kinds
from undercity.cases.actions.moving import turn
from undercity.cases.facts import Forced, ShirkingFlagged, Supervised, SupervisionAnswered
from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import WITH_DEPARTMENT, Stage, Supervision, Verb
from undercity.errors import RuleBroken
from undercity.ledger.actions import assigned
from undercity.org.powers import Actor
from undercity.org.queries import calendar
from undercity.science.worktime import deadline


def supervise(case: UUID, *, by: Actor, at: datetime, reason: str, why: Supervision, answer_wanted: bool = False,
              seen: int | None = None) -> Case:
    """督办: somebody above looks at it; the department that has it may be made to answer within a limit.

    RuleBroken when an answer is wanted and no department has the case, or one is awaited already.
    """
    with turn(case, Verb.SUPERVISE, by=by, at=at, seen=seen) as now:
        opens = None
        if answer_wanted:
            if Stage(now.case.stage) not in WITH_DEPARTMENT:
                raise RuleBroken(_("No department has the case now, so none can answer."), field="answer_wanted",
                                 remedy=_("Supervise without demanding an answer."))
            if now.case.reply_duty is not None:
                raise RuleBroken(_("An answer is awaited already."), field="answer_wanted",
                                 remedy=_("Supervise without demanding another."))
            limit = scheme().stage_limit(kinds.REPLY, at)
            opens = assigned(kinds.REPLY, to=now.handler, body=now.department, territory=now.case.territory_id,
                             limit=limit, due_at=deadline(at, limit, calendar()) if limit else None)
        return now.record(Supervised(opens=opens, **now.evidence(reason), why=why))


def answer_supervision(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """督办回复: what the department says to it."""
    with turn(case, Verb.ANSWER_SUPERVISION, by=by, at=at, seen=seen) as now:
        return now.record(SupervisionAnswered(closes=now.case.reply_duty, **now.evidence(reason)))


def flag_shirking(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """推诿: the department sent back what is its own."""
    with turn(case, Verb.FLAG_SHIRKING, by=by, at=at, seen=seen) as now:
        assert now.case.returned_by is not None
        return now.record(ShirkingFlagged(**now.evidence(reason), department=now.case.returned_by))


def force_close(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """强制结案: by the administrator, with the reason; flagged for ever."""
    with turn(case, Verb.FORCE_CLOSE, by=by, at=at, seen=seen) as now:
        return now.record(Forced(closes=now.duty, opens=None, **now.evidence(reason)))
