"""What can be done on the spot 现场操作, registered by the rooms that own it: forms as data, and what each one does.

The phone knows only fields; a new form of a room needs no script. A room calls `register` for what may be done, and
`register_room` for the tasks it brings and whatever else its forms need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.errors import RuleBroken
from undercity.ledger.pictures import Picture
from undercity.org.powers import Actor

PHOTOS_MAX = 3
TEXT_MAX = 2000


class FieldKind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    CHOICE = "choice"
    WHOLE = "whole"
    NUMBER = "number"
    PHOTOS = "photos"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `least` and `most` bound a number, the photos, or the characters of a text."""

    name: str
    kind: FieldKind
    label: Any
    required: bool = False
    choices: tuple[tuple[str, Any], ...] = ()
    least: float = 0
    most: float = 0
    # Shown only while another field is answered so: its name, and answers; or a number outside these bounds.
    shown_with: tuple[str, tuple[str, ...]] | None = None
    shown_beyond: tuple[str, float | None, float | None] | None = None

    def as_data(self) -> dict[str, Any]:
        """The field for the phone, in the reader's language."""
        return {"name": self.name, "kind": self.kind.value, "label": str(self.label), "required": self.required,
                "choices": [[value, str(label)] for value, label in self.choices], "least": self.least,
                "most": self.most, "shown_with": self.shown_with, "shown_beyond": self.shown_beyond}


def note(label: Any, *, required: bool = False) -> Field:
    """Words."""
    return Field("note", FieldKind.TEXT, label, required, most=TEXT_MAX)


def photos(label: Any, *, least: int = 0) -> Field:
    """Pictures, at least so many."""
    return Field("photos", FieldKind.PHOTOS, label, least > 0, least=least, most=PHOTOS_MAX)


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody recorded, checked field by field. `seen`: the version he looked at; `key`: his own, UUIDv7.

    `at` is when it arrived. `photos` are all pictures, in the order of the form's fields; with several fields of them
    `values` says under each name how many are its own.
    """

    by: Actor
    at: datetime
    key: UUID
    subject: UUID | None
    seen: int | None
    values: Mapping[str, Any]
    photos: Sequence[Picture]
    # When it was recorded on the spot, by the phone's own measure of how long ago that is; None when it says nothing.
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it: the subject with its number, its page, and the version it has now."""

    subject: UUID
    number: str
    href: str
    version: int

    def as_data(self) -> dict[str, Any]:
        """For the phone."""
        return {"subject": str(self.subject), "number": self.number, "href": self.href, "version": self.version}


@dataclass(frozen=True, slots=True)
class Doing:
    """Something that can be done on the spot.

    `fields(subject)` is its form. `apply` carries it out or refuses. `now(actor, subject, seen)` tells how the subject
    stands, what happened to it since, and what is allowed: what a phone shows beside what was recorded.
    """

    code: str
    label: Any
    fields: Callable[[UUID | None], tuple[Field, ...]]
    apply: Callable[[Given], Outcome]
    now: Callable[[Actor, UUID, int | None], dict[str, Any] | None]

    def as_data(self, subject: UUID | None) -> dict[str, Any]:
        """The form for the phone."""
        return {"code": self.code, "label": str(self.label),
                "fields": [one.as_data() for one in self.fields(subject)]}


@dataclass(frozen=True, slots=True)
class FieldTask:
    """Something to do today, with all that is needed on the spot. `photos`: addresses of pictures to look at."""

    id: UUID
    subject: UUID
    kind: str
    number: str
    title: str
    where: str
    version: int
    due: datetime | None
    light: str
    href: str
    doings: tuple[str, ...]
    words: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    photos: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """What a room brings: the tasks of a post at a moment, and data by name that its own forms need."""

    tasks: Callable[[Actor, datetime], Iterable[FieldTask]]
    more: Callable[[Actor], Mapping[str, Any]] = field(default=lambda actor: {})


_doings: dict[str, Doing] = {}
_rooms: dict[str, Room] = {}


def register(doing: Doing) -> None:
    """Add something that can be done; a code belongs to one room only."""
    if doing.code in _doings:
        raise ValueError(f"{doing.code} is registered twice")
    _doings[doing.code] = doing


def register_room(name: str, room: Room) -> None:
    """Let a room bring tasks."""
    _rooms[name] = room


def doing(code: str) -> Doing:
    """What can be done under this code; RuleBroken when there is no such thing."""
    found = _doings.get(code)
    if found is None:
        raise RuleBroken(_("There is nothing called “%(code)s” to be done.") % {"code": code[:40]}, field="doing",
                         remedy=_("Use one of: %(codes)s.") % {"codes": ", ".join(sorted(_doings))})
    return found


def rooms() -> list[Room]:
    """All rooms that bring tasks, in the order of their names."""
    return [_rooms[name] for name in sorted(_rooms)]
