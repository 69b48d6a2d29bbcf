"""What can happen to a duty made from a template, as entries of the record. A version never changes once written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState, assign, changed, finish

SUBJECT = "task"
OPEN, DONE, REFUSED, EXCUSED = "open", "done", "refused", "excused"


@dataclass(frozen=True)
class TaskState:
    """The projected columns of `Task`. `status`: open, done, refused (the superior decides), excused (he agreed)."""

    timeline: str
    template: str
    period: str
    status: str
    version: int
    duty: UUID | None
    given_to: int | None
    held_by: int | None
    body_id: int
    due_at: datetime | None
    ended_at: datetime | None = None


@verb("task.given/1", _("Duty given"))
class TaskGiven(Facts):
    """交办: a duty arose from its template, for a period, or for a trigger's day."""

    template: str
    version: date
    period: str
    day: date
    brief: DossierRef | None
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        task = TaskState(timeline=happening.timeline, template=self.template, period=self.period, status=OPEN,
                         version=happening.sequence, duty=self.opens.id, given_to=self.opens.post,
                         held_by=self.opens.post, body_id=self.opens.body, due_at=self.opens.due_at)
        return assign(changed(state, subject=task), self.opens, happening)


class TaskStep(Facts):
    """A step: closes the open duty, may open the next, with what was said and shown."""

    closes: UUID
    opens: Assigned | None = None
    note: DossierRef | None = None
    photos: tuple[DossierRef, ...] = ()

    def step(self, state: StreamState, happening: Happening, outcome: str, **changes: Any) -> StreamState:
        """The step itself; `changes` are the task's other fields."""
        task = changed(state.subject, version=happening.sequence, duty=self.opens.id if self.opens else None,
                       ended_at=None if self.opens else happening.at, **changes)
        state = finish(changed(state, subject=task), self.closes, outcome, happening)
        return assign(state, self.opens, happening) if self.opens else state


@verb("task.done/1", _("Duty done"))
class TaskDone(TaskStep):
    """办结: done, with its evidence and numbers."""

    template: str
    counts: dict[str, int]

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, "done", status=DONE)


@verb("task.refused/1", _("Duty refused, with the reason"))
class TaskRefused(TaskStep):
    """申请免办: the holder says why it cannot be done; the superior decides. Without a superior it stays refused."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, "refused", status=REFUSED)


@verb("task.refusal_decided/1", _("Refusal decided"))
class RefusalDecided(TaskStep):
    """免办审定: agreed, the duty is over and leaves the score; or given back, and the old deadline stands."""

    agreed: bool

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        if self.agreed:
            return self.step(state, happening, "agreed", status=EXCUSED)
        assert self.opens is not None
        return self.step(state, happening, "given_back", status=OPEN, held_by=self.opens.post)


@verb("task.handed_over/1", _("Handed over"))
class HandedOver(TaskStep):
    """转办: to another post; the deadline stays."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        assert self.opens is not None
        return self.step(state, happening, "handed_over", held_by=self.opens.post, body_id=self.opens.body)
