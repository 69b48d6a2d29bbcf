"""What can happen to a check and to flood boards, as entries of the record. A version never changes once written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.inspections.states import Status
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState, assign, changed, finish

SUBJECT = "inspection"
BOARDS = "boards"


@dataclass(frozen=True)
class InspectionState:
    """The projected columns of `Inspection`."""

    timeline: str
    place_id: int
    body_id: int
    checklist: str
    since: date
    topic: str
    period: str
    status: str
    version: int
    duty: UUID | None
    given_at: datetime
    due_at: datetime | None
    holds_days: int
    done_at: datetime | None = None
    done_by: int | None = None
    arrived_at: datetime | None = None
    clean_at: datetime | None = None
    results: dict[str, Any] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    cases: dict[str, Any] = field(default_factory=dict)
    again: int = 0


@verb("inspection.given/1", _("Check due"))
class Given(Facts):
    """检查下达: a check arose from its checklist, for a period; or somebody began one."""

    place: int
    checklist: str
    version: date
    topic: str
    period: str
    holds_days: int
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        row = InspectionState(
            timeline=happening.timeline, place_id=self.place, body_id=self.opens.body, checklist=self.checklist,
            since=self.version, topic=self.topic, period=self.period, status=Status.OPEN.value,
            version=happening.sequence, duty=self.opens.id, given_at=happening.at, due_at=self.opens.due_at,
            holds_days=self.holds_days)
        return assign(changed(state, subject=row), self.opens, happening)


@verb("inspection.done/1", _("Check done"))
class Done(Facts):
    """检查完毕: the answers, which items failed and which cases came of them. It happened when it was tapped."""

    closes: UUID
    results: dict[str, int | float | str]
    failed: tuple[str, ...]
    cases: dict[str, str]
    notes: tuple[DossierRef, ...]
    photos: tuple[DossierRef, ...]

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        row = changed(
            state.subject, status=Status.DONE.value, version=happening.sequence, duty=None, done_at=happening.at,
            done_by=happening.post, arrived_at=happening.recorded, results=dict(self.results),
            failed=list(self.failed), failing=list(self.failed), cases=dict(self.cases),
            clean_at=None if self.failed else happening.at)
        return finish(changed(state, subject=row), self.closes, "done_with_findings" if self.failed else "done",
                      happening)


@verb("inspection.again/1", _("To be looked at again"))
class Again(Facts):
    """复查下达: the cases of these items are closed; somebody looks whether they are mended."""

    items: tuple[str, ...]
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        row = changed(state.subject, version=happening.sequence, duty=self.opens.id, due_at=self.opens.due_at,
                      again=state.subject.again + 1)
        return assign(changed(state, subject=row), self.opens, happening)


@verb("inspection.looked/1", _("Looked at again"))
class Looked(Facts):
    """复查: what was found of the items that had failed. Those that still fail became cases anew."""

    closes: UUID
    results: dict[str, int | float | str]
    failed: tuple[str, ...]
    cases: dict[str, str]
    notes: tuple[DossierRef, ...]
    photos: tuple[DossierRef, ...]

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was: InspectionState = state.subject
        failing = [code for code in was.failing if code not in self.results or code in self.failed]
        row = changed(was, version=happening.sequence, duty=None, results={**was.results, **self.results},
                      failing=failing, cases={**was.cases, **self.cases},
                      clean_at=None if failing else happening.at)
        return finish(changed(state, subject=row), self.closes, "done_with_findings" if failing else "done", happening)


@dataclass(frozen=True)
class BoardsState:
    """The projected columns of `BoardsStand`."""

    timeline: str
    place_id: int
    body_id: int
    version: int
    is_set: bool
    changed_at: datetime
    arrived_at: datetime
    changed_by: int | None


class BoardsStep(Facts):
    """A tap on the spot: the entry's moment is the tap's, its `recorded` the arrival's."""

    place: int
    body: int
    photos: tuple[DossierRef, ...]

    def turned(self, state: StreamState, happening: Happening, *, is_set: bool) -> StreamState:
        """The boards as they stand after it. A tap that arrives after a later one no longer changes them."""
        was: BoardsState | None = state.subject
        if was is not None and happening.at < was.changed_at:
            return changed(state, subject=changed(was, version=happening.sequence))
        return changed(state, subject=BoardsState(
            timeline=happening.timeline, place_id=self.place, body_id=self.body, version=happening.sequence,
            is_set=is_set, changed_at=happening.at, arrived_at=happening.recorded, changed_by=happening.post))


@verb("boards.set/1", _("Flood boards set"))
class BoardsSet(BoardsStep):
    """挡水板已装."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.turned(state, happening, is_set=True)


@verb("boards.down/1", _("Flood boards taken down"))
class BoardsDown(BoardsStep):
    """挡水板已拆."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.turned(state, happening, is_set=False)
