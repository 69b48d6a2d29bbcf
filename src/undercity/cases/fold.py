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
    # Handled by the inspector who found it; the intake officer only looks at the pictures.
    on_the_spot: bool = False
    # The department that sent it back to dispatch, and the deadline that stands if it gets the case again.
    returned_by: int | None = None
    returned_due: datetime | None = None
    misdirected: int = 0
    shirking: int = 0
    # What waits for a yes or no, whose duty that is, and whether the first of two agreed.
    asked: str = ""
    ask_duty: UUID | None = None
    agreed: bool = False
    extensions: int = 0
    hold_until: datetime | None = None
    # What was left of the limit when the clock stopped, in seconds as its unit counts; None: it was over.
    hold_left: int | None = None
    supervisions: int = 0
    reply_duty: UUID | None = None
    appeal: str = ""
    merged_into: UUID | None = None
    reporters: int = 1
    # How many rated what was done, and the sum of their stars.
    ratings: int = 0
    stars: int = 0
    # Taken up again as another case, or itself the going on of one.
    continued_as: UUID | None = None
    continues: UUID | None = None
    # The unit grid it lies in, of the version of the day it was reported.
    unit_grid: str = ""
    # The hotline order it came with: its number, when somebody called, its own clock and what was done about it.
    order: str = ""
    order_at: datetime | None = None
    order_due: datetime | None = None
    order_duty: UUID | None = None
    contacted_at: datetime | None = None
    replied_at: datetime | None = None
    callback: str = ""
    redos: int = 0
    order_returned: bool = False
