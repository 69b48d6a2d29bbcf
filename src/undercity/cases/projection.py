"""`Case` rows as states of the record, and back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from undercity.cases.facts import SUBJECT
from undercity.cases.fold import CaseState
from undercity.cases.models import Case
from undercity.cases.numbers import number_of
from undercity.cases.queries.scheme import scheme
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name


def row_written(number: int, uid: UUID, state: CaseState) -> Case:
    """The row of a case just written from this state under this running number, without reading it back."""
    case = Case(pk=number, uid=uid, **{name: getattr(state, name) for name in CASES.columns})
    case._state.adding, case._state.db = False, connection.alias
    return case


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    # Hundreds on a list of duties: five columns instead of two whole rows each.
    rows = Case.objects.filter(uid__in=list(streams)).values_list(
        "uid", "pk", "reported_at", "category", "territory_id", "report__address")
    known = scheme()
    return {uid: Line(number=number_of(row, reported_at), title=known.name(category),
                      where=address or body_name(territory))
            for uid, row, reported_at, category, territory, address in rows}


# Running numbers follow the time of the report.
CASES = Subject(kind=SUBJECT, state=CaseState, model=Case, describe=_describe, first="reported_at")
state_of = CASES.state_of


def register_subject() -> None:
    """Tell the record how cases are read and written."""
    register(CASES)
