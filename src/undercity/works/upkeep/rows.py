"""`UpkeepCheck` rows as states of the record, and back; the dossiers of a check."""

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
from undercity.works.upkeep.facts import SUBJECT, CheckState
from undercity.works.upkeep.models import CheckNote, CheckPhoto, UpkeepCheck

FIELDS = tuple(field.name for field in dataclasses.fields(CheckState))


def _load(streams: Iterable[UUID]) -> dict[UUID, CheckState]:
    rows = UpkeepCheck.objects.filter(pk__in=list(streams)).values_list("uid", *FIELDS)
    return {row[0]: CheckState(*row[1:]) for row in rows}


def state_of(check: UpkeepCheck) -> CheckState:
    """The state of a row at hand."""
    return CheckState(**{name: getattr(check, name) for name in FIELDS})


def _rows(states: Mapping[UUID, CheckState]) -> Rows:
    values = attrgetter(*FIELDS)
    return rows_of(UpkeepCheck, ["uid", *FIELDS], ((uid, *values(state)) for uid, state in states.items()))


def _update(uid: UUID, was: CheckState, now: CheckState) -> None:
    UpkeepCheck.objects.filter(pk=uid).update(**changes(was, now))


def _without_entries() -> Iterable[UUID]:
    told = Entry.objects.filter(stream=OuterRef("uid"))
    return UpkeepCheck.objects.filter(~Exists(told)).values_list("uid", flat=True)


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    now = clock.now()
    rows = UpkeepCheck.objects.filter(pk__in=list(streams)).select_related("work__place").prefetch_related(
        with_names("work__place__"))
    return {row.uid: Line(number=row.period, title=name_of(row.work.place, now), where=row.work.code) for row in rows}


def register_subject() -> None:
    """Tell the record how checks and their dossiers are read and written."""
    register(Subject(kind=SUBJECT, state=CheckState, load=_load, rows=_rows, update=_update,
                     without_entries=_without_entries, describe=_describe))
    register_table("check.note", CheckNote, ("item", "text"))
    register_table("check.photo", CheckPhoto, ("item", "sha256", "width", "height"))
