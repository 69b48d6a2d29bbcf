"""Subjects 事项: what a stream is about, registered by the room that keeps its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Subject:
    """How rows of one kind of subject are read and written as states.

    `load(streams)` reads many; `insert(states)` writes new rows; `update(stream, was, now)` writes one change;
    `without_entries()` finds rows no entry speaks of: somebody made them behind the record's back.
    """

    kind: str
    state: type
    load: Callable[[Iterable[UUID]], Mapping[UUID, Any]]
    insert: Callable[[Mapping[UUID, Any]], None]
    update: Callable[[UUID, Any, Any], None]
    without_entries: Callable[[], Iterable[UUID]]


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Add a kind of subject."""
    _subjects[subject.kind] = subject


def subject(kind: str) -> Subject | None:
    """The subject of this kind; None for a duty that stands alone."""
    return _subjects.get(kind)


def subjects() -> list[Subject]:
    """All kinds of subject."""
    return list(_subjects.values())
