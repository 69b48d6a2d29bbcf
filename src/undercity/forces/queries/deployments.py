"""Deployments: who may see them, their story, and what a code on the spot leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from undercity import clock
from undercity.forces.models import Deployment, DeploymentNote, Need, Point, TeamWords
from undercity.forces.projection import in_language
from undercity.forces.queries import teams
from undercity.forces.queries.teams import aim_of
from undercity.ledger import facts as vocabulary
from undercity.ledger.queries import story
from undercity.org.powers import Actor
from undercity.org.queries import post_titles

__all__ = ["aim_of", "at_spot", "spot_of", "target", "time_line", "token_of", "visible_to"]

SALT = "undercity.forces.checkin"
# A need or a point has a code on the spot; a deployment a link on its leader's phone, which proves nothing by itself.
NEED, POINT, OWN = "n", "p", "d"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a code hangs: a need or a point, on a timeline; or where a deployment goes (`kind` OWN)."""

    kind: str
    uid: UUID
    timeline: str
    name: str
    lat: float
    lon: float


def visible_to(actor: Actor) -> QuerySet[Deployment]:
    """The deployments of teams the actor may see, on this timeline."""
    return Deployment.objects.filter(timeline=clock.timeline(), team__in=teams.visible_to(actor)).select_related(
        "team", "need__words", "point")


def token_of(kind: str, uid: UUID, timeline: str) -> str:
    """What stands in the code of a need or a point. It never runs out: paper hangs for a season."""
    return Signer(salt=SALT, sep=".").sign(f"{kind}-{uid.hex}-{timeline}")


def spot_of(token: str) -> Spot | None:
    """The need or point a code leads to; None when it was not made here, or that is gone."""
    try:
        kind, uid, timeline = Signer(salt=SALT, sep=".").unsign(token).split("-", 2)
    except (BadSignature, ValueError):
        return None
    if kind == POINT:
        point = Point.objects.filter(pk=uid).first()
        return None if point is None else Spot(kind, point.pk, timeline, in_language(point.zh, point.en), point.lat,
                                               point.lon)
    if kind == OWN:
        row = Deployment.objects.filter(pk=uid).select_related("team", "need__words", "point").first()
        return None if row is None else Spot(kind, row.pk, timeline, aim_of(row) or _("base of the team"), *target(row))
    need = Need.objects.filter(pk=uid).select_related("words").first()
    return None if need is None else Spot(kind, need.pk, timeline, need.words.what, need.words.lat, need.words.lon)


def target(row: Deployment) -> tuple[float, float]:
    """Where a deployment signs in: its need, its point, or the team's base."""
    if row.need is not None:
        return row.need.words.lat, row.need.words.lon
    if row.point is not None:
        return row.point.lat, row.point.lon
    words = TeamWords.objects.get(pk=row.team.words_id)
    return words.lat, words.lon


def at_spot(spot: Spot, actor: Actor) -> list[Deployment]:
    """The open deployments to this spot that the actor leads."""
    aim = {NEED: Q(need=spot.uid), POINT: Q(point=spot.uid), OWN: Q(pk=spot.uid)}[spot.kind]
    return list(Deployment.objects.filter(aim, timeline=spot.timeline, ended_at__isnull=True, team__post=actor.post)
                .select_related("team", "need__words", "point"))


@dataclass(frozen=True, slots=True)
class Step:
    """An entry on the time-line."""

    what: str
    who: str
    at: datetime
    note: str


def time_line(stream: UUID) -> list[Step]:
    """Everything that happened to a team, a need or a deployment."""
    entries = list(story(stream))
    notes = {str(one.id): one.text for one in DeploymentNote.objects.filter(stream=stream)}
    titles = post_titles(entry.post for entry in entries if entry.post)
    return [Step(vocabulary.label(one.verb), titles.get(one.post, "") if one.post else "", one.at,
                 notes.get((one.facts.get("note") or {}).get("id", ""), "")) for one in entries]
