"""An item of the refit as the record tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class ItemState:
    """The projected columns of `RefitItem`. Money in whole yuan."""

    timeline: str
    place_id: int
    year: int
    version: int
    stage: str
    duty: UUID | None
    body_id: int
    budget: int
    spent: int
    starts_on: date
    ends_on: date
    ended_at: datetime | None = None
