"""`Case` rows as states of the record, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from operator import attrgetter
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from undercity.cases.facts import SUBJECT
from undercity.cases.fold import CaseState
from undercity.cases.models import Case
from undercity.cases.numbers import number_of
from undercity.cases.queries.scheme import scheme
from undercity.db import Rows, rows_of
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name

FIELDS = tuple(field.name for field in dataclasses.fields(CaseState))


def _load(streams: Iterable[UUID]) -> dict[UUID, CaseState]:
    rows = Case.objects.filter(uid__in=list(streams)).values_list("uid", *FIELDS)
    return {row[0]: CaseState(*row[1:]) for row in rows}


def state_of(case: Case) -> CaseState:
    """The state of a row at hand."""
    return CaseState(**{name: getattr(case, name) for name in FIELDS})


def row_written(number: int, uid: UUID, state: CaseState) -> Case:
    """The row of a case just written from this state under this running number, without reading it back."""
    case = Case(pk=number, uid=uid, **{name: getattr(state, name) for name in FIELDS})
    case._state.adding, case._state.db = False, connection.alias
    return case


def _rows(states: Mapping[UUID, CaseState]) -> Rows:
    # Running numbers follow the time of the report.
    rows = sorted(states.items(), key=lambda row: row[1].reported_at)
    values = attrgetter(*FIELDS)
    return rows_of(Case, ["uid", *FIELDS], ((uid, *values(state)) for uid, state in rows))


def _update(uid: UUID, was: CaseState, now: CaseState) -> None:
    Case.objects.filter(uid=uid).update(**changes(was, now))


def _without_entries() -> Iterable[UUID]:
    told = Entry.objects.filter(stream=OuterRef("uid"))
    return Case.objects.filter(~Exists(told)).values_list("uid", flat=True)


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    # Hundreds on a list of duties: five columns instead of two whole rows each.
    rows = Case.objects.filter(uid__in=list(streams)).values_list(
        "uid", "pk", "reported_at", "category", "territory_id", "report__address")
    known = scheme()
    return {uid: Line(number=number_of(row, reported_at), title=known.name(category),
                      where=address or body_name(territory))
            for uid, row, reported_at, category, territory, address in rows}


def register_subject() -> None:
    """Tell the record how cases are read and written."""
    register(Subject(kind=SUBJECT, state=CaseState, load=_load, rows=_rows, update=_update,
                     without_entries=_without_entries, describe=_describe))
