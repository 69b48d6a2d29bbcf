"""Reading and writing the rows of a stream as a state: the one place where states and tables meet."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from undercity.db import Encoded, Rows, insert, rows_of
from undercity.ledger.fold import DutyState, Happening, StreamState
from undercity.ledger.models import Duty, Entry
from undercity.ledger.subjects import subject

ENTRY_FIELDS = tuple(field.attname for field in Entry._meta.concrete_fields if not field.primary_key)
DUTY_FIELDS = tuple(field.name for field in dataclasses.fields(DutyState))


@dataclasses.dataclass(slots=True)
class Written:
    """An entry of a past that is told at once: the columns of `Entry`, without a row's weight."""

    timeline: str
    stream_kind: str
    stream: UUID
    sequence: int
    at: datetime
    recorded: datetime
    actor: str
    post: int | None
    appointment: int | None
    verb: str
    facts: Encoded


@dataclasses.dataclass(frozen=True, slots=True)
class History:
    """Whole streams told at once, as rows: the entries, still without numbers, and what they come to."""

    entries: Rows
    outcome: tuple[Rows, ...]


def changes(was: Any, now: Any) -> dict[str, Any]:
    """Field → new value, where two states of one type differ."""
    return {field.name: getattr(now, field.name) for field in dataclasses.fields(now)
            if getattr(was, field.name) != getattr(now, field.name)}


def duties_of(streams: Iterable[UUID]) -> dict[UUID, dict[UUID, DutyState]]:
    """Stream → its duties, read from the rows."""
    found: dict[UUID, dict[UUID, DutyState]] = defaultdict(dict)
    for row in Duty.objects.filter(stream__in=list(streams)).values_list(*DUTY_FIELDS):
        state = DutyState(*row)
        found[state.stream][state.id] = state
    return found


def state_of(kind: str, stream: UUID, *, last: int) -> StreamState:
    """A stream's state from its rows, when its last sequence is known. The caller holds the lock."""
    keeper = subject(kind)
    return StreamState(sequence=last, subject=keeper.load([stream]).get(stream) if keeper else None,
                       duties=duties_of([stream]).get(stream, {}))


def save(kind: str, stream: UUID, was: StreamState, now: StreamState) -> None:
    """Write what changed between two states of a stream into its rows."""
    keeper = subject(kind)
    if keeper is not None and now.subject != was.subject:
        if was.subject is None:
            insert(keeper.rows({stream: now.subject}))
        else:
            keeper.update(stream, was.subject, now.subject)
    for identity, duty in now.duties.items():
        before = was.duties.get(identity)
        if before is None:
            insert(_duties([duty]))
        elif before is not duty and (changed := changes(before, duty)):
            Duty.objects.filter(pk=identity).update(**changed)


def _duties(states: Iterable[DutyState]) -> Rows:
    return rows_of(Duty, DUTY_FIELDS, map(attrgetter(*DUTY_FIELDS), states))


def history(kind: str, entries: Sequence[Written], states: Mapping[UUID, StreamState]) -> History:
    """Streams of one kind that have no rows yet: their entries, and their states, what `apply` made of the entries."""
    keeper = subject(kind)
    outcome = [_duties(duty for state in states.values() for duty in state.duties.values())]
    if keeper is not None:
        outcome.insert(0, keeper.rows({stream: state.subject for stream, state in states.items()}))
    return History(rows_of(Entry, ENTRY_FIELDS, map(attrgetter(*ENTRY_FIELDS), entries)), tuple(outcome))


def happening_of(entry: Entry | Written) -> Happening:
    """What `apply` may know of a stored entry."""
    return Happening(timeline=entry.timeline, stream_kind=entry.stream_kind, stream=entry.stream,
                     sequence=entry.sequence, at=entry.at, recorded=entry.recorded, actor=entry.actor,
                     post=entry.post, appointment=entry.appointment)
