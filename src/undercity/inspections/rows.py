"""Rows of checks, boards and material as states of the record, and back; their dossiers."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from undercity import clock
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
from undercity.ledger.subjects import Line, Subject, register
from undercity.places.queries import name_of, with_names


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


CHECKS = Subject(kind=facts.SUBJECT, state=facts.InspectionState, model=Inspection, describe=_checks)
BOARDS = Subject(kind=facts.BOARDS, state=facts.BoardsState, model=BoardsStand, describe=_boards)
MATERIAL = Subject(kind=material_facts.SUBJECT, state=material_facts.MaterialState, model=Material, describe=_material)


def register_subjects() -> None:
    """Tell the record how these streams and their dossiers are read and written."""
    for one in (CHECKS, BOARDS, MATERIAL):
        register(one)
    register_table("inspection.note", InspectionNote, ("item", "text"))
    register_table("inspection.photo", InspectionPhoto, ("item", "sha256", "width", "height"))
    register_table("boards.photo", BoardsPhoto, ("sha256", "width", "height"))
    register_table("material.words", MaterialWords, ("name", "unit", "spot"))
    register_table("material.note", MaterialNote, ("text",))
