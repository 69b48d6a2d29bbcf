"""A case as the record tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class CaseState:
    """The projected columns of `Case`. `version` is the sequence of the last move; `duty` the open duty."""

    timeline: str
    stage: str
    version: int
    duty: UUID | None
    source: str
    category: str
    territory_id: int
    reported_at: datetime
    reporter_post: int | None = None
    verification: str = ""
    verifying: bool = False
    standard: str = ""
    limit_value: int | None = None
    limit_unit: str = ""
    filed_at: datetime | None = None
    department_id: int | None = None
    dispatched_at: datetime | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    check_answer: str = ""
    check_failed: bool = False
    returns: int = 0
    rework: int = 0
    closed_at: datetime | None = None
    outcome: str = ""
