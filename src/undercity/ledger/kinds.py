"""Kinds of duty 责任种类, registered by the rooms that own them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from undercity.org.states import Role


@dataclass(frozen=True, slots=True)
class DutyKind:
    """A kind of duty: its code, what it is called, the page where it is done, and what silence means.

    `page` is the name of an address that takes the subject's id. `silence` says what happens when nobody answers in
    time; `escalate_to` is the role that is told, `again_after` how long until it is told once more.
    """

    code: str
    label: Any
    page: str
    silence: Any
    escalate_to: Role | None = None
    again_after: timedelta = timedelta(hours=24)


_kinds: dict[str, DutyKind] = {}


def register(kind: DutyKind) -> None:
    """Add a kind; a code belongs to one room only."""
    if kind.code in _kinds:
        raise ValueError(f"the duty kind {kind.code} is registered twice")
    _kinds[kind.code] = kind


def kind(code: str) -> DutyKind:
    """The kind with this code. KeyError when no room registered it."""
    return _kinds[code]


def kinds() -> list[DutyKind]:
    """All kinds, by code."""
    return [_kinds[code] for code in sorted(_kinds)]
