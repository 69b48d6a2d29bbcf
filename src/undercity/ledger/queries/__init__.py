"""What pages, the worker and scores ask of duties and their record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from undercity import clock
from undercity.ledger.kinds import kinds
from undercity.ledger.models import Duty, Entry
from undercity.ledger.rules import MOST_ESCALATIONS
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.org.states import Power


def visible_to(actor: Actor) -> QuerySet[Duty]:
    """The duties an actor may see: those of the post, and those of bodies over which he may read duties."""
    rows = Duty.objects.filter(timeline=clock.timeline())
    bodies: set[int] = set()
    for path in actor.scopes(Power.DUTY_READ):
        bodies.update(directory().under(path))
    return rows.filter(Q(post=actor.post) | Q(body__in=bodies))


def mine(actor: Actor) -> QuerySet[Duty]:
    """My work today 今日待办: every open duty of my post, whatever its kind, the most urgent first."""
    return Duty.objects.filter(timeline=clock.timeline(), post=actor.post, done_at__isnull=True).order_by(
        F("due_at").asc(nulls_last=True), "id")


def of_my_body(actor: Actor) -> QuerySet[Duty]:
    """Open duties of colleagues in my body, and those nobody holds."""
    return (Duty.objects.filter(timeline=clock.timeline(), body=actor.body, done_at__isnull=True)
            .exclude(post=actor.post).order_by(F("due_at").asc(nulls_last=True), "id"))


def overdue(at: datetime) -> QuerySet[Duty]:
    """Open duties past their limit at a moment. Overdue is asked, never stored."""
    return Duty.objects.filter(timeline=clock.timeline(), done_at__isnull=True, due_at__lt=at)


def to_escalate(at: datetime, limit: int = 200) -> list[UUID]:
    """Overdue duties of which the next higher post must now be told, by each kind's own rule."""
    due: list[UUID] = []
    for kind in kinds():
        if not kind.escalates:
            continue
        # SQLite cannot multiply a duration, so the levels are spelled out.
        ripe = Q()
        for level in range(MOST_ESCALATIONS):
            ripe |= Q(escalations=level, due_at__lte=at - level * kind.again_after)
        due.extend(overdue(at).filter(ripe, kind=kind.code).order_by("due_at").values_list("pk", flat=True)[:limit])
    return due


def story(stream: UUID) -> QuerySet[Entry]:
    """The time-line 办理记录 of one stream, oldest first."""
    return Entry.objects.filter(stream=stream).order_by("sequence")


def since(stream: UUID, sequence: int) -> list[Entry]:
    """What happened to a stream after a sequence somebody saw."""
    return list(story(stream).filter(sequence__gt=sequence))
