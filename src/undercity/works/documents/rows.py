"""`Document` rows as states of the record, and back; the paper of a document."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from operator import attrgetter
from uuid import UUID

from django.db.models import Exists, OuterRef

from undercity.db import Rows, rows_of
from undercity.ledger.dossier import register_table
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.works.documents.facts import SUBJECT, DocumentState
from undercity.works.documents.models import Document, Paper
from undercity.works.terms.queries import in_force

FIELDS = tuple(field.name for field in dataclasses.fields(DocumentState))


def _load(streams: Iterable[UUID]) -> dict[UUID, DocumentState]:
    rows = Document.objects.filter(pk__in=list(streams)).values_list("uid", *FIELDS)
    return {row[0]: DocumentState(*row[1:]) for row in rows}


def state_of(document: Document) -> DocumentState:
    """The state of a row at hand."""
    return DocumentState(**{name: getattr(document, name) for name in FIELDS})


def _rows(states: Mapping[UUID, DocumentState]) -> Rows:
    values = attrgetter(*FIELDS)
    return rows_of(Document, ["uid", *FIELDS], ((uid, *values(state)) for uid, state in states.items()))


def _update(uid: UUID, was: DocumentState, now: DocumentState) -> None:
    Document.objects.filter(pk=uid).update(**changes(was, now))


def _without_entries() -> Iterable[UUID]:
    return Document.objects.filter(~Exists(Entry.objects.filter(stream=OuterRef("uid")))).values_list("uid", flat=True)


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    known = in_force("document")
    rows = Document.objects.filter(pk__in=list(streams)).select_related("work")
    return {row.uid: Line(number=row.work.code, title=str(known.get(row.kind, row.kind)), where="") for row in rows}


def register_subject() -> None:
    """Tell the record how documents and their papers are read and written."""
    register(Subject(kind=SUBJECT, state=DocumentState, load=_load, rows=_rows, update=_update,
                     without_entries=_without_entries, describe=_describe))
    register_table("document.paper", Paper, ("title", "media", "sha256", "size"))
