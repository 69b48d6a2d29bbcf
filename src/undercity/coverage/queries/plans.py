"""Plans as pages show them. Reading starts from what an actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from undercity.coverage.models import Plan
from undercity.coverage.queries.sites import Site, by_ids
from undercity.coverage.states import Outcome, PlanKind
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.places.states import PlaceUse


def visible_to(actor: Actor) -> QuerySet[Plan]:
    """The plans of areas in which this actor may plan: they name places the public does not know."""
    bodies = [body for path in actor.scopes(Power.COVERAGE_PLAN) for body in directory().under(path)]
    return Plan.objects.filter(scope__in=bodies)


def plans(actor: Actor, limit: int = 50) -> list[Plan]:
    """The newest plans."""
    return list(visible_to(actor).select_related("population").order_by("-asked_at")[:limit])


def plan_of(actor: Actor, uid: UUID) -> Plan | None:
    """One plan; None when there is none, and when it is not this actor's business."""
    return visible_to(actor).filter(pk=uid).select_related("population").first()


@dataclass(frozen=True, slots=True)
class Line:
    """A place of a plan. `sum`: people added by it and all before it; `share`: those as a share of everybody."""

    site: Site
    rank: int | None
    people: float
    sum: float
    share: float
    minutes: float | None
    room: float | None

    @property
    def full(self) -> bool:
        """No more find room there."""
        return self.room is not None and self.people >= self.room - 0.5


def lines(plan: Plan, at: datetime) -> list[Line]:
    """The chosen places in their order, then those open already."""
    rows = sorted(plan.places.all(), key=lambda row: (row.rank is None, row.rank or 0, -row.people, row.place_id))
    sites = by_ids((row.place_id for row in rows), at)
    found, together = [], plan.before or 0.0
    for row in rows:
        together += row.people if row.rank is not None else 0.0
        found.append(Line(sites[row.place_id], row.rank, row.people, together,
                          100 * together / plan.people if plan.people else 0.0, row.minutes, row.room))
    return found


def gap_of(plan: Plan) -> float:
    """How far the best may lie from the answer, as a share; 0 without an answer."""
    if plan.bound is None:
        return 0.0
    if plan.kind == PlanKind.COVER:
        return max(0.0, (plan.bound - (plan.gained or 0.0)) / plan.bound) if plan.bound > 0 else 0.0
    return max(0.0, ((plan.cost or 0.0) - plan.bound) / plan.cost) if plan.cost else 0.0


def average_walk(found: list[Line]) -> float | None:
    """Minutes on foot of those who find room, on average; None when nobody does."""
    going = sum(line.people for line in found if line.minutes is not None)
    return sum(line.people * line.minutes for line in found if line.minutes is not None) / going if going else None


def uses_of(plan: Plan) -> list[str]:
    """The uses of its candidates in words."""
    return [str(PlaceUse(use).label) for use in plan.uses.split(",")]


def outcome_of(plan: Plan) -> str:
    """How its answer is to be taken, in words."""
    return str(Outcome(plan.outcome).label)
