"""Kinds of duty 责任种类, registered by the rooms that own them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    # Told up the line of the duty's own post, rather than by the territory it lies in.
    to_superior: bool = False

    @property
    def escalates(self) -> bool:
        """Is anybody told when nobody answers?"""
        return self.to_superior or self.escalate_to is not None


_kinds: dict[str, DutyKind] = {}
_source: Callable[[], Mapping[str, DutyKind]] = dict
_unknown: Callable[[str], DutyKind] | None = None


def register(kind: DutyKind) -> None:
    """Add a kind; a code belongs to one room only."""
    if kind.code in _kinds:
        raise ValueError(f"the duty kind {kind.code} is registered twice")
    _kinds[kind.code] = kind


def register_source(source: Callable[[], Mapping[str, DutyKind]], unknown: Callable[[str], DutyKind]) -> None:
    """Where the kinds of duty templates come from, which are rows; and what stands in for one that is gone."""
    global _source, _unknown
    _source, _unknown = source, unknown


def kind(code: str) -> DutyKind:
    """The kind with this code. KeyError when no room registered it."""
    found = _kinds.get(code) or _source().get(code)
    if found is None and code.startswith("task.") and _unknown is not None:
        return _unknown(code)
    return found or _kinds[code]


def kinds() -> list[DutyKind]:
    """All kinds, by code."""
    known = {**_kinds, **_source()}
    return [known[code] for code in sorted(known)]
