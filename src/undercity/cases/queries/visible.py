"""Which cases an actor may see. Hidden and missing look the same."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from undercity import clock
from undercity.cases.models import Case
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.org.states import Power

# Up to so many bodies are asked one by one, each by its own index; beyond, most of the newest cases are theirs anyway.
FEW = 12


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose cases an actor sees: those of territories he reads, those of departments he handles for."""

    territories: frozenset[int]
    departments: frozenset[int]


def reach(actor: Actor) -> Reach | None:
    """How far an actor sees; None: everything."""
    book, read = directory(), actor.scopes(Power.CASE_READ)
    if any("/" not in path.rstrip("/") for path in read):
        # The root of the tree: everything, and no list of a thousand bodies in the query.
        return None
    return Reach(frozenset(body for path in read for body in book.under(path)),
                 frozenset(body for path in actor.scopes(Power.CASE_DISPOSE) for body in book.under(path)))


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Cases in territories the actor may read, and those of departments he handles for."""
    rows, far = Case.objects.filter(timeline=clock.timeline()), reach(actor)
    if far is None:
        return rows
    return rows.filter(Q(territory__in=far.territories) | Q(department__in=far.departments))


def newest(actor: Actor, chosen: Q, limit: int) -> list[int] | QuerySet[Case, int]:
    """The running numbers of the newest cases an actor sees among those chosen, so many at most; or the question.

    Asked of a few bodies at once a database gathers all their cases and sorts them; asked one by one each index gives
    its newest, however many lie below.
    """
    far, rows = reach(actor), Case.objects.filter(chosen, timeline=clock.timeline()).order_by("-id")
    if far is None or len(far.territories) + len(far.departments) > FEW:
        # Left open, so that it becomes part of the question about the rows.
        return visible_to(actor).filter(chosen).order_by("-id").values_list("pk", flat=True)[:limit]
    found = {number for one in [*(Q(territory=body) for body in far.territories),
                                *(Q(department=body) for body in far.departments)]
             for number in rows.filter(one).values_list("pk", flat=True)[:limit]}
    return sorted(found, reverse=True)[:limit]
