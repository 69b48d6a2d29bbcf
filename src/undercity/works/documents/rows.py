"""`Document` rows as states of the record, and back; the paper of a document."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from undercity.ledger.dossier import register_table
from undercity.ledger.subjects import Line, Subject, register
from undercity.works.documents.facts import SUBJECT, DocumentState
from undercity.works.documents.models import Document, Paper
from undercity.works.terms.queries import in_force


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    known = in_force("document")
    rows = Document.objects.filter(pk__in=list(streams)).select_related("work")
    return {row.uid: Line(number=row.work.code, title=str(known.get(row.kind, row.kind)), where="") for row in rows}


DOCUMENTS = Subject(kind=SUBJECT, state=DocumentState, model=Document, describe=_describe)
state_of = DOCUMENTS.state_of


def register_subject() -> None:
    """Tell the record how documents and their papers are read and written."""
    register(DOCUMENTS)
    register_table("document.paper", Paper, ("title", "media", "sha256", "size"))
