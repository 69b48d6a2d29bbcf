"""Claims 认领: who delivers a notice now, and how what came of it is noted, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.models import F, Q

from undercity import clock
from undercity.db import update_rows, write
from undercity.notices.doors import Undelivered
from undercity.notices.letters import Letter, send
from undercity.notices.models import Copy, Delivery, Notice
from undercity.notices.queries.planning import Parcel, parcels, shown_address
from undercity.notices.rules import Next, after_failure
from undercity.notices.states import Channel, Level, NoticeState
from undercity.notices.terms import terms

# A worker that has not refreshed its claim by then is taken for dead, and the notice is claimed again.
CLAIM_HOLDS = timedelta(seconds=45)
NOBODY = "nobody to tell any more"


def claim(limit: int = 100) -> list[int]:
    """Claim waiting notices, the most pressing first; two workers never get the same one. Returns the ids claimed."""
    real, mine = clock.real_now(), uuid4()
    waits = Q(state=NoticeState.WAITING) & (Q(try_after__isnull=True) | Q(try_after__lte=real))
    free = waits | Q(state=NoticeState.CLAIMED, claimed_at__lt=real - CLAIM_HOLDS)
    # Asked before writing: most rounds find nothing, and need not wait for their turn to write.
    found = list(Notice.objects.filter(free).order_by("-level", "id").values_list("id", flat=True)[:limit])
    if not found:
        return []
    with write():
        rows = Notice.objects.filter(free, pk__in=found)
        if connection.features.has_select_for_update_skip_locked:
            rows = Notice.objects.filter(pk__in=list(
                rows.select_for_update(skip_locked=True).values_list("pk", flat=True)))
        rows.update(state=NoticeState.CLAIMED, claimed_at=real, claim=mine, attempts=F("attempts") + 1)
    return list(Notice.objects.filter(claim=mine, state=NoticeState.CLAIMED).order_by("-level", "id")
                .values_list("id", flat=True))


def claimed(ids: Iterable[int]) -> list[Notice]:
    """The rows of notices just claimed."""
    return list(Notice.objects.filter(pk__in=list(ids), state=NoticeState.CLAIMED))


def keep(notices: Sequence[Notice]) -> None:
    """Say that these claims are alive."""
    with write():
        Notice.objects.filter(pk__in=[notice.pk for notice in notices], state=NoticeState.CLAIMED,
                              claim__in={notice.claim for notice in notices}).update(claimed_at=clock.real_now())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a parcel: what was said, or the trouble; neither when it was put off until later."""

    parcel: Parcel
    said: str = ""
    trouble: Undelivered | None = None
    # Put off: tried again after so long, without a try being counted.
    put_off: timedelta | None = None


def try_now(letter: Letter) -> str | Undelivered:
    """Send a letter; the word for the log or the trouble. Outside any transaction, and without the database."""
    try:
        return send(letter)
    except Undelivered as trouble:
        return trouble


def note(outcomes: Sequence[Outcome]) -> list[Delivery]:
    """Write what came of parcels, in one transaction. What another worker took over meanwhile is left alone."""
    all_notices = [notice for outcome in outcomes for notice in outcome.parcel.notices]
    with write():
        rows = Notice.objects.filter(pk__in=[notice.pk for notice in all_notices], state=NoticeState.CLAIMED,
                                     claim__in={notice.claim for notice in all_notices})
        held = dict(rows.select_for_update().values_list("pk", "claim"))
        changes, log, copies = [], [], []
        for outcome in outcomes:
            for notice in outcome.parcel.notices:
                if held.get(notice.pk) != notice.claim:
                    continue
                changes.append(_change(notice, outcome))
                if outcome.put_off is None and outcome.parcel.until is None:
                    log.append(_entry(notice, outcome))
                    copies += _copy(notice, outcome)
        update_rows(Notice, ("state", "claimed_at", "claim", "try_after", "position", "attempts"), changes)
        Delivery.objects.bulk_create(log)
        if copies:
            Copy.objects.bulk_create(copies, update_conflicts=True, unique_fields=["notice"],
                                     update_fields=["channel", "to", "subject", "text"])
    return log


Change = tuple[int, str, None, None, object, int, int]


def _change(notice: Notice, outcome: Outcome) -> Change:
    """The new values of a notice: key, state, claimed_at, claim, try_after, position, attempts."""
    real, parcel = clock.real_now(), outcome.parcel
    if parcel.until is not None:
        later = real + (parcel.until - clock.now())
        return _values(notice, NoticeState.WAITING, later, notice.position, notice.attempts - 1)
    if outcome.put_off is not None:
        return _values(notice, NoticeState.WAITING, real + outcome.put_off, notice.position, notice.attempts - 1)
    if parcel.letter is None:
        return _values(notice, NoticeState.FAILED, None, notice.position, notice.attempts)
    if outcome.trouble is None:
        return _values(notice, NoticeState.DELIVERED, None, notice.position, notice.attempts)
    following = next_of(notice, parcel.length, outcome.trouble.final)
    if following.pause is None:
        return _values(notice, NoticeState.FAILED, None, following.position, notice.attempts)
    return _values(notice, NoticeState.WAITING, real + following.pause if following.pause else None,
                   following.position, notice.attempts)


def _values(notice: Notice, state: NoticeState, later: object, position: int, attempts: int) -> Change:
    return (notice.pk, state.value, None, None, later, position, max(attempts, 0))


def next_of(notice: Notice, length: int, final: bool) -> Next:
    """What follows when this try of a notice failed."""
    retry = terms(clock.now().date()).retry[Level(notice.level)]
    return after_failure(attempts=notice.attempts, position=notice.position, length=length, final=final, retry=retry)


def _entry(notice: Notice, outcome: Outcome) -> Delivery:
    letter = outcome.parcel.letter
    detail = NOBODY if letter is None else str(outcome.trouble) if outcome.trouble else outcome.said
    return Delivery(notice=notice, channel=letter.channel if letter else Channel.OUTBOX, at=clock.now(),
                    succeeded=letter is not None and outcome.trouble is None, detail=detail[:200])


def _copy(notice: Notice, outcome: Outcome) -> list[Copy]:
    letter = outcome.parcel.letter
    if not settings.DEMO or letter is None or notice.recipient is not None:
        return []
    return [Copy(notice=notice, channel=letter.channel, to=shown_address(letter), subject=letter.subject[:200],
                 text=letter.whole)]


def deliver(notice_id: int) -> Delivery | None:
    """Deliver one claimed notice here and now, and log it. None when it was delivered already."""
    rows = claimed([notice_id])
    if not rows:
        return None
    parcel, = parcels(rows, clock.now())
    outcome = Outcome(parcel)
    if parcel.letter is not None and not parcel.stays:
        answer = try_now(parcel.letter)
        outcome = Outcome(parcel, trouble=answer) if isinstance(answer, Undelivered) else Outcome(parcel, said=answer)
    logged = note([outcome])
    return logged[0] if logged else None
