"""Everything that writes to the record, and through it to the duties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import Rows, insert, insert_rows, reserve, write
from undercity.errors import Conflict, NotFound
from undercity.ledger.facts import Facts
from undercity.ledger.fold import Assigned, DutyState, StreamState, changed
from undercity.ledger.kinds import DutyKind, kind
from undercity.ledger.models import Duty, Entry, Look, Unsealed
from undercity.ledger.record import History, happening_of, save, state_of
from undercity.ledger.rules import MOST_ESCALATIONS
from undercity.ledger.standing import DutyAccepted, DutyEscalated
from undercity.notices.actions import put
from undercity.org.powers import THE_SYSTEM, Actor
from undercity.org.queries import Holder, holder, so_far_above
from undercity.org.states import Power, Role
from undercity.science.worktime import Limit


def assigned(code: str, *, to: Holder | None, body: int, territory: int | None, due_at: datetime | None,
             limit: Limit | None = None, rework: int = 0) -> Assigned:
    """The facts of a duty about to be given; a vacant post leaves the body answering."""
    return Assigned(id=uuid.uuid7(), kind=kind(code).code, body=to.body if to else body, post=to.post if to else None,
                    appointment=to.appointment if to else None, territory=territory, due_at=due_at,
                    limit_value=limit.value if limit else None, limit_unit=limit.unit.value if limit else "",
                    rework=rework)


def record(facts: Facts, *, stream_kind: str, stream: UUID, was: StreamState, by: Actor,
           at: datetime) -> StreamState:
    """Add one entry to a stream, write what follows from it, and tell whoever got a duty.

    Call it inside `db.write()`, with the stream's rows locked or new. Conflict when another writer took the sequence.
    """
    entry = Entry(timeline=clock.timeline(), stream_kind=stream_kind, stream=stream, sequence=was.sequence + 1, at=at,
                  recorded=clock.now(), actor=by.kind, post=by.post, appointment=by.appointment, verb=facts.verb,
                  facts=facts.model_dump(mode="json"))
    try:
        # A first entry cannot collide, and a savepoint costs two statements.
        if was.sequence:
            with transaction.atomic():
                entry.save(force_insert=True)
        else:
            entry.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("Somebody else wrote to this at the same moment."),
                       remedy=_("Look at what changed, then try again.")) from error
    insert_rows(Unsealed, ["entry_id"], [(entry.number,)])
    now = changed(facts.apply(was, happening_of(entry)), sequence=entry.sequence)
    save(stream_kind, stream, was, now)
    for identity, duty in now.duties.items():
        if identity not in was.duties:
            tell(duty)
    return now


def begin_once(facts: Facts, *, stream_kind: str, stream: UUID, at: datetime) -> bool:
    """Begin a stream that time asks for, in the system's name; False when it is there already."""
    try:
        with write():
            record(facts, stream_kind=stream_kind, stream=stream, was=StreamState(), by=THE_SYSTEM, at=at)
    except (Conflict, IntegrityError):
        # Another worker began it in the same moment: it is there, and that is all that was wanted.
        return False
    return True


def tell(duty: DutyState) -> None:
    """Put word of a new open duty into the outbox of its post."""
    if duty.post_id is not None and duty.done_at is None:
        put(code=duty.kind, post=duty.post_id, appointment=duty.appointment, subject_kind=duty.subject_kind,
            subject=duty.subject, due_at=duty.due_at)


def record_history(history: History) -> int:
    """Store whole new streams at once, with the rows they come to: how a sample city's past is written.

    Returns how many entries were stored.
    """
    entries = history.entries
    with write():
        numbers = reserve(Entry, len(entries.values))
        insert(Rows(Entry, ("number", *entries.names),
                    [[number, *values] for number, values in zip(numbers, entries.values, strict=True)]))
        insert_rows(Unsealed, ["entry_id"], ((number,) for number in numbers))
        for rows in history.outcome:
            insert(rows)
    return len(entries.values)


def accept_duty(duty_id: UUID, *, by: Actor, at: datetime) -> Duty:
    """Say that a duty was seen and taken on 签收. Saying it twice changes nothing."""
    with write():
        duty = _lock(duty_id)
        if duty.accepted_at is None and duty.done_at is None:
            record(DutyAccepted(duty=duty.id), stream_kind=duty.subject_kind, stream=duty.stream,
                   was=_state(duty), by=by, at=at)
    duty.refresh_from_db()
    return duty


def escalate(duty_id: UUID, *, at: datetime) -> bool:
    """Tell the next higher post that a duty is overdue and nobody answered 督办提醒. False when it no longer is."""
    with write():
        duty = _lock(duty_id)
        rule = kind(duty.kind)
        if duty.done_at is not None or duty.due_at is None or not rule.escalates:
            return False
        if at < duty.due_at + rule.again_after * duty.escalations:
            return False
        # After a worker slept for days the post of today's level is told, once, instead of one after another.
        level = min(max(duty.escalations + 1, 1 + (at - duty.due_at) // rule.again_after), MOST_ESCALATIONS)
        told = _above(duty, rule, level)
        record(DutyEscalated(duty=duty.id, level=level, post=told.post if told else None),
               stream_kind=duty.subject_kind, stream=duty.stream, was=_state(duty), by=THE_SYSTEM, at=at)
        if told is not None:
            put(code="duty.escalated", post=told.post, appointment=told.appointment, subject_kind=duty.subject_kind,
                subject=duty.subject, due_at=duty.due_at)
    return True


def _above(duty: Duty, rule: DutyKind, level: int) -> Holder | None:
    if rule.to_superior and duty.post_id is not None:
        return so_far_above(duty.post_id, level)
    role = rule.escalate_to or Role.LEADER
    return holder(Power.CASE_SUPERVISE, duty.territory_id or duty.body_id, role=role)


def _lock(duty_id: UUID) -> Duty:
    try:
        return Duty.objects.select_for_update(of=("self",)).get(pk=duty_id)
    except Duty.DoesNotExist:
        raise NotFound(_("There is no such duty.")) from None


def _state(duty: Duty) -> StreamState:
    return state_of(duty.subject_kind, duty.stream, last=last_sequence(duty.stream))


def last_sequence(stream: UUID) -> int:
    """The sequence of a stream's newest entry; 0 when it has none."""
    newest = Entry.objects.filter(stream=stream).order_by("-sequence").values_list("sequence", flat=True).first()
    return newest or 0


def look(*, by: Actor, subject_kind: str, subject: UUID, fields: Sequence[str], reason: str) -> Look:
    """Note that a post read internal or personal fields, once a page view 查阅留痕."""
    if by.post is None:
        raise ValueError("only a post can look at internal fields")
    with write():
        return Look.objects.create(timeline=clock.timeline(), post=by.post, appointment=by.appointment,
                                   subject_kind=subject_kind, subject=subject, fields=",".join(fields),
                                   reason=reason[:200], at=clock.now())

