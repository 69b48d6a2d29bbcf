"""方案: the next places to open. The question is recorded, calculated outside any transaction, and the answer recorded.

Asking makes a plan; whoever asked may calculate it at once for a second, and the worker goes on with what is left.
Two that calculate the same plan do no harm: the second finds it answered.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, UUID

import uuid_utils.compat as uuid
from django.utils.translation import gettext as _

from undercity.coverage import rules
from undercity.coverage.actions.answering import Answer, capacitated, covering
from undercity.coverage.facts import PLAN, PlanAnswered, PlanAsked, PlanFailed
from undercity.coverage.models import Plan, PlanPlace
from undercity.coverage.queries.people import in_force
from undercity.coverage.rules import Question
from undercity.coverage.states import MOVES, Outcome, PlanKind, PlanStatus
from undercity.db import write
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.actions import record
from undercity.ledger.facts import Facts
from undercity.ledger.fold import StreamState
from undercity.ledger.record import state_of
from undercity.org.powers import Actor, require
from undercity.org.queries import directory

log = logging.getLogger(__name__)
AT_ONCE_SECONDS = 1.0
WITHDRAWN, BROKEN = "withdrawn", "broken"


def ask_plan(question: Question, *, scope: int, moment: datetime | None, by: Actor, at: datetime,
             client_key: str = "") -> Plan:
    """方案提出. The same key asks once. RuleBroken without population figures."""
    card = directory().cards.get(scope)
    if card is None or card.kind not in {"city", "district"}:
        raise NotFound(_("There is no such area."), remedy=_("Choose the city or a district."))
    require(rules.may_plan(by, card.path))
    figures = in_force(at.date())
    if figures is None:
        raise RuleBroken(_("No population figures hold today."), field="population",
                         remedy=_("Import them first, under Population figures."))
    uid = uuid.uuid5(NAMESPACE_URL, f"undercity:plan:{by.post}:{client_key}") if client_key else uuid.uuid7()
    with write():
        known = Plan.objects.filter(pk=uid).first()
        if known is not None:
            return known
        record(PlanAsked(kind=question.kind.value, population=figures.pk, scope=scope, k=question.k,
                         minutes=question.minutes, moment=moment, uses=",".join(question.uses),
                         listing=question.listing.value),
               stream_kind=PLAN, stream=uid, was=StreamState(), by=by, at=at)
        return Plan.objects.get(pk=uid)


def solve(plan: UUID, *, by: Actor, at: datetime, at_once: bool = False) -> Plan:
    """Calculate a waiting plan. `at_once`: try for a second; not proven by then, it goes on waiting for the worker."""
    row = Plan.objects.select_related("population", "scope").get(pk=plan)
    if row.status != PlanStatus.WAITING:
        return row
    if row.population.withdrawn:
        return _recorded(row.pk, PlanFailed(why=WITHDRAWN), (), by=by, at=at)
    terms = rules.terms(at.date())
    seconds = min(AT_ONCE_SECONDS, terms.seconds) if at_once else terms.seconds
    made = (covering if row.kind == PlanKind.COVER else capacitated)(row, terms, seconds=seconds, at=at)
    if at_once and made.outcome == Outcome.STOPPED:
        return row
    said = PlanAnswered(outcome=made.outcome.value, candidates=made.candidates, people=made.people,
                        before=made.before, gained=made.gained, cost=made.cost, bound=made.bound,
                        digest=digest_of(made))
    return _recorded(row.pk, said, made.places, by=by, at=at)


def solve_waiting(at: datetime, *, by: Actor) -> int:
    """The worker's round: every waiting plan; how many were calculated. One that breaks is recorded as failed."""
    done = 0
    for plan in Plan.objects.filter(status=PlanStatus.WAITING).order_by("asked_at").values_list("pk", flat=True):
        try:
            solve(plan, by=by, at=at)
        except (ValueError, ArithmeticError, MemoryError):
            log.exception("a plan could not be calculated", extra={"plan": str(plan)})
            _recorded(plan, PlanFailed(why=BROKEN), (), by=by, at=at)
        done += 1
    return done


def _recorded(plan: UUID, said: Facts, places: Sequence[PlanPlace], *, by: Actor, at: datetime) -> Plan:
    with write():
        row = Plan.objects.select_for_update().get(pk=plan)
        # Somebody else was quicker: his answer stands.
        if MOVES[PlanStatus(row.status)]:
            record(said, stream_kind=PLAN, stream=row.pk, was=state_of(PLAN, row.pk, last=row.version), by=by, at=at)
            for one in places:
                one.plan_id = row.pk
            PlanPlace.objects.bulk_create(places)
    row.refresh_from_db()
    return row


def digest_of(made: Answer) -> str:
    """SHA-256 over the places of an answer: the record vouches for them without naming them."""
    return digest_of_places(made.places)


def digest_of_places(places: Sequence[PlanPlace]) -> str:
    """The same of rows read back."""
    mark = hashlib.sha256()
    for one in sorted(places, key=lambda row: row.place_id):
        mark.update(f"{one.place_id} {one.rank} {one.people!r} {one.minutes!r} {one.room!r}\n".encode())
    return mark.hexdigest()
