"""What pages and the worker ask of batches 批量操作."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from undercity import clock
from undercity.cases.models import Batch, BatchCase
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import BatchState
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import body_name


@dataclass(frozen=True, slots=True)
class Moved:
    """One case of a batch: where it goes, and what became of it."""

    number: str
    href: str
    category: str
    where: str
    department: str
    result: str
    told: str


def waiting(at: datetime) -> list[UUID]:
    """The batches to carry out at a moment, those first whose time came first."""
    rows = Batch.objects.filter(timeline=clock.timeline(), state__in=[BatchState.PENDING, BatchState.RUNNING],
                                ripe_at__lte=at)
    return list(rows.order_by("ripe_at").values_list("pk", flat=True))


def batch_of(actor: Actor, batch: UUID) -> Batch | None:
    """A batch of this post."""
    return Batch.objects.filter(pk=batch, post=actor.post or 0, timeline=clock.timeline()).first()


def cases_of(batch: Batch) -> list[Moved]:
    """Its cases, in the order of their numbers."""
    known, address = scheme(), address_of("case")
    rows = BatchCase.objects.filter(batch=batch).select_related("case", "case__report").order_by("case__pk")
    return [Moved(row.case.number, address(row.case.number), known.name(row.case.category),
                  row.case.report.address or body_name(row.case.territory_id), body_name(row.department_id), row.result,
                  row.told) for row in rows]
