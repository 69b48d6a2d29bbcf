"""Rows of population figures and plans as states of the record, and back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.coverage.facts import PEOPLE, PLAN, PeopleState, PlanState
from undercity.coverage.models import Plan, Population
from undercity.coverage.states import PlanKind
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name


def _describe_people(streams: Iterable[UUID]) -> dict[UUID, Line]:
    return {row.uid: Line(number=row.valid_from.isoformat(), title=row.source, where="")
            for row in Population.objects.filter(pk__in=list(streams))}


def _describe_plans(streams: Iterable[UUID]) -> dict[UUID, Line]:
    return {row.uid: Line(number=f"{row.asked_at:%m-%d %H:%M}", where=body_name(row.scope_id),
                          title=_("the next %(k)d to open: %(what)s") % {"k": row.k, "what": PlanKind(row.kind).label})
            for row in Plan.objects.filter(pk__in=list(streams))}


def register_subjects() -> None:
    """Tell the record how these rows are read and written."""
    register(Subject(kind=PEOPLE, state=PeopleState, model=Population, describe=_describe_people, left={"source": ""}))
    register(Subject(kind=PLAN, state=PlanState, model=Plan, describe=_describe_plans))
