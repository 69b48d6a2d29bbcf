"""What can happen to population figures and plans, as entries of the record. A version never changes once written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.coverage.states import Outcome, PlanStatus
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Happening, StreamState, changed

PEOPLE, PLAN = "population", "plan"


@dataclass(frozen=True)
class PeopleState:
    """The projected columns of `Population`."""

    timeline: str
    version: int
    valid_from: date
    resolution: int
    cells: int
    people: float
    elderly: float | None
    invented: bool
    withdrawn: bool
    digest: str
    imported_at: datetime


@dataclass(frozen=True)
class PlanState:
    """The projected columns of `Plan`."""

    timeline: str
    version: int
    kind: str
    status: str
    outcome: str
    population_id: UUID
    scope_id: int
    post_id: int | None
    k: int
    minutes: int
    moment: datetime | None
    uses: str
    listing: str
    asked_at: datetime
    candidates: int | None = None
    people: float | None = None
    before: float | None = None
    gained: float | None = None
    cost: float | None = None
    bound: float | None = None
    digest: str = ""
    answered_at: datetime | None = None


@verb("coverage.people_imported/1", _("Population figures imported"))
class PeopleImported(Facts):
    """人口数据入库: the whole of a file, with a SHA-256 over its cells and source."""

    valid_from: date
    resolution: int
    cells: int
    people: float
    elderly: float | None
    invented: bool
    digest: str

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        said = self.model_dump()
        return changed(state, subject=PeopleState(timeline=happening.timeline, version=happening.sequence,
                                                  withdrawn=False, imported_at=happening.at, **said))


@verb("coverage.people_withdrawn/1", _("Population figures withdrawn"))
class PeopleWithdrawn(Facts):
    """人口数据撤回: no longer reckoned with; plans made with them stay as they are."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=changed(state.subject, version=happening.sequence, withdrawn=True))


@verb("coverage.plan_asked/1", _("Plan of the next places asked for"))
class PlanAsked(Facts):
    """方案提出: everything the calculation starts from."""

    kind: str
    population: UUID
    scope: int
    k: int
    minutes: int
    moment: datetime | None
    uses: str
    listing: str

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=PlanState(
            timeline=happening.timeline, version=happening.sequence, kind=self.kind, status=PlanStatus.WAITING.value,
            outcome=Outcome.NONE.value, population_id=self.population, scope_id=self.scope, post_id=happening.post,
            k=self.k, minutes=self.minutes, moment=self.moment, uses=self.uses, listing=self.listing,
            asked_at=happening.at))


@verb("coverage.plan_answered/1", _("Plan of the next places calculated"))
class PlanAnswered(Facts):
    """方案算出: the figures, and a SHA-256 over the places chosen. Which they are stays on the plan's page."""

    outcome: str
    candidates: int
    people: float
    before: float
    gained: float
    cost: float | None
    bound: float
    digest: str

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=changed(
            state.subject, version=happening.sequence, status=PlanStatus.ANSWERED.value, answered_at=happening.at,
            **self.model_dump()))


@verb("coverage.plan_failed/1", _("Plan of the next places could not be calculated"))
class PlanFailed(Facts):
    """方案未能算出: `why` is a code: the population figures were withdrawn, or the calculation broke."""

    why: str

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=changed(state.subject, version=happening.sequence,
                                              status=PlanStatus.FAILED.value, answered_at=happening.at))
