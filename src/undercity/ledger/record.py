"""Reading and writing the rows of a stream as a state: the one place where states and tables meet."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from undercity.db import Encoded, Rows, insert, rows_of
from undercity.ledger.fold import DutyState, Happening, StreamState
from undercity.ledger.models import Duty, Entry
from undercity.ledger.subjects import AT_ONCE, columns, subject

ENTRY_FIELDS = tuple(field.attname for field in Entry._meta.concrete_fields if not field.primary_key)
DUTY_FIELDS = columns(DutyState)


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
    kind: Any = type(now)
    return {name: getattr(now, name) for name in columns(kind) if getattr(was, name) != getattr(now, name)}


def duties_of(streams: Iterable[UUID]) -> dict[UUID, dict[UUID, DutyState]]:
    """Stream → its duties, read from the rows."""
    found: dict[UUID, dict[UUID, DutyState]] = defaultdict(dict)
    for row in Duty.objects.filter(stream__in=list(streams)).values_list(*DUTY_FIELDS):
        state = DutyState(*row)
        found[state.stream][state.id] = state
    return found


def states_from_rows(kind: str, last: Mapping[UUID, int]) -> dict[UUID, StreamState]:
    """The states of streams of one kind from their rows, when their last sequences are known: two statements."""
    keeper, duties = subject(kind), duties_of(last)
    subjects = keeper.load(last) if keeper else {}
    return {stream: StreamState(sequence=sequence, subject=subjects.get(stream), duties=duties.get(stream, {}))
            for stream, sequence in last.items()}


def state_of(kind: str, stream: UUID, *, last: int) -> StreamState:
    """A stream's state from its rows, when its last sequence is known. The caller holds the lock."""
    return states_from_rows(kind, {stream: last})[stream]


def save(kind: str, stream: UUID, was: StreamState, now: StreamState) -> None:
    """Write what changed between two states of a stream into its rows."""
    save_each(kind, {stream: was}, {stream: now})


def save_each(kind: str, was: Mapping[UUID, StreamState], now: Mapping[UUID, StreamState]) -> None:
    """Write what changed between two states of several streams of a kind; the same change of many is one statement."""
    keeper = subject(kind)
    begun: dict[UUID, Any] = {}
    given: list[DutyState] = []
    moved, turned = _Changes(), _Changes()
    for stream, state in now.items():
        before = was[stream]
        if keeper is not None and state.subject != before.subject:
            if before.subject is None:
                begun[stream] = state.subject
            else:
                moved.add(stream, changes(before.subject, state.subject))
        for identity, duty in state.duties.items():
            if (known := before.duties.get(identity)) is None:
                given.append(duty)
            elif known is not duty:
                turned.add(identity, changes(known, duty))
    if keeper is not None:
        if begun:
            insert(keeper.rows(begun))
        for changed, streams in moved:
            keeper.update(streams, changed)
    if given:
        insert(_duties(given))
    for changed, identities in turned:
        for start in range(0, len(identities), AT_ONCE):
            Duty.objects.filter(pk__in=identities[start:start + AT_ONCE]).update(**changed)


class _Changes:
    """Which rows change in the same way."""

    def __init__(self) -> None:
        self._ways: dict[str, tuple[dict[str, Any], list[UUID]]] = {}

    def add(self, row: UUID, changed: dict[str, Any]) -> None:
        """One more row, if it changes at all."""
        if changed:
            # Values can be lists, which have no hash; all of them write themselves out in full.
            self._ways.setdefault(repr(changed), (changed, []))[1].append(row)

    def __iter__(self) -> Iterator[tuple[dict[str, Any], list[UUID]]]:
        return iter(self._ways.values())


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
