"""What can happen to teams, needs and deployments, as entries of the record. A version never changes once written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.forces.states import NeedStage, Stage
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Assigned, DossierRef, Happening, Part, StreamState, assign, changed, finish

TEAM, NEED, DEPLOYMENT = "team", "need", "deployment"


@dataclass(frozen=True)
class TeamState:
    """The projected columns of `Team`."""

    version: int
    kind: str
    body_id: int
    post_id: int | None
    heads: int
    skills: list[Any]
    gear: list[Any]
    invented: bool
    words_id: UUID
    since: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class NeedState:
    """The projected columns of `Need`."""

    timeline: str
    version: int
    stage: str
    territory_id: int
    urgency: str
    wanted_at: datetime
    minutes: int
    m3h: int
    skills: list[Any]
    entered_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class DeploymentState:
    """The projected columns of `Deployment`."""

    timeline: str
    version: int
    stage: str
    team_id: UUID
    need_id: UUID | None
    point_id: UUID | None
    proposal: UUID | None
    duty: UUID | None
    heads: int
    gear: list[Any]
    called_at: datetime
    expected_at: datetime | None
    arrived_at: datetime | None = None
    how: str = ""
    metres: int | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    days: int = 0


class HeldSkill(Part):
    """So many heads can do this, until that day at most."""

    skill: str
    heads: int
    until: date | None = None


class AskedSkill(Part):
    """So many heads are asked for who can do this."""

    skill: str
    heads: int


class TeamFacts(Facts):
    """A team as it is from now on."""

    kind: str
    body: int
    post: int | None
    heads: int
    skills: tuple[HeldSkill, ...]
    invented: bool
    words: DossierRef

    def columns(self, happening: Happening) -> dict[str, Any]:
        """What of `Team` this entry says."""
        return {"version": happening.sequence, "kind": self.kind, "body_id": self.body, "post_id": self.post,
                "heads": self.heads, "skills": [one.model_dump(mode="json") for one in self.skills],
                "invented": self.invented, "words_id": self.words.id}


@verb("team.registered/1", _("Team registered"))
class Registered(TeamFacts):
    """队伍登记: a team is there."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=TeamState(**self.columns(happening), gear=[], since=happening.at))


@verb("team.changed/1", _("Team changed"))
class TeamChanged(TeamFacts):
    """队伍变更: its leader, heads, skills or base are others."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=changed(state.subject, **self.columns(happening)))


@verb("team.gear_set/1", _("Gear changed"))
class GearSet(Facts):
    """装备变更: a piece of gear is there, ready or not, or gone."""

    gear: UUID
    kind: str
    count: int
    m3h: int
    ready: bool
    gone: bool

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        kept = [one for one in state.subject.gear if one["id"] != str(self.gear)]
        if not self.gone:
            kept.append({"id": str(self.gear), "kind": self.kind, "count": self.count, "m3h": self.m3h,
                         "ready": self.ready})
        return changed(state, subject=changed(state.subject, version=happening.sequence, gear=kept))


@verb("team.ended/1", _("Team disbanded"))
class TeamEnded(Facts):
    """队伍撤销."""

    note: DossierRef | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=changed(state.subject, version=happening.sequence, ended_at=happening.at))


@verb("need.entered/1", _("Need entered"))
class NeedEntered(Facts):
    """需求登记: what is needed, from when, for how long; where and why stand in its words."""

    territory: int
    urgency: str
    wanted_at: datetime
    minutes: int
    m3h: int
    skills: tuple[AskedSkill, ...]
    words: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        need = NeedState(timeline=happening.timeline, version=happening.sequence, stage=NeedStage.OPEN.value,
                         territory_id=self.territory, urgency=self.urgency, wanted_at=self.wanted_at,
                         minutes=self.minutes, m3h=self.m3h, skills=[one.model_dump() for one in self.skills],
                         entered_at=happening.at)
        return changed(state, subject=need)


@verb("need.ended/1", _("Need ended"))
class NeedEnded(Facts):
    """需求了结: met, or withdrawn."""

    met: bool
    note: DossierRef | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        stage = NeedStage.MET if self.met else NeedStage.WITHDRAWN
        return changed(state, subject=changed(state.subject, version=happening.sequence, stage=stage.value,
                                              ended_at=happening.at))


@verb("deployment.called_up/1", _("Called up"))
class CalledUp(Facts):
    """集结: a team is called to a need or a point, with so many heads and this gear; its leader has the duty."""

    team: UUID
    need: UUID | None
    point: UUID | None
    proposal: UUID | None
    heads: int
    gear: tuple[UUID, ...]
    expected_at: datetime | None
    note: DossierRef | None
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        made = DeploymentState(
            timeline=happening.timeline, version=happening.sequence, stage=Stage.CALLED.value, team_id=self.team,
            need_id=self.need, point_id=self.point, proposal=self.proposal, duty=self.opens.id, heads=self.heads,
            gear=[str(one) for one in self.gear], called_at=happening.at, expected_at=self.expected_at)
        return assign(changed(state, subject=made), self.opens, happening)


@verb("deployment.arrived/1", _("Arrived"))
class Arrived(Facts):
    """到位签到: by the code on the spot, `metres` from it when the phone said where it was; or by an officer."""

    how: str
    metres: int | None
    note: DossierRef | None
    closes: UUID
    opens: Assigned

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        now = changed(state.subject, version=happening.sequence, stage=Stage.THERE.value, duty=self.opens.id,
                      arrived_at=happening.at, how=self.how, metres=self.metres)
        return assign(finish(changed(state, subject=now), self.closes, "arrived", happening), self.opens, happening)


class Leaving(Facts):
    """A team leaves, after so many days on post."""

    days: int
    note: DossierRef | None
    closes: UUID

    def over(self, state: StreamState, happening: Happening, outcome: str) -> StreamState:
        """The deployment ended."""
        now = changed(state.subject, version=happening.sequence, stage=Stage.OVER.value, duty=None,
                      ended_at=happening.at, outcome=outcome, days=self.days)
        return finish(changed(state, subject=now), self.closes, outcome, happening)


@verb("deployment.relieved/1", _("Relieved"))
class Relieved(Leaving):
    """换防: another deployment has taken over."""

    successor: UUID

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.over(state, happening, "relieved")


@verb("deployment.stood_down/1", _("Stood down"))
class StoodDown(Leaving):
    """撤收: done, called back before it arrived, or sent elsewhere."""

    why: str

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return self.over(state, happening, self.why)
