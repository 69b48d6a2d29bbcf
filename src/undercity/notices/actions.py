"""Everything that changes the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from undercity import clock
from undercity.db import write
from undercity.notices.letters import Undelivered, letter_of, send
from undercity.notices.models import Delivery, Heartbeat, Notice
from undercity.notices.states import Channel, NoticeState

# A worker that has not finished a notice by then is taken for dead, and the notice is claimed again.
CLAIM_HOLDS = timedelta(minutes=2)
# A letter that cannot be sent is tried so often, each time after twice as long; with these numbers for two days.
MOST_ATTEMPTS = 11
FIRST_PAUSE = timedelta(minutes=2)


def put(*, code: str, post: int, appointment: int | None, subject_kind: str, subject: UUID,
        due_at: datetime | None) -> Notice:
    """Put a message into the outbox, in the caller's own transaction."""
    return Notice.objects.create(code=code, post_id=post, appointment=appointment, subject_kind=subject_kind,
                                 subject=subject, due_at=due_at, timeline=clock.timeline(), created_at=clock.now())


def put_outside(*, code: str, recipient: UUID, subject_kind: str, subject: UUID) -> Notice:
    """Put a message to somebody outside the offices into the outbox; his address is looked up when it is sent."""
    return Notice.objects.create(code=code, recipient=recipient, subject_kind=subject_kind, subject=subject,
                                 timeline=clock.timeline(), created_at=clock.now())


def claim(limit: int = 100) -> list[int]:
    """Claim waiting notices by compare-and-swap; two workers never get the same one. Returns the ids claimed."""
    real = clock.real_now()
    waits = Q(state=NoticeState.WAITING) & (Q(try_after__isnull=True) | Q(try_after__lte=real))
    free = waits | Q(state=NoticeState.CLAIMED, claimed_at__lt=real - CLAIM_HOLDS)
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
    """Deliver a claimed notice and log it: to the outbox page, or as a letter. None when it was delivered already."""
    outside = Notice.objects.filter(pk=notice_id, state=NoticeState.CLAIMED, recipient__isnull=False).first()
    if outside is not None:
        return _post(outside)
    with write():
        won = Notice.objects.filter(pk=notice_id, state=NoticeState.CLAIMED).update(
            state=NoticeState.DELIVERED, claimed_at=None)
        if not won:
            return None
        return Delivery.objects.create(notice_id=notice_id, channel=Channel.OUTBOX, at=clock.now(), succeeded=True)


def _post(notice: Notice) -> Delivery | None:
    """Send a letter. Sent outside any transaction: whoever dies between sending and noting it sends it once more."""
    letter = letter_of(notice)
    if letter is None:
        return _noted(notice, NoticeState.FAILED, Channel.OUTBOX, "nobody to tell any more")
    try:
        said = send(letter)
    except Undelivered as trouble:
        if notice.attempts >= MOST_ATTEMPTS:
            return _noted(notice, NoticeState.FAILED, letter.channel, str(trouble))
        later = clock.real_now() + FIRST_PAUSE * 2 ** max(notice.attempts - 1, 0)
        return _noted(notice, NoticeState.WAITING, letter.channel, str(trouble), try_after=later)
    return _noted(notice, NoticeState.DELIVERED, letter.channel, said)


def _noted(notice: Notice, state: NoticeState, channel: Channel, detail: str,
           try_after: datetime | None = None) -> Delivery | None:
    with write():
        won = Notice.objects.filter(pk=notice.pk, state=NoticeState.CLAIMED, attempts=notice.attempts).update(
            state=state, claimed_at=None, try_after=try_after)
        if not won:
            return None
        return Delivery.objects.create(notice=notice, channel=channel, at=clock.now(), detail=detail[:200],
                                       succeeded=state == NoticeState.DELIVERED)


def deliver_waiting(limit: int = 100) -> int:
    """One round of the worker: claim, deliver; how many were delivered."""
    return sum(deliver(notice) is not None for notice in claim(limit))


def beat(worker: str) -> None:
    """Say that this worker is alive."""
    with write():
        Heartbeat.objects.update_or_create(worker=worker, defaults={"seen_at": clock.real_now()})
