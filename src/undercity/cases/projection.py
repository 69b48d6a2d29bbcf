"""`Case` rows as states of the record, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef

from undercity.cases.facts import SUBJECT
from undercity.cases.fold import CaseState
from undercity.cases.models import Case
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Subject, register

FIELDS = tuple(field.name for field in dataclasses.fields(CaseState))


def _load(streams: Iterable[UUID]) -> dict[UUID, CaseState]:
    rows = Case.objects.filter(uid__in=list(streams)).values_list("uid", *FIELDS)
    return {row[0]: CaseState(*row[1:]) for row in rows}


def state_of(case: Case) -> CaseState:
    """The state of a row at hand."""
    return CaseState(**{name: getattr(case, name) for name in FIELDS})


def _insert(states: Mapping[UUID, CaseState]) -> None:
    rows = [Case(uid=uid, **{name: getattr(state, name) for name in FIELDS}) for uid, state in states.items()]
    if len(rows) == 1:
        rows[0].save(force_insert=True)
    else:
        Case.objects.bulk_create(sorted(rows, key=lambda row: row.reported_at), batch_size=500)


def _update(uid: UUID, was: CaseState, now: CaseState) -> None:
    Case.objects.filter(uid=uid).update(**changes(was, now))


def _without_entries() -> Iterable[UUID]:
    told = Entry.objects.filter(stream=OuterRef("uid"))
    return Case.objects.filter(~Exists(told)).values_list("uid", flat=True)


def register_subject() -> None:
    """Tell the record how cases are read and written."""
    register(Subject(kind=SUBJECT, state=CaseState, load=_load, insert=_insert, update=_update,
                     without_entries=_without_entries))
