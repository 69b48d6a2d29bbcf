"""Needs as pages show them, and who is sent to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from undercity import clock
from undercity.forces.models import Deployment, Need, NeedWords, Proposal
from undercity.forces.projection import names_of
from undercity.forces.states import NeedStage, Skill, Stage, Urgency
from undercity.ledger.lights import time_left
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.states import Power

ENDED_SHOWN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Sent:
    """A team sent to a need."""

    deployment: Deployment
    name: str

    @property
    def stage(self) -> str:
        """Where it stands, in words."""
        return str(Stage(self.deployment.stage).label)

    @property
    def there(self) -> bool:
        """Has it signed in?"""
        return self.deployment.stage == Stage.THERE


@dataclass(frozen=True, slots=True)
class NeedCard:
    """A need at a moment."""

    row: Need
    words: NeedWords
    area: str
    teams: tuple[Sent, ...]
    at: datetime

    @property
    def urgency(self) -> str:
        """In words."""
        return str(Urgency(self.row.urgency).label)

    @property
    def skills(self) -> list[tuple[str, int]]:
        """Skills asked for in words, with heads."""
        return [(str(Skill(one["skill"]).label), one["heads"]) for one in self.row.skills]

    @property
    def served(self) -> bool:
        """Is a team there?"""
        return any(one.there for one in self.teams)

    @property
    def light(self) -> str:
        """green: somebody is there; yellow: on the way; red: nobody sent."""
        return "green" if self.served else "yellow" if self.teams else "red"

    @property
    def waits(self) -> str:
        """How long until it is wanted, or since."""
        return time_left(self.row.wanted_at, self.at)


def visible_to(actor: Actor) -> QuerySet[Need]:
    """The needs of this timeline in the territories over which the actor may read or send forces."""
    book = directory()
    over = {body for power in (Power.FORCE_READ, Power.FORCE_SEND) for path in actor.scopes(power)
            for body in book.under(path)}
    return Need.objects.filter(timeline=clock.timeline(), territory__in=over)


def board(rows: QuerySet[Need], at: datetime) -> list[NeedCard]:
    """Open needs, those nobody is sent to first; then the ended ones of the last day."""
    found = list(rows.select_related("words").exclude(ended_at__lt=at - ENDED_SHOWN))
    return sorted(cards(found, at), key=lambda one: (one.row.stage != NeedStage.OPEN, one.served, bool(one.teams),
                                                     Urgency.values.index(one.row.urgency), one.row.wanted_at))


def cards(rows: Iterable[Need], at: datetime) -> list[NeedCard]:
    """Needs as pages show them; four statements however many there are."""
    found = list(rows)
    sent: dict[UUID, list[Deployment]] = defaultdict(list)
    for one in Deployment.objects.filter(timeline=clock.timeline(), need__in=found, ended_at__isnull=True
                                         ).select_related("team").order_by("called_at"):
        assert one.need_id is not None
        sent[one.need_id].append(one)
    names = names_of({one.team_id: one.team for several in sent.values() for one in several}.values())
    return [NeedCard(row, row.words, body_name(row.territory_id),
                     tuple(Sent(one, names.get(one.team_id, "")) for one in sent.get(row.pk, ())), at)
            for row in found]


def to_serve(rows: QuerySet[Need]) -> list[Need]:
    """Open needs where nobody is yet, the earliest wanted first."""
    there = Deployment.objects.filter(timeline=clock.timeline(), stage=Stage.THERE, need__isnull=False)
    return list(rows.filter(stage=NeedStage.OPEN).exclude(pk__in=there.values("need")).select_related("words")
                .order_by("wanted_at", "uid"))


def proposal_for(actor: Actor, uid: UUID) -> Proposal | None:
    """A proposal of this timeline, for whoever may read or send forces."""
    if not (actor.holds(Power.FORCE_READ) or actor.holds(Power.FORCE_SEND)):
        return None
    return Proposal.objects.filter(pk=uid, timeline=clock.timeline()).first()
