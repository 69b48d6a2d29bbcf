"""What can happen to a response, as entries of the record. A version never changes once written."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, StreamState, assign, changed, finish
from undercity.response.fold import ResponseState
from undercity.response.states import Stage

SUBJECT = "response"


@verb("response.proposed/1", _("Response level proposed"))
class Proposed(Facts):
    """建议响应级别: of a body whose plan it is, on a basis; a newer proposal takes the place of one that waits."""

    body: int
    year: int
    level: int
    basis: str
    basis_id: str
    note: DossierRef | None
    closes: UUID | None
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        if state.subject is None:
            now = ResponseState(timeline=happening.timeline, body_id=self.body, year=self.year, version=0,
                                stage=Stage.PROPOSED.value, level=0, wanted=None, basis="", basis_id="",
                                proposed_at=happening.at, proposed_by=None, duty=None)
        else:
            now = state.subject
        now = changed(now, version=happening.sequence, wanted=self.level, basis=self.basis, basis_id=self.basis_id,
                      proposed_at=happening.at, proposed_by=happening.post, duty=self.opens.id, seconded_by=None,
                      seconded_at=None)
        state = changed(state, subject=now)
        if self.closes is not None:
            state = finish(state, self.closes, "superseded", happening)
        return assign(state, self.opens, happening)


class ResponseStep(Facts):
    """A step of a response."""

    def step(self, state: StreamState, happening: Happening, **changes: Any) -> StreamState:
        """The response with these columns changed."""
        return changed(state, subject=changed(state.subject, version=happening.sequence, **changes))


@verb("response.seconded/1", _("Confirmed by the first of two"))
class Seconded(ResponseStep):
    """第一人确认: the plan wants two persons; the other confirms, or the time for it runs out."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, seconded_by=happening.post, seconded_at=happening.at)


@verb("response.declined/1", _("Proposal declined"))
class Declined(ResponseStep):
    """不采纳: the level stays as it is, with the reason."""

    closes: UUID
    note: DossierRef | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was = state.subject
        over = {"stage": Stage.DECLINED.value, "ended_at": happening.at} if was.stage == Stage.PROPOSED else {}
        state = self.step(state, happening, wanted=None, duty=None, seconded_by=None, seconded_at=None, **over)
        return finish(state, self.closes, "declined", happening)


@verb("response.confirmed/1", _("Response level in force"))
class Confirmed(ResponseStep):
    """启动或调整响应: the level is in force; its orders follow as a wave of their own."""

    closes: UUID
    level: int
    was: int
    plan: str
    number: int
    wording: DossierRef
    # Under the rule of two persons, when the second one did not answer in time.
    alone: bool = False
    confirmed_by: int | None
    confirmed_under: int | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        was = state.subject
        state = self.step(state, happening, stage=Stage.ACTIVE.value, level=self.level, wanted=None, duty=None,
                          plan=self.plan, number=self.number, wave=was.wave + 1, confirmed_by=self.confirmed_by,
                          confirmed_under=self.confirmed_under, started_at=was.started_at or happening.at,
                          changed_at=happening.at, seconded_by=None, seconded_at=None)
        return finish(state, self.closes, "confirmed", happening)


@verb("response.stood_down/1", _("Response stood down"))
class StoodDown(ResponseStep):
    """终止响应: what is still open is withdrawn in its own wave."""

    closes: UUID
    was: int
    number: int
    wording: DossierRef
    alone: bool = False
    confirmed_by: int | None
    confirmed_under: int | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        state = self.step(state, happening, stage=Stage.ENDED.value, level=0, wanted=None, duty=None,
                          number=self.number, wave=state.subject.wave + 1, confirmed_by=self.confirmed_by,
                          confirmed_under=self.confirmed_under, changed_at=happening.at, ended_at=happening.at,
                          seconded_by=None, seconded_at=None)
        return finish(state, self.closes, "confirmed", happening)


@verb("response.issued/1", _("Orders given"))
class Issued(ResponseStep):
    """指令下达完毕: a wave is complete; how many orders it gave and took back, and to how many holders."""

    wave: int
    given: int
    withdrawn: int
    holders: int
    places_closed: int

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, issued=self.wave)


@verb("response.reported/1", _("Situation report"))
class Reported(ResponseStep):
    """情况报告: how things stood, as a report that is kept."""

    report: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.step(state, happening, reported_at=happening.at)
