"""A version of a plan as the record tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class PlanState:
    """The projected columns of `PlanVersion`."""

    body_id: int
    code: str
    number: int
    label: str
    version: int
    stage: str
    orders: int
    valid_from: date
    valid_to: date | None
    drafted_at: datetime
    drafted_by: int | None
    published_at: datetime | None = None
    published_by: int | None = None
    withdrawn_at: datetime | None = None
