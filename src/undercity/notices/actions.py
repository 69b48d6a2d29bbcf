"""Everything that changes the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from undercity import clock
from undercity.db import write
from undercity.notices.models import Delivery, Heartbeat, Notice
from undercity.notices.states import Channel, NoticeState

# A worker that has not finished a notice by then is taken for dead, and the notice is claimed again.
CLAIM_HOLDS = timedelta(minutes=2)


def put(*, code: str, post: int, appointment: int | None, subject_kind: str, subject: UUID,
        due_at: datetime | None) -> Notice:
    """Put a message into the outbox, in the caller's own transaction."""
    return Notice.objects.create(code=code, post_id=post, appointment=appointment, subject_kind=subject_kind,
                                 subject=subject, due_at=due_at, timeline=clock.timeline(), created_at=clock.now())


def claim(limit: int = 100) -> list[int]:
    """Claim waiting notices by compare-and-swap; two workers never get the same one. Returns the ids claimed."""
    real = clock.real_now()
    free = Q(state=NoticeState.WAITING) | Q(state=NoticeState.CLAIMED, claimed_at__lt=real - CLAIM_HOLDS)
    found = list(Notice.objects.filter(free).order_by("id").values_list("id", "attempts")[:limit])
    mine = []
    for notice, attempts in found:
        with write():
            won = Notice.objects.filter(free, pk=notice, attempts=attempts).update(
                state=NoticeState.CLAIMED, claimed_at=real, attempts=F("attempts") + 1)
        if won:
            mine.append(notice)
    return mine


def deliver(notice_id: int) -> Delivery | None:
    """Deliver a claimed notice to the outbox page and log it; None when it was delivered already."""
    with write():
        won = Notice.objects.filter(pk=notice_id, state=NoticeState.CLAIMED).update(
            state=NoticeState.DELIVERED, claimed_at=None)
        if not won:
            return None
        return Delivery.objects.create(notice_id=notice_id, channel=Channel.OUTBOX, at=clock.now(), succeeded=True)


def deliver_waiting(limit: int = 100) -> int:
    """One round of the worker: claim, deliver; how many were delivered."""
    return sum(deliver(notice) is not None for notice in claim(limit))


def beat(worker: str) -> None:
    """Say that this worker is alive."""
    with write():
        Heartbeat.objects.update_or_create(worker=worker, defaults={"seen_at": clock.real_now()})
