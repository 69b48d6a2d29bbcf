"""What the record tells of a case, as one row: a pure reading of its entries, in their order.

Only the record speaks here. Facts are read as they are stored, without their typed classes: a year of a city is a
million entries. The vocabulary's test says when a verb of a case is neither read nor knowingly left aside.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from undercity.clock import ZONE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_OF_THE_DATABASE = EPOCH.replace(tzinfo=None)
QUARTER = 15 * 60 * 1_000_000
MICROSECOND = timedelta(microseconds=1)
RESOLVED = "resolved"


def microseconds(moment: datetime | None) -> int | None:
    """A moment as a whole number; a moment without a zone is one of the database and means UTC."""
    if moment is None:
        return None
    return (moment - (EPOCH if moment.tzinfo else EPOCH_OF_THE_DATABASE)) // MICROSECOND


def moment(number: int) -> datetime:
    """The moment a whole number means, in the city's zone."""
    return (EPOCH + number * MICROSECOND).astimezone(ZONE)


def month_of(number: int) -> str:
    """The month of a moment in the city's zone, for example 2026-07."""
    return _month_of_quarter(number // QUARTER)


@cache
def _month_of_quarter(quarter: int) -> str:
    # No zone begins a month within a quarter of an hour.
    found = moment(quarter * QUARTER)
    return f"{found.year:04}-{found.month:02}"


@dataclass(slots=True)
class Told:
    """A case so far. `sent`: the dispatches as (duty closed, department)."""

    source: str = ""
    category: str = ""
    territory: int | None = None
    reporter: int | None = None
    reported: int = 0
    verification: str = ""
    verifier: int | None = None
    filed: int | None = None
    department: int | None = None
    due: int | None = None
    done: int | None = None
    disposals: int = 0
    rework: int = 0
    check_failed: bool = False
    closed: int | None = None
    outcome: str = ""
    position: int = 0
    sent: list[tuple[str, int]] = field(default_factory=list)

    @property
    def void(self) -> bool:
        """Ended without being solved: refused at intake or filing, voided."""
        return self.closed is not None and self.outcome != RESOLVED

    def hear(self, number: int, at: int, verb: str, facts: str) -> None:
        """Take in one entry."""
        self.position = max(self.position, number)
        told = READ.get(verb)
        if told is not None:
            told(self, at, json.loads(facts))

    def moved_on(self) -> set[str]:
        """The duties of dispatches after which the case went to another department."""
        later: set[int] = set()
        found = set()
        for duty, department in reversed(self.sent):
            if later - {department}:
                found.add(duty)
            later.add(department)
        return found

    def row(self) -> tuple[Any, ...]:
        """The values of a row of reports, but for its stream."""
        return (self.source, self.category, self.territory, self.reporter, self.reported, month_of(self.reported),
                self.verification, self.verifier, self.filed, month_of(self.filed) if self.filed is not None else "",
                self.department, self.due, self.done, self.disposals, self.rework, self.closed, self.outcome,
                int(self.void), self.position)

    def months(self) -> set[str]:
        """The months in whose files the case stands."""
        return {month_of(self.reported)} | ({month_of(self.filed)} if self.filed is not None else set())


def _reported(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.source, case.category, case.territory = facts["source"], facts["category"], facts["territory"]
    case.reporter, case.reported = facts["reporter_post"], at


def _verified(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.verification, case.verifier = facts["answer"], facts["inspector_post"]


def _refused(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.closed, case.outcome = at, facts["outcome"]


def _filed(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.category, case.territory = facts["category"], facts["territory"]
    # The month of a case is that of its first filing, so that it never moves.
    case.filed = at if case.filed is None else case.filed


def _dispatched(case: Told, at: int, facts: dict[str, Any]) -> None:
    department = facts["department"]
    if case.sent and case.sent[-1][1] != department:
        case.disposals = case.rework = 0
    elif case.check_failed:
        case.rework += 1
    case.sent.append((facts["closes"], department))
    case.department, case.due, case.done, case.check_failed = department, _parsed(facts["due_at"]), None, False


def _returned(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.department = case.due = case.done = None


def _done(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.done, case.disposals = at, case.disposals + 1


def _sent_back(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.done, case.rework = None, case.rework + 1


def _check_confirmed(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.check_failed = facts["answer"] != "passed"


def _closed(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.closed, case.outcome = at, RESOLVED


def _parsed(text: str | None) -> int | None:
    return microseconds(datetime.fromisoformat(text)) if text else None


READ: dict[str, Callable[[Told, int, dict[str, Any]], None]] = {
    "case.reported/1": _reported, "case.verified/1": _verified, "case.refused/1": _refused, "case.filed/1": _filed,
    "case.dispatched/1": _dispatched, "case.returned/1": _returned, "case.done/1": _done,
    "case.sent_back/1": _sent_back, "case.check_confirmed/1": _check_confirmed, "case.closed/1": _closed,
}
# What these say stands in the duties already.
LEFT_ASIDE = frozenset({"case.verification_sent/1", "case.passed_on/1", "case.reviewed/1", "case.checked/1"})
