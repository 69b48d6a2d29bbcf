"""What can happen to a version of a plan, as entries of the record. A version of a fact never changes once written."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import DossierRef, Happening, StreamState, changed
from undercity.response.plans.fold import PlanState
from undercity.response.plans.states import Stage

SUBJECT = "emergency_plan"


@verb("plan.drafted/1", _("Plan saved as a draft"))
class Drafted(Facts):
    """起草: whose plan, which version, how many orders it holds, and the mark of its file."""

    body: int
    code: str
    number: int
    label: str
    orders: int
    valid_from: date
    valid_to: date | None = None
    file: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=PlanState(
            body_id=self.body, code=self.code, number=self.number, label=self.label, version=happening.sequence,
            stage=Stage.DRAFT.value, orders=self.orders, valid_from=self.valid_from, valid_to=self.valid_to,
            drafted_at=happening.at, drafted_by=happening.post))


class PlanStep(Facts):
    """A step of a version, with what was said."""

    note: DossierRef | None = None

    def step(self, state: StreamState, happening: Happening, **changes: Any) -> StreamState:
        """The version with these columns changed."""
        return changed(state, subject=changed(state.subject, version=happening.sequence, **changes))


@verb("plan.published/1", _("Plan published"))
class Published(PlanStep):
    """发布: in force from a day on; whatever the body had in force before is replaced from that day."""

    valid_from: date

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.PUBLISHED.value, valid_from=self.valid_from,
                         published_at=happening.at, published_by=happening.post)


@verb("plan.withdrawn/1", _("Plan withdrawn"))
class Withdrawn(PlanStep):
    """废止: no longer in force; the one before it holds again."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.WITHDRAWN.value, withdrawn_at=happening.at)
