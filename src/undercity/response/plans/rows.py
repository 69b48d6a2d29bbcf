"""`PlanVersion` rows as states of the record, and back; the dossiers of a plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from operator import attrgetter
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import get_language

from undercity.db import Rows, rows_of
from undercity.ledger.dossier import register_table
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name
from undercity.response.plans.facts import SUBJECT
from undercity.response.plans.fold import PlanState
from undercity.response.plans.models import PlanNote, PlanText, PlanVersion

FIELDS = tuple(field.name for field in dataclasses.fields(PlanState))


def _load(streams: Iterable[UUID]) -> dict[UUID, PlanState]:
    rows = PlanVersion.objects.filter(pk__in=list(streams)).values_list("uid", *FIELDS)
    return {row[0]: PlanState(*row[1:]) for row in rows}


def state_of(plan: PlanVersion) -> PlanState:
    """The state of a row at hand."""
    return PlanState(**{name: getattr(plan, name) for name in FIELDS})


def _rows(states: Mapping[UUID, PlanState]) -> Rows:
    values = attrgetter(*FIELDS)
    return rows_of(PlanVersion, ["uid", *FIELDS], ((uid, *values(state)) for uid, state in states.items()))


def _update(uid: UUID, was: PlanState, now: PlanState) -> None:
    PlanVersion.objects.filter(pk=uid).update(**changes(was, now))


def _without_entries() -> Iterable[UUID]:
    return PlanVersion.objects.filter(~Exists(Entry.objects.filter(stream=OuterRef("uid")))).values_list(
        "uid", flat=True)


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    chinese = (get_language() or "zh").startswith("zh")
    rows = PlanVersion.objects.filter(pk__in=list(streams)).select_related("file").defer("file__text")
    return {row.uid: Line(number=f"{row.code} {row.number}", where=body_name(row.body_id),
                          title=row.file.title_zh if chinese else row.file.title_en) for row in rows}


def register_subject() -> None:
    """Tell the record how versions of plans are read and written."""
    register(Subject(kind=SUBJECT, state=PlanState, load=_load, rows=_rows, update=_update,
                     without_entries=_without_entries, describe=_describe))
    register_table("plan.text", PlanText, ("title_zh", "title_en", "text"))
    register_table("plan.note", PlanNote, ("text",))
