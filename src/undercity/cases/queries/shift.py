"""The desk of one shift 班次: the cases that wait for a post's decision, one after another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from undercity import clock
from undercity.cases.kinds import DISPATCH, FILE, INTAKE
from undercity.cases.models import Case
from undercity.cases.queries.visible import visible_to
from undercity.ledger.models import Duty
from undercity.ledger.queries import mine
from undercity.org.powers import Actor

DECIDED = (INTAKE, FILE, DISPATCH)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The case to decide now with its duty; how many wait with it, how many of them were put off."""

    case: Case | None
    duty: Duty | None
    left: int
    put_off: int


def next_case(actor: Actor, skipped: Collection[UUID]) -> Waiting:
    """The most urgent case of the post's list that was not put off; when all were, the most urgent of these."""
    queue = mine(actor).filter(kind__in=DECIDED)
    streams = list(queue.values_list("stream", flat=True))
    put_off = [stream for stream in streams if stream in skipped]
    fresh = [stream for stream in streams if stream not in skipped]
    for stream in (*fresh, *put_off):
        case = visible_to(actor).select_related("report").filter(uid=stream).first()
        if case is not None and case.duty is not None:
            return Waiting(case, Duty.objects.filter(pk=case.duty).first(), len(streams), len(put_off))
    return Waiting(None, None, len(streams), len(put_off))


def this_one(actor: Actor, case: Case) -> Waiting:
    """A case asked for by its number, among the same list."""
    return Waiting(case, Duty.objects.filter(pk=case.duty).first() if case.duty else None, waiting_for(actor).count(),
                   0)


def waiting_for(actor: Actor) -> QuerySet[Duty]:
    """Everything that waits for a decision of this post."""
    return mine(actor).filter(kind__in=DECIDED)


def done_since(actor: Actor, since: datetime) -> int:
    """How many decisions of this kind the post has made since a moment."""
    return Duty.objects.filter(timeline=clock.timeline(), post=actor.post, kind__in=DECIDED,
                               done_at__gte=since).count()
