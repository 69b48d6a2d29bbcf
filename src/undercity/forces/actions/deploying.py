"""A team is called up, arrives, is relieved or stood down 集结、到位、换防、撤收."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat as ids
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import Conflict, NotFound, RuleBroken
from undercity.forces import rules
from undercity.forces.facts import DEPLOYMENT, Arrived, CalledUp, Relieved, StoodDown
from undercity.forces.models import Deployment, Need, Point, Team
from undercity.forces.projection import MUSTER, SERVE
from undercity.forces.queries.deployments import target
from undercity.forces.queries.situations import minutes_to
from undercity.forces.queries.teams import Card, cards
from undercity.forces.states import How, NeedStage, Stage, Verb
from undercity.ledger.actions import assigned, last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.evidence import kept_words
from undercity.ledger.facts import Facts
from undercity.ledger.fold import DossierRef, StreamState
from undercity.ledger.record import state_of
from undercity.org.powers import Actor, Decision, require
from undercity.org.queries import Holder, chosen_holder, directory
from undercity.science.coordinates import distance_m

DONE, BACK, ELSEWHERE = "done", "called_back", "redirected"
# How much later than reckoned a team may sign in before the post above is told.
GRACE = timedelta(minutes=15)


def call_up(team: UUID, *, reason: str, by: Actor, at: datetime, need: UUID | None = None, point: UUID | None = None,
            heads: int | None = None, gear: Sequence[UUID] = (), proposal: UUID | None = None,
            expected_at: datetime | None = None, client_key: str = "") -> Deployment:
    """集结: call a team to a need or a point, or to stand by at its base. Its leader has the duty to sign in there.

    The same key calls once. InvalidMove when it is out already; RuleBroken when it has no leader or fewer heads.
    """
    reason = rules.words(reason, "reason")
    uid = ids.uuid5(ids.NAMESPACE_URL, f"call:{by.post}:{client_key}") if client_key else ids.uuid7()
    with write():
        known = Deployment.objects.filter(pk=uid).first()
        if known is not None:
            return known
        row = Team.objects.select_for_update(of=("self",)).filter(pk=team, ended_at__isnull=True).first()
        if row is None:
            raise NotFound(_("There is no such team."))
        require(rules.may_send(by, directory().cards[row.body_id].path))
        card = cards(Team.objects.filter(pk=row.pk), at)[0]
        if card.sent is not None:
            raise Conflict(_("%(team)s is out already: %(aim)s.") % {
                "team": card.name, "aim": card.aim or card.state_label},
                           remedy=_("Stand it down first, or choose another team."))
        many = _heads(card, heads)
        _free(gear)
        aim = _aim(need, point)
        if expected_at is None:
            expected_at = _expected(card, aim, at)
        said = CalledUp(team=row.pk, need=need, point=point, proposal=proposal, heads=many, gear=tuple(gear),
                        expected_at=expected_at, note=_note(uid, reason),
                        opens=assigned(MUSTER, to=_leader(row), body=row.body_id, territory=_territory(aim),
                                       due_at=expected_at + GRACE))
        record(said, stream_kind=DEPLOYMENT, stream=uid, was=StreamState(), by=by, at=at)
        return Deployment.objects.get(pk=uid)


def _heads(card: Card, heads: int | None) -> int:
    many = card.heads_now if heads is None else heads
    if not 1 <= many <= card.row.heads:
        raise RuleBroken(_("%(team)s has %(most)d heads, %(now)d on call now.") % {
            "team": card.name, "most": card.row.heads, "now": card.heads_now}, field="heads",
            remedy=_("Call fewer, or another team."))
    return many


def _free(gear: Sequence[UUID]) -> None:
    """No piece of gear goes to two places."""
    wanted = {str(one) for one in gear}
    if not wanted:
        return
    rows = Deployment.objects.filter(timeline=clock.timeline(), ended_at__isnull=True)
    for out in rows.values_list("gear", flat=True):
        if wanted & set(out):
            raise Conflict(_("A pump is out already."), remedy=_("Calculate anew, or choose another."))


def _aim(need: UUID | None, point: UUID | None) -> Need | Point | None:
    if need is not None and point is not None:
        raise RuleBroken(_("A team goes to a need or to a point."), field="point", remedy=_("Choose one."))
    if need is not None:
        row = Need.objects.filter(pk=need, timeline=clock.timeline(), stage=NeedStage.OPEN).select_related(
            "words").first()
        if row is None:
            raise NotFound(_("There is no such open need."))
        return row
    if point is not None:
        found = Point.objects.filter(pk=point).first()
        if found is None:
            raise NotFound(_("There is no such point."))
        return found
    return None


def _expected(card: Card, aim: Need | Point | None, at: datetime) -> datetime:
    if aim is None:
        return at + timedelta(minutes=rules.terms(at.date()).muster_minutes)
    lat, lon = (aim.words.lat, aim.words.lon) if isinstance(aim, Need) else (aim.lat, aim.lon)
    return at + timedelta(minutes=round(minutes_to(card, lat, lon, at)[0]))


def _territory(aim: Need | Point | None) -> int | None:
    return aim.territory_id if aim is not None else None


def _leader(row: Team) -> Holder:
    if row.post_id is None:
        raise RuleBroken(_("This team has no leader."), field="team", remedy=_("Enter its leader's post first."))
    return replace(chosen_holder(row.post_id), body=row.body_id)


def _note(stream: UUID, text: str) -> DossierRef | None:
    return kept_words("deployment.note", text, most=rules.WORDS_MAX, stream=stream)


@dataclass
class Turn:
    """A deployment whose row is locked, at the moment somebody takes a step."""

    row: Deployment
    by: Actor
    at: datetime

    def record(self, said: Facts) -> Deployment:
        """Write the entry and all that follows from it."""
        record(said, stream_kind=DEPLOYMENT, stream=self.row.pk, by=self.by, at=self.at,
               was=state_of(DEPLOYMENT, self.row.pk, last=last_sequence(self.row.pk)))
        self.row.refresh_from_db()
        return self.row

    @property
    def duty(self) -> UUID:
        """The open duty."""
        assert self.row.duty is not None
        return self.row.duty

    @property
    def days(self) -> int:
        """Days on post, by the record."""
        return rules.days_of(self.row.arrived_at, self.at) if self.row.arrived_at else 0


@contextmanager
def turn(deployment: UUID, verb: Verb, *, by: Actor, at: datetime, seen: int | None,
         may: Decision | None = None) -> Iterator[Turn]:
    """Lock a deployment for one step; by default whoever may send its team."""
    with write():
        row = (Deployment.objects.select_for_update(of=("self",)).select_related("team")
               .filter(pk=deployment, timeline=clock.timeline()).first())
        if row is None:
            raise NotFound(_("There is no such deployment."))
        require(rules.may_send(by, directory().cards[row.team.body_id].path) if may is None else may)
        if seen is not None and seen != row.version:
            raise moved_since(row.pk, seen)
        rules.legal(row.stage, verb)
        yield Turn(row, by, at)


def arrive(deployment: UUID, *, by: Actor, at: datetime, lat: float | None = None, lon: float | None = None,
           note: str = "", how: How = How.CODE, seen: int | None = None) -> Deployment:
    """到位签到: by the team's leader with the code on the spot or with his position; by an officer with the reason.

    Saying it twice changes nothing. RuleBroken when the position given is too far away.
    """
    row = Deployment.objects.select_related("team", "need__words", "point").filter(pk=deployment).first()
    if row is None:
        raise NotFound(_("There is no such deployment."))
    if row.stage == Stage.THERE and seen is None:
        return row
    metres = None
    if how is How.HAND:
        rules.words(note, "note")
    else:
        if lat is not None and lon is not None:
            metres = distance_m(*target(row), lat, lon)
        elif how is How.HERE:
            raise RuleBroken(_("Without the code on the spot your position is needed."), field="lat",
                             remedy=_("Let the phone give it, scan the code, or call the duty officer."))
        rules.near_enough(metres, rules.terms(at.date()))
    with turn(deployment, Verb.ARRIVE, by=by, at=at, seen=seen,
              may=None if how is How.HAND else rules.may_arrive(by, row.team.post_id)) as now:
        return now.record(Arrived(
            how=how.value, metres=None if metres is None else round(metres),
            note=_note(row.pk, note), closes=now.duty,
            opens=assigned(SERVE, to=_leader(row.team), body=row.team.body_id, territory=None, due_at=None)))


def relieve(deployment: UUID, *, by: Actor, at: datetime, successor: UUID, note: str = "",
            seen: int | None = None) -> Deployment:
    """换防: another team has signed in at the same point or need; the post is never empty in between."""
    with turn(deployment, Verb.RELIEVE, by=by, at=at, seen=seen) as now:
        next_one = Deployment.objects.filter(
            pk=successor, timeline=clock.timeline(), stage=Stage.THERE, point=now.row.point_id, need=now.row.need_id
        ).exclude(pk=now.row.pk).first()
        if next_one is None:
            raise RuleBroken(_("Nobody has taken over here yet."), field="successor",
                             remedy=_("Call up a team for the same point and wait until it has signed in."))
        return now.record(Relieved(successor=next_one.pk, days=now.days, note=_note(now.row.pk, note),
                                   closes=now.duty))


def stand_down(deployment: UUID, *, by: Actor, at: datetime, note: str = "", why: str = "",
               seen: int | None = None) -> Deployment:
    """撤收: done, or called back before it arrived; the days served are recorded."""
    with turn(deployment, Verb.STAND_DOWN, by=by, at=at, seen=seen) as now:
        reason = why or (DONE if now.row.stage == Stage.THERE else BACK)
        return now.record(StoodDown(days=now.days, why=reason, note=_note(now.row.pk, note), closes=now.duty))
