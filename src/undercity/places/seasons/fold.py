"""A place's year as the record tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class SeasonState:
    """The projected columns of `Season`. `exceptions` and `proposals` are plain values as JSON keeps them.

    An exception: id, why, starts, ends, hours, proposal. A proposal: id, wish, why, source, at, post, starts, ends,
    closes_on, hours, answer, duty, decided_at, decided_by, exception, was_closes_on, was_standing. `waiting`: how many
    wait for a decision; `version`: the sequence of the last entry.
    """

    timeline: str
    place_id: int
    year: int
    version: int
    standing: str = "none"
    opens_on: date | None = None
    closes_on: date | None = None
    hours: str = ""
    keeper_id: int | None = None
    exceptions: list[dict[str, Any]] = field(default_factory=list)
    proposals: list[dict[str, Any]] = field(default_factory=list)
    waiting: int = 0
