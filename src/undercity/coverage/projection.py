"""Rows of population figures and plans as states of the record, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef
from django.utils.translation import gettext as _

from undercity.coverage.facts import PEOPLE, PLAN, PeopleState, PlanState
from undercity.coverage.models import Plan, Population
from undercity.coverage.states import PlanKind
from undercity.db import Rows, rows_of
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name


def _subject(kind: str, model: type[Model], state: type[Any], describe: Any) -> Subject:
    names = tuple(field.name for field in dataclasses.fields(state))
    values, rows = attrgetter(*names), model._default_manager

    def load(streams: Iterable[UUID]) -> dict[UUID, Any]:
        return {row[0]: state(*row[1:]) for row in rows.filter(pk__in=list(streams)).values_list("uid", *names)}

    def made(states: Mapping[UUID, Any]) -> Rows:
        return rows_of(model, ["uid", *names, *LEFT.get(kind, ())],
                       ((uid, *values(one), *[""] * len(LEFT.get(kind, ()))) for uid, one in states.items()))

    def update(uid: UUID, was: Any, now: Any) -> None:
        rows.filter(pk=uid).update(**changes(was, now))

    def without_entries() -> Iterable[UUID]:
        told = Exists(Entry.objects.filter(stream=OuterRef("uid")))
        found: Iterable[UUID] = rows.filter(~told).values_list("uid", flat=True)
        return found

    return Subject(kind=kind, state=state, load=load, rows=made, update=update, without_entries=without_entries,
                   describe=describe)


# Columns that are no projection: whoever records the entry fills them in the same transaction.
LEFT = {PEOPLE: ("source",)}


def _describe_people(streams: Iterable[UUID]) -> dict[UUID, Line]:
    return {row.uid: Line(number=row.valid_from.isoformat(), title=row.source, where="")
            for row in Population.objects.filter(pk__in=list(streams))}


def _describe_plans(streams: Iterable[UUID]) -> dict[UUID, Line]:
    return {row.uid: Line(number=f"{row.asked_at:%m-%d %H:%M}", where=body_name(row.scope_id),
                          title=_("the next %(k)d to open: %(what)s") % {"k": row.k, "what": PlanKind(row.kind).label})
            for row in Plan.objects.filter(pk__in=list(streams))}


def register_subjects() -> None:
    """Tell the record how these rows are read and written."""
    register(_subject(PEOPLE, Population, PeopleState, _describe_people))
    register(_subject(PLAN, Plan, PlanState, _describe_plans))
