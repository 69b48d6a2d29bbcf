"""What can happen to an order, as entries of the record. A version never changes once written."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.ledger.facts import Facts, upcast, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState, assign, change, changed, finish
from undercity.response.fold import OrderState
from undercity.response.states import Standing

SUBJECT = "order"


@verb("order.given/2", _("Order given"))
class Given(Facts):
    """下达指令: by a wave of a response, or by an officer in words of his own."""

    response: UUID
    wave: int
    key: str
    plan_order: str
    what: str
    evidence: str
    place: int | None
    silent_at: datetime | None
    chain: tuple[tuple[int, int], ...]
    words: DossierRef | None = None
    opens: Assigned
    water_at: datetime | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        order = OrderState(
            timeline=happening.timeline, response_id=self.response, wave=self.wave, key=self.key,
            plan_order=self.plan_order, verb=self.what, evidence=self.evidence, body_id=self.opens.body,
            post_id=self.opens.post, appointment=self.opens.appointment, place_id=self.place,
            territory_id=self.opens.territory, version=happening.sequence, standing=Standing.ISSUED.value,
            duty=self.opens.id, issued_at=happening.at, held_from=happening.at, silent_at=self.silent_at,
            due_at=self.opens.due_at, chain=self.chain, water_at=self.water_at)
        return assign(changed(state, subject=order), self.opens, happening)


@upcast("order.given/1", to="order.given/2")
def _no_water_known(facts: dict[str, Any]) -> dict[str, Any]:
    """Before version 2 nobody said when the water is at a place."""
    return {**facts, "water_at": None}


class OrderStep(Facts):
    """A step of an order."""

    def step(self, state: StreamState, happening: Happening, **changes: Any) -> StreamState:
        """The order with these columns changed."""
        return changed(state, subject=changed(state.subject, version=happening.sequence, **changes))


class Answer(OrderStep):
    """An answer of whoever has the order, or of the officer who telephoned with him; silence is over."""

    how: str
    note: DossierRef | None = None
    photos: tuple[DossierRef, ...] = ()

    def answered(self, state: StreamState, happening: Happening, standing: Standing, **changes: Any) -> StreamState:
        """The order answered so."""
        first = state.subject.answered_at or happening.at
        return self.step(state, happening, standing=standing.value, answered_at=first, how=self.how, silent_at=None,
                         **changes)


@verb("order.acknowledged/1", _("Order acknowledged"))
class Acknowledged(Answer):
    """签收: seen, and it will be carried out."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        duty = state.subject.duty
        return change(self.answered(state, happening, Standing.ACCEPTED), duty, accepted_at=happening.at)


@verb("order.begun/1", _("Order under way"))
class Begun(Answer):
    """正在执行."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        duty = state.subject.duty
        seen = state.duties[duty].accepted_at or happening.at
        return change(self.answered(state, happening, Standing.BEGUN), duty, accepted_at=seen)


@verb("order.done/1", _("Order carried out"))
class Done(Answer):
    """执行完毕: with what the order wants as evidence."""

    count: int | None = None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        duty = state.subject.duty
        state = self.answered(state, happening, Standing.DONE, duty=None, ended_at=happening.at)
        return finish(state, duty, "done", happening)


@verb("order.refused/1", _("Order refused"))
class Refused(Answer):
    """不能执行: with the reason; the next of the chain has it, or nobody has."""

    opens: Assigned | None
    silent_at: datetime | None
    told: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        duty = state.subject.duty
        standing = Standing.REFUSED if self.opens is None else Standing.ISSUED
        state = self.answered(state, happening, standing)
        state = finish(state, duty, "refused", happening)
        if self.opens is None:
            return changed(state, subject=changed(state.subject, duty=None))
        return handed(state, self.opens, self.silent_at, self.told, happening)


def handed(state: StreamState, opens: Assigned, silent_at: datetime | None, told: int,
           happening: Happening) -> StreamState:
    """The order in the hands of another post, who has not answered yet."""
    order = changed(state.subject, duty=opens.id, post_id=opens.post, appointment=opens.appointment,
                    body_id=opens.body, standing=Standing.ISSUED.value, silent_at=silent_at, due_at=opens.due_at,
                    held_from=happening.at, answered_at=None, how="", ended_at=None, told=told)
    return assign(changed(state, subject=order), opens, happening)


@verb("order.passed_on/1", _("Order given to another post"))
class PassedOn(OrderStep):
    """改派: by whoever gives orders."""

    closes: UUID | None
    note: DossierRef | None
    opens: Assigned
    silent_at: datetime | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        state = self.step(state, happening)
        if self.closes is not None:
            state = finish(state, self.closes, "passed_on", happening)
        return handed(state, self.opens, self.silent_at, 0, happening)


@verb("order.silence_told/1", _("No answer; told to the next post"))
class SilenceTold(OrderStep):
    """未响应提醒: nobody answered; the next of the chain is told, and when the one after that will be."""

    told: int
    post: int | None
    silent_at: datetime | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, told=self.told, told_post=self.post, silent_at=self.silent_at)


@verb("order.withdrawn/1", _("Order withdrawn"))
class Withdrawn(OrderStep):
    """撤回: the response was lowered or stood down, or an officer took the order back."""

    closes: UUID | None
    note: DossierRef | None = None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        state = self.step(state, happening, standing=Standing.WITHDRAWN.value, duty=None, silent_at=None,
                          ended_at=happening.at)
        return finish(state, self.closes, "withdrawn", happening) if self.closes is not None else state
