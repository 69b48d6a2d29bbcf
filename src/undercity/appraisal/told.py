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
# Never a case, or one no longer: refused, voided, merged. One closed by force stays a case, and unsolved.
VOID = frozenset({"not_taken", "not_filed", "voided", "merged"})


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
    held: bool = False
    excused: bool = False
    sent: list[tuple[str, int]] = field(default_factory=list)

    @property
    def void(self) -> bool:
        """Refused at intake or filing, voided, or merged with another."""
        return self.outcome in VOID

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
                int(self.void), int(self.held), int(self.excused), self.position)

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


def _extended(case: Told, at: int, facts: dict[str, Any]) -> None:
    if facts["agreed"]:
        case.due = _parsed(facts["due_at"])


def _held(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.held = True


def _resumed(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.held, case.due = False, _parsed(facts["due_at"])


def _appealed(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.excused = facts["upheld"]


def _ended(outcome: str) -> Callable[[Told, int, dict[str, Any]], None]:
    def told(case: Told, at: int, facts: dict[str, Any]) -> None:
        case.closed, case.outcome, case.held = at, outcome, False

    return told


def _closed(case: Told, at: int, facts: dict[str, Any]) -> None:
    case.closed, case.outcome = at, RESOLVED


def _parsed(text: str | None) -> int | None:
    return microseconds(datetime.fromisoformat(text)) if text else None


READ: dict[str, Callable[[Told, int, dict[str, Any]], None]] = {
    "case.reported/1": _reported, "case.verified/1": _verified, "case.refused/1": _refused, "case.filed/1": _filed,
    "case.dispatched/1": _dispatched, "case.returned/1": _returned, "case.returned/2": _returned, "case.done/1": _done,
    "case.sent_back/1": _sent_back, "case.check_confirmed/1": _check_confirmed, "case.closed/1": _closed,
    "case.extension_decided/1": _extended, "case.held/1": _held, "case.resumed/1": _resumed,
    "case.appeal_decided/1": _appealed, "case.voided/1": _ended("voided"), "case.merged/1": _ended("merged"),
    "case.forced/1": _ended("forced"), "case.handling_confirmed/1": _ended("self_handled"),
}
# What these say stands in the duties already.
LEFT_ASIDE = frozenset({
    "case.verification_sent/1", "case.passed_on/1", "case.reviewed/1", "case.checked/1", "case.handled_on_the_spot/1",
    "case.extension_asked/1", "case.hold_asked/1", "case.hold_agreed/1", "case.hold_refused/1", "case.supervised/1",
    "case.supervision_answered/1", "case.shirking_flagged/1", "case.void_asked/1", "case.void_refused/1",
    "case.joined/1", "case.remarked/1", "case.appealed/1", "case.appeal_agreed/1", "case.told_outside/1",
    "case.handed_over/1",
    # What citizens say afterwards changes no number of the offices: a case taken up again is a case of its own.
    "case.supported/1", "case.added/1", "case.rated/1", "case.reopen_asked/1", "case.reopen_decided/1",
    "case.continues/1", "case.erased/1",
    # The hotline's own clock beside the case's.
    "case.order_taken/1", "case.order_contacted/1", "case.order_replied/1", "case.order_called_back/1",
    "case.order_redone/1", "case.order_returned/1"})
