"""Everything that changes the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import insert_rows, write
from undercity.errors import RuleBroken
from undercity.notices.actions.claiming import CLAIM_HOLDS, claim, deliver
from undercity.notices.actions.dispatch import deliver_waiting
from undercity.notices.models import Heartbeat, Notice
from undercity.notices.rules import MOST_ATTEMPTS
from undercity.notices.states import Level, NoticeState
from undercity.notices.terms import terms

__all__ = ["CLAIM_HOLDS", "MOST_ATTEMPTS", "ToPost", "beat", "claim", "deliver", "deliver_waiting", "put", "put_many",
           "put_outside"]

ROWS_AT_ONCE = 500
COLUMNS = ("code", "post_id", "appointment", "subject_kind", "subject", "due_at", "timeline", "created_at", "level",
           "batch", "state", "attempts", "position")


def level_of(code: str, level: Level | None = None) -> Level:
    """How pressing a notice is: as said, or as the terms say of its code."""
    return level if level is not None else terms(clock.now().date()).kind(code).level


def put(*, code: str, post: int, appointment: int | None, subject_kind: str, subject: UUID,
        due_at: datetime | None, level: Level | None = None) -> Notice:
    """Put a message into the outbox, in the caller's own transaction. `level`: by default as the terms say."""
    return Notice.objects.create(code=code, post_id=post, appointment=appointment, subject_kind=subject_kind,
                                 subject=subject, due_at=due_at, timeline=clock.timeline(), created_at=clock.now(),
                                 level=level_of(code, level))


@dataclass(frozen=True, slots=True)
class ToPost:
    """A message to a post, one of many."""

    code: str
    post: int
    appointment: int | None
    subject_kind: str
    subject: UUID
    due_at: datetime | None = None


def put_many(rows: Iterable[ToPost], *, batch: UUID, level: Level | None = None) -> int:
    """Put many messages into the outbox, in the caller's own transaction; how many were new.

    In one batch a post is told once: a second row of the same post, now or when everything is tried again, changes
    nothing. What the message says of all that concerns the post, its writer finds by batch and subject.
    """
    given: Sequence[ToPost] = list({row.post: row for row in reversed(list(rows))}.values())[::-1]
    now, timeline = clock.now(), clock.timeline()
    levels = {code: level_of(code, level) for code in {row.code for row in given}}
    with write():
        there = set(Notice.objects.filter(batch=batch).values_list("post_id", flat=True))
        fresh = [row for row in given if row.post not in there]
        if not fresh:
            return 0
        try:
            with transaction.atomic():
                insert_rows(Notice, COLUMNS, (
                    (row.code, row.post, row.appointment, row.subject_kind, row.subject, row.due_at, timeline, now,
                     int(levels[row.code]), batch, NoticeState.WAITING.value, 0, 0) for row in fresh))
        except IntegrityError:
            # Somebody else put the same batch at this moment: the constraint lets one of the two through.
            Notice.objects.bulk_create(
                (Notice(code=row.code, post_id=row.post, appointment=row.appointment, subject_kind=row.subject_kind,
                        subject=row.subject, due_at=row.due_at, timeline=timeline, created_at=now, batch=batch,
                        level=levels[row.code]) for row in fresh), batch_size=ROWS_AT_ONCE, ignore_conflicts=True)
        return Notice.objects.filter(batch=batch).count() - len(there)


def put_outside(*, code: str, recipient: UUID, subject_kind: str, subject: UUID) -> Notice:
    """Put a message to somebody outside the offices into the outbox; his address is looked up when it is sent."""
    return Notice.objects.create(code=code, recipient=recipient, subject_kind=subject_kind, subject=subject,
                                 timeline=clock.timeline(), created_at=clock.now())


def try_again(notice: int) -> Notice:
    """Give a notice that was given up its tries once more. RuleBroken when it was not given up."""
    with write():
        won = Notice.objects.filter(pk=notice, state=NoticeState.FAILED).update(
            state=NoticeState.WAITING, attempts=0, position=0, try_after=None, claim=None)
    if not won:
        raise RuleBroken(_("This notice was not given up."), remedy=_("Look at it again."))
    return Notice.objects.get(pk=notice)


def beat(worker: str) -> None:
    """Say that this worker is alive."""
    with write():
        Heartbeat.objects.update_or_create(worker=worker, defaults={"seen_at": clock.real_now()})
