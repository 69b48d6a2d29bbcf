"""Subjects 事项: what a stream is about, registered by the room that keeps its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from undercity.db import Rows


@dataclass(frozen=True, slots=True)
class Line:
    """A subject in one line of a list: its number, what it is, where it is (in the reader's language)."""

    number: str
    title: str
    where: str


@dataclass(frozen=True, slots=True)
class Subject:
    """How rows of one kind of subject are read and written as states.

    `load(streams)` reads many; `rows(states)` makes new rows; `update(stream, was, now)` writes one change;
    `without_entries()` finds rows no entry speaks of: somebody made them behind the record's back;
    `describe(streams)` gives each a line for lists.
    """

    kind: str
    state: type
    load: Callable[[Iterable[UUID]], Mapping[UUID, Any]]
    rows: Callable[[Mapping[UUID, Any]], Rows]
    update: Callable[[UUID, Any, Any], None]
    without_entries: Callable[[], Iterable[UUID]]
    describe: Callable[[Iterable[UUID]], Mapping[UUID, Line]]


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Add a kind of subject; a kind belongs to one room only."""
    if subject.kind in _subjects:
        raise ValueError(f"the subject {subject.kind} is registered twice")
    _subjects[subject.kind] = subject


def subject(kind: str) -> Subject | None:
    """The subject of this kind; None for a duty that stands alone."""
    return _subjects.get(kind)


def subjects() -> list[Subject]:
    """All kinds of subject."""
    return list(_subjects.values())
