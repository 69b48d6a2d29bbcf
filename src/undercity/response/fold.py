"""A response and an order as the record tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class ResponseState:
    """The projected columns of `Response`. Levels are those of `states.Level`; `wanted` is the proposal that waits."""

    timeline: str
    body_id: int
    year: int
    version: int
    stage: str
    level: int
    wanted: int | None
    basis: str
    basis_id: str
    proposed_at: datetime
    proposed_by: int | None
    duty: UUID | None
    seconded_by: int | None = None
    seconded_at: datetime | None = None
    plan: str = ""
    number: int = 0
    wave: int = 0
    issued: int = 0
    confirmed_by: int | None = None
    confirmed_under: int | None = None
    started_at: datetime | None = None
    changed_at: datetime | None = None
    ended_at: datetime | None = None
    reported_at: datetime | None = None


@dataclass(frozen=True)
class OrderState:
    """The projected columns of `Order`. `chain`: whom silence is told, as [post, minutes after the order was given]."""

    timeline: str
    response_id: UUID
    wave: int
    key: str
    plan_order: str
    verb: str
    evidence: str
    body_id: int
    post_id: int | None
    appointment: int | None
    place_id: int | None
    territory_id: int | None
    version: int
    standing: str
    duty: UUID | None
    issued_at: datetime
    # Since when the post that has it now has it: silence counts from here.
    held_from: datetime
    silent_at: datetime | None
    due_at: datetime | None
    chain: tuple[tuple[int, int], ...]
    told: int = 0
    told_post: int | None = None
    answered_at: datetime | None = None
    how: str = ""
    ended_at: datetime | None = None
    water_at: datetime | None = None
