"""`Permit` rows as states of the record, and back; the dossiers of a permit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from operator import attrgetter
from uuid import UUID

from django.db.models import Exists, OuterRef

from undercity import clock
from undercity.db import Rows, rows_of
from undercity.ledger.dossier import register_table
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.places.queries import name_of, with_names
from undercity.works.permits.facts import SUBJECT, PermitState
from undercity.works.permits.models import Lease, Permit, PermitNote

FIELDS = tuple(field.name for field in dataclasses.fields(PermitState))


def _load(streams: Iterable[UUID]) -> dict[UUID, PermitState]:
    rows = Permit.objects.filter(uid__in=list(streams)).values_list("uid", *FIELDS)
    return {row[0]: PermitState(*row[1:]) for row in rows}


def state_of(permit: Permit) -> PermitState:
    """The state of a row at hand."""
    return PermitState(**{name: getattr(permit, name) for name in FIELDS})


def _rows(states: Mapping[UUID, PermitState]) -> Rows:
    values = attrgetter(*FIELDS)
    rows = sorted(states.items(), key=lambda row: row[1].signed_on)
    return rows_of(Permit, ["uid", *FIELDS], ((uid, *values(state)) for uid, state in rows))


def _update(uid: UUID, was: PermitState, now: PermitState) -> None:
    Permit.objects.filter(uid=uid).update(**changes(was, now))


def _without_entries() -> Iterable[UUID]:
    return Permit.objects.filter(~Exists(Entry.objects.filter(stream=OuterRef("uid")))).values_list("uid", flat=True)


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    now = clock.now()
    rows = Permit.objects.filter(uid__in=list(streams)).select_related("work__place").prefetch_related(
        with_names("work__place__"))
    return {row.uid: Line(number=row.number, title=name_of(row.work.place, now), where=row.work.code) for row in rows}


def register_subject() -> None:
    """Tell the record how permits and their dossiers are read and written."""
    register(Subject(kind=SUBJECT, state=PermitState, load=_load, rows=_rows, update=_update,
                     without_entries=_without_entries, describe=_describe))
    register_table("permit.lease", Lease, ("contract", "party"))
    register_table("permit.note", PermitNote, ("text",))
