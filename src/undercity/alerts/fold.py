"""Warnings, episodes and our own messages as the record tells them: field by field the projected columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class WarningState:
    """The columns of `ReceivedWarning`."""

    timeline: str
    version: int
    stage: str
    status: str
    scope: str
    counting: str
    hazard: str
    colour: str
    inferred: bool
    severity: str
    signed: str
    begins: datetime
    ends: datetime
    assumed: bool
    bodies: list[int]
    received_at: datetime
    sent: datetime
    mark: str
    messages: int
    missing: bool
    ended: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True)
class EpisodeState:
    """The columns of `Episode`."""

    timeline: str
    version: int
    rule: str
    series_id: int
    body_id: int
    began: int
    value: int
    threshold: int
    peak: int
    ended: int | None = None


@dataclass(frozen=True)
class BulletinState:
    """The columns of `Bulletin`."""

    timeline: str
    version: int
    stage: str
    matter: str
    body_id: int
    status: str
    issued_at: datetime
    sent: datetime
    begins: datetime
    ends: datetime
    places: list[int]
    bodies: list[int]
