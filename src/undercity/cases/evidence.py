"""Dossiers of cases: how their contents are hashed, and how they are read back many at a time."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from undercity.cases.models import Contact, Dossier, Note, Photo, Report
from undercity.ledger.dossier import Content, register

HASHED: dict[str, tuple[type[Dossier], tuple[str, ...]]] = {
    "case.report": (Report, ("text", "address", "lat", "lon")),
    "case.contact": (Contact, ("name", "phone", "email")),
    "case.note": (Note, ("text",)),
    "case.photo": (Photo, ("verb", "sha256", "width", "height", "taken_lat", "taken_lon")),
}


def content_of(kind: str, row: Dossier) -> Content:
    """What of this row the record vouches for."""
    _, fields = HASHED[kind]
    return Content(row.salt, {field: getattr(row, field) for field in fields})


def _reader(kind: str):  # type: ignore[no-untyped-def]
    model, fields = HASHED[kind]

    def read(ids: Iterable[UUID]) -> dict[UUID, Content]:
        rows = model.objects.filter(pk__in=list(ids)).values_list("pk", "salt", *fields)  # type: ignore[attr-defined]
        return {row[0]: Content(row[1], dict(zip(fields, row[2:], strict=True))) for row in rows}

    return read


def register_dossiers() -> None:
    """Tell the record how the dossiers of cases are read."""
    for kind in HASHED:
        register(kind, _reader(kind))
