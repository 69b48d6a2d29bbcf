"""点位值守: which points are to be staffed now, who is there, what is missing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from undercity import clock
from undercity.forces.models import Deployment, Point
from undercity.forces.projection import in_language, names_of
from undercity.forces.queries.teams import spans_of
from undercity.forces.rules import days_in_a_row, part_of, terms
from undercity.forces.states import Part, PointKind, Skill, Stage
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.states import Power


@dataclass(frozen=True, slots=True)
class There:
    """A team at a point, or on its way."""

    deployment: Deployment
    name: str
    days: int
    tired: bool

    @property
    def is_there(self) -> bool:
        """Has it signed in?"""
        return self.deployment.stage == Stage.THERE


@dataclass(frozen=True, slots=True)
class Staffing:
    """A point in a shift: heads asked for, heads there, skills that are missing, who is there."""

    row: Point
    name: str
    area: str
    asked: int
    heads: int
    coming: int
    lacks: tuple[str, ...]
    teams: tuple[There, ...]

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return str(PointKind(self.row.kind).label)

    @property
    def gap(self) -> int:
        """Heads that are missing, those on their way not counted."""
        return max(0, self.asked - self.heads)

    @property
    def short(self) -> bool:
        """Is anything missing?"""
        return bool(self.gap or self.lacks)


def visible_to(actor: Actor) -> QuerySet[Point]:
    """Points in the territories over which the actor may read, keep or send forces."""
    book = directory()
    over = {body for power in (Power.FORCE_READ, Power.FORCE_KEEP, Power.FORCE_SEND) for path in actor.scopes(power)
            for body in book.under(path)}
    return Point.objects.filter(territory__in=over)


def staffing(rows: QuerySet[Point], at: datetime) -> list[Staffing]:
    """The points that hold on the day of a moment, those with gaps first."""
    day, part = part_of(at)
    kept = terms(day)
    found = list(rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day))
    there: dict[UUID, list[Deployment]] = defaultdict(list)
    for one in Deployment.objects.filter(timeline=clock.timeline(), point__in=found, ended_at__isnull=True
                                         ).select_related("team").order_by("called_at"):
        there[one.point_id].append(one)  # type: ignore[index]
    names = names_of({one.team_id: one.team for several in there.values() for one in several}.values())
    spans = spans_of([one.team_id for several in there.values() for one in several], at)
    made = []
    for row in found:
        sent = there.get(row.pk, [])
        teams = tuple(There(one, names.get(one.team_id, ""), days := days_in_a_row(spans.get(one.team_id, []), at),
                            days >= kept.days_in_a_row) for one in sent)
        present = [one for one in sent if one.stage == Stage.THERE]
        able = {held["skill"] for one in present for held in one.team.skills}
        made.append(Staffing(
            row, in_language(row.zh, row.en), body_name(row.territory_id),
            row.heads_day if part == Part.DAY else row.heads_night, sum(one.heads for one in present),
            sum(one.heads for one in sent if one.stage == Stage.CALLED),
            tuple(str(Skill(code).label) for code in row.skills if code not in able), teams))
    return sorted(made, key=lambda one: (not one.short, -one.gap, one.row.kind, one.row.zh))
