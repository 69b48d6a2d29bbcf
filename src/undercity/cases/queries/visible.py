"""Which cases an actor may see. Hidden and missing look the same."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from undercity import clock
from undercity.cases.models import Case
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.org.states import Power


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Cases in territories the actor may read, and those of departments he handles for."""
    rows = Case.objects.filter(timeline=clock.timeline())
    book = directory()
    read = actor.scopes(Power.CASE_READ)
    if any("/" not in path.rstrip("/") for path in read):
        # The root of the tree: everything, and no list of a thousand bodies in the query.
        return rows
    territories: set[int] = set()
    for path in read:
        territories.update(book.under(path))
    departments: set[int] = set()
    for path in actor.scopes(Power.CASE_DISPOSE):
        departments.update(book.under(path))
    return rows.filter(Q(territory__in=territories) | Q(department__in=departments))
