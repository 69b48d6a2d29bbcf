"""Subjects 事项: what a stream is about, and the table of the room that keeps it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef

from undercity.db import Rows, rows_of
from undercity.ledger.models import Entry

State = TypeVar("State")
# A list in a statement is no longer than this on any database.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A subject in one line of a list: its number, what it is, where it is (in the reader's language)."""

    number: str
    title: str
    where: str


@cache
def columns(state: type[Any]) -> tuple[str, ...]:
    """The columns of a state: the fields of its dataclass."""
    return tuple(field.name for field in dataclasses.fields(state))


@dataclass(frozen=True)
class Subject(Generic[State]):
    """A kind of subject: rows of `model` hold its `state`, a dataclass, field by column.

    `describe(streams)` gives each a line for lists. `stream` is the column that names the stream. `read` makes a state
    of the columns' values where they are not the state's own. New rows are numbered in the order of `first`.
    `whole`: a row is written, with its words, by whoever begins the stream. `left`: columns that are no part of the
    state, with what stands in them until the same transaction fills them.
    """

    kind: str
    state: type[State]
    model: type[Model]
    describe: Callable[[Iterable[UUID]], Mapping[UUID, Line]]
    stream: str = "uid"
    read: Callable[[Sequence[Any]], State] | None = None
    first: str = ""
    whole: bool = False
    left: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold the state."""
        state: Any = self.state
        return columns(state)

    def load(self, streams: Iterable[UUID]) -> dict[UUID, State]:
        """Stream → its state, read from the rows."""
        rows = self.model._default_manager.filter(**{f"{self.stream}__in": list(streams)}).values_list(
            self.stream, *self.columns)
        return {row[0]: self._state(row[1:]) for row in rows}

    def state_of(self, row: Model) -> State:
        """The state of a row at hand."""
        return self._state([getattr(row, name) for name in self.columns])

    def _state(self, values: Sequence[Any]) -> State:
        return self.read(values) if self.read else self.state(*values)

    def rows(self, states: Mapping[UUID, State]) -> Rows:
        """New rows for these states."""
        if self.whole:
            return Rows(self.model, (), [])
        values, left = attrgetter(*self.columns), tuple(self.left.values())
        told = sorted(states.items(), key=lambda one: getattr(one[1], self.first)) if self.first else states.items()
        return rows_of(self.model, [self.stream, *self.columns, *self.left],
                       ((stream, *values(state), *left) for stream, state in told))

    def update(self, streams: Sequence[UUID], changed: Mapping[str, Any]) -> None:
        """The same new values in the rows of all these streams."""
        for start in range(0, len(streams), AT_ONCE):
            self.model._default_manager.filter(
                **{f"{self.stream}__in": streams[start:start + AT_ONCE]}).update(**changed)

    def without_entries(self) -> Iterable[UUID]:
        """Rows no entry speaks of: somebody made them behind the record's back."""
        told = Entry.objects.filter(stream=OuterRef(self.stream))
        found: Iterable[UUID] = self.model._default_manager.filter(~Exists(told)).values_list(self.stream, flat=True)
        return found


_subjects: dict[str, Subject[Any]] = {}


def register(subject: Subject[Any]) -> None:
    """Add a kind of subject; a kind belongs to one room only."""
    if subject.kind in _subjects:
        raise ValueError(f"the subject {subject.kind} is registered twice")
    _subjects[subject.kind] = subject


def subject(kind: str) -> Subject[Any] | None:
    """The subject of this kind; None for a duty that stands alone."""
    return _subjects.get(kind)


def subjects() -> list[Subject[Any]]:
    """All kinds of subject."""
    return list(_subjects.values())
