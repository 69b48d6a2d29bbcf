"""Parts of a profile 档案: the columns a spreadsheet may fill, registered by the room that keeps them.

To add a column, add a `Field` to the table of its room (`register/public_profile.py`, `works/profile.py`) and its
headers to `register/shipped/headers.toml`. The mapping, the preview, the import, its undo, the history and every
export follow.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.utils.translation import override

from undercity.register.shipped_words import headers

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of a row, and what to do."""

    field: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Known:
    """What reading a row needs besides the row: bodies by name, and the year it is."""

    bodies: Mapping[str, int]
    districts: Mapping[str, int]
    year: int


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the register.

    `read` takes a cell and what is known, and gives a plain value (text, number, truth, list) or raises `Unread`.
    `needed`: nothing new is entered without it. `internal`: only for those who may read internal fields.
    `shown`: a value in the reader's words. `same`: when two values are the same.
    """

    code: str
    label: Any
    read: Callable[[Any, Known], Any]
    needed: bool = False
    internal: bool = False
    shown: Callable[[Any], str] = str
    same: Callable[[Any, Any], bool] = lambda was, now: bool(was == now)
    # How the field stands in a typed file: "text", "whole", "number", "truth", "day".
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Writing:
    """One place to be written: its number, the values to write, and the values as they were (empty: it is new)."""

    place: int
    now: Values
    was: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """How a room's half of a profile is read and written, many places at a time.

    `load` gives place → values of every field; `create`, `update` and `remove` write inside the caller's transaction,
    `update` with the day from which dated values hold and, for undoing, whether the old state is put back.
    `find` gives identity → place; `faults` says what cannot be in values that belong together.
    """

    code: str
    fields: tuple[Field, ...]
    load: Callable[[Collection[int]], dict[int, Values]]
    create: Callable[[Sequence[Writing], date], None]
    update: Callable[[Sequence[Writing], date, bool], None]
    remove: Callable[[Sequence[int]], None]
    find: Callable[[Iterable[str]], dict[str, int]]
    faults: Callable[[Values, Known], list[Fault]]
    # Pairs of latitude and longitude, which are converted together.
    positions: tuple[tuple[str, str], ...] = ()
    # What stands in for a field that a new row does not say.
    defaults: Callable[[Values], Values] = lambda values: {}

    def field(self, code: str) -> Field:
        """The field of this code."""
        return next(one for one in self.fields if one.code == code)


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Add a part of the profile."""
    _parts[part.code] = part


def parts() -> list[Part]:
    """All parts, the public one first."""
    return list(_parts.values())


def part(code: str) -> Part | None:
    """The part of this code; None when its room is left out."""
    return _parts.get(code)


def fields() -> dict[str, tuple[Part, Field]]:
    """Every column by `<part>.<field>`."""
    return {f"{one.code}.{each.code}": (one, each) for one in _parts.values() for each in one.fields}


def label_of(name: str) -> str:
    """What `<part>.<field>` is called; the name itself when its room is left out."""
    found = fields().get(name)
    return str(found[1].label) if found else name


def shown(name: str, value: Any) -> str:
    """A value of `<part>.<field>` in the reader's words."""
    found = fields().get(name)
    if value is None or value == "" or value == []:
        return "—"
    return found[1].shown(value) if found else str(value)


def headers_known() -> dict[str, list[str]]:
    """The headers of every column: those shipped, then what the column is called in either language."""
    return _headers_known(tuple(fields()))


@cache
def _headers_known(names: tuple[str, ...]) -> dict[str, list[str]]:
    found = {name: list(headers().get(name, ())) for name in names}
    for language in ("zh-hans", "en"):
        with override(language):
            for name, (_part, one) in fields().items():
                found[name].append(str(one.label))
    return found
