"""What can happen to an item of the refit, as entries of the record. A version never changes once written."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState, assign, changed, finish
from undercity.places.refit.fold import ItemState
from undercity.places.refit.states import Stage

SUBJECT = "refit"


@verb("refit.planned/1", _("Refit planned"))
class Planned(Facts):
    """列入改造计划: what is improved where, by whom, from when to when, for how much."""

    place: int
    year: int
    budget: int
    starts_on: date
    ends_on: date
    what: DossierRef
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        item = ItemState(timeline=happening.timeline, place_id=self.place, year=self.year, version=happening.sequence,
                         stage=Stage.PLANNED.value, duty=self.opens.id, body_id=self.opens.body, budget=self.budget,
                         spent=0, starts_on=self.starts_on, ends_on=self.ends_on)
        return assign(changed(state, subject=item), self.opens, happening)


class ItemStep(Facts):
    """A step of an item, with what was said and shown."""

    note: DossierRef | None = None
    photos: tuple[DossierRef, ...] = ()

    def step(self, state: StreamState, happening: Happening, **changes: Any) -> StreamState:
        """The item with these columns changed."""
        return changed(state, subject=changed(state.subject, version=happening.sequence, **changes))


@verb("refit.progressed/1", _("Refit under way"))
class Progressed(ItemStep):
    """进展: how far it is, and what was spent so far."""

    spent: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, stage=Stage.RUNNING.value, spent=self.spent)


@verb("refit.finished/1", _("Refit finished"))
class Finished(ItemStep):
    """完工: with what it cost and a picture of it."""

    closes: UUID
    spent: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        state = self.step(state, happening, stage=Stage.DONE.value, spent=self.spent, duty=None,
                          ended_at=happening.at)
        return finish(state, self.closes, "done", happening)


@verb("refit.dropped/1", _("Refit given up"))
class Dropped(ItemStep):
    """取消: with the reason."""

    closes: UUID

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        state = self.step(state, happening, stage=Stage.DROPPED.value, duty=None, ended_at=happening.at)
        return finish(state, self.closes, "dropped", happening)


@verb("refit.reopened/1", _("Refit taken up again"))
class Reopened(ItemStep):
    """恢复: it was not finished after all, or is wanted again."""

    opens: Assigned
    ends_on: date

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        state = self.step(state, happening, stage=Stage.RUNNING.value, duty=self.opens.id, ended_at=None,
                          ends_on=self.ends_on)
        return assign(state, self.opens, happening)
