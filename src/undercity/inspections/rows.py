"""Rows of checks, boards and material as states of the record, and back; their dossiers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef

from undercity import clock
from undercity.db import Rows, rows_of
from undercity.inspections import facts, material_facts
from undercity.inspections.models import (
    BoardsPhoto,
    BoardsStand,
    Inspection,
    InspectionNote,
    InspectionPhoto,
    Material,
    MaterialNote,
    MaterialWords,
)
from undercity.inspections.queries.checklists import title_of
from undercity.ledger.dossier import register_table
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.places.queries import name_of, with_names


def _subject(kind: str, state: Any, model: type[Model],
             describe: Callable[[Iterable[UUID]], dict[UUID, Line]]) -> Subject:
    fields = tuple(field.name for field in dataclasses.fields(state))

    def load(streams: Iterable[UUID]) -> dict[UUID, Any]:
        rows = model._default_manager.filter(pk__in=list(streams)).values_list("uid", *fields)
        return {row[0]: state(*row[1:]) for row in rows}

    def rows(states: Mapping[UUID, Any]) -> Rows:
        values = attrgetter(*fields)
        return rows_of(model, ["uid", *fields], ((uid, *values(one)) for uid, one in states.items()))

    def update(uid: UUID, was: Any, now: Any) -> None:
        model._default_manager.filter(pk=uid).update(**changes(was, now))

    def without_entries() -> Iterable[UUID]:
        told = Entry.objects.filter(stream=OuterRef("uid"))
        return model._default_manager.filter(~Exists(told)).values_list("uid", flat=True)

    return Subject(kind=kind, state=state, load=load, rows=rows, update=update, without_entries=without_entries,
                   describe=describe)


def state_of(row: Any, kind: type[Any]) -> Any:
    """The state of a row at hand."""
    return kind(**{field.name: getattr(row, field.name) for field in dataclasses.fields(kind)})


def _checks(streams: Iterable[UUID]) -> dict[UUID, Line]:
    now = clock.now()
    rows = Inspection.objects.filter(pk__in=list(streams)).select_related("place").prefetch_related(
        with_names("place__"))
    return {row.uid: Line(number=row.period, title=f"{title_of(row.checklist)} · {name_of(row.place, now)}",
                          where=row.place.address_zh) for row in rows}


def _boards(streams: Iterable[UUID]) -> dict[UUID, Line]:
    now = clock.now()
    rows = BoardsStand.objects.filter(pk__in=list(streams)).select_related("place").prefetch_related(
        with_names("place__"))
    return {row.uid: Line(number="", title=name_of(row.place, now), where=row.place.address_zh) for row in rows}


def _material(streams: Iterable[UUID]) -> dict[UUID, Line]:
    rows = MaterialWords.objects.filter(material_uid__in=list(streams))
    return {row.material_uid: Line(number="", title=row.name, where=row.spot) for row in rows}


def register_subjects() -> None:
    """Tell the record how these streams and their dossiers are read and written."""
    register(_subject(facts.SUBJECT, facts.InspectionState, Inspection, _checks))
    register(_subject(facts.BOARDS, facts.BoardsState, BoardsStand, _boards))
    register(_subject(material_facts.SUBJECT, material_facts.MaterialState, Material, _material))
    register_table("inspection.note", InspectionNote, ("item", "text"))
    register_table("inspection.photo", InspectionPhoto, ("item", "sha256", "width", "height"))
    register_table("boards.photo", BoardsPhoto, ("sha256", "width", "height"))
    register_table("material.words", MaterialWords, ("name", "unit", "spot"))
    register_table("material.note", MaterialNote, ("text",))
