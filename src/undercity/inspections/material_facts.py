"""What can happen to a stock of material, as entries of the record. A version never changes once written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.inspections.states import Gear, Movement, Why
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState, assign, changed, finish

SUBJECT = "material"


@dataclass(frozen=True)
class MaterialState:
    """The projected columns of `Material`."""

    timeline: str
    gear: str
    count: int
    place_id: int | None
    body_id: int
    post: int | None
    expires_on: date | None
    test_on: date | None
    version: int
    changed_at: datetime
    duty: UUID | None = None
    gone: bool = False


@verb("material.registered/1", _("Material registered"))
class Registered(Facts):
    """物资登记."""

    gear: Gear
    count: int
    place: int | None
    body: int
    holder: int | None
    expires_on: date | None
    test_on: date | None
    words: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=MaterialState(
            timeline=happening.timeline, gear=self.gear.value, count=self.count, place_id=self.place,
            body_id=self.body, post=self.holder, expires_on=self.expires_on, test_on=self.test_on,
            version=happening.sequence, changed_at=happening.at))


class MaterialStep(Facts):
    """A step of a stock, with words."""

    note: DossierRef | None

    def step(self, state: StreamState, happening: Happening, **changes: Any) -> StreamState:
        """The stock with these columns changed."""
        return changed(state, subject=changed(state.subject, version=happening.sequence, changed_at=happening.at,
                                              **changes))


@verb("material.moved/1", _("Material moved"))
class Moved(MaterialStep):
    """出入库: put in, taken out, used up, counted; or all of it brought to another place."""

    movement: Movement
    amount: int
    count: int
    place: int | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, count=self.count, place_id=self.place)


@verb("material.due/1", _("Material to be looked at"))
class Due(Facts):
    """到期提醒: it expires soon, or its test comes."""

    why: Why
    on: date
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        row = changed(state.subject, version=happening.sequence, changed_at=happening.at, duty=self.opens.id)
        return assign(changed(state, subject=row), self.opens, happening)


@verb("material.tested/1", _("Material tested"))
class Tested(MaterialStep):
    """试验: it works or it does not; when it is tested next, and until when it is good."""

    passed: bool
    expires_on: date | None
    test_on: date | None
    closes: UUID | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        state = self.step(state, happening, expires_on=self.expires_on, test_on=self.test_on, duty=None)
        return state if self.closes is None else finish(
            state, self.closes, "done" if self.passed else "done_with_findings", happening)


@verb("material.gone/1", _("Material written off"))
class Gone(MaterialStep):
    """报废核销."""

    closes: UUID | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        state = self.step(state, happening, gone=True, count=0, duty=None)
        return state if self.closes is None else finish(state, self.closes, "gone", happening)
