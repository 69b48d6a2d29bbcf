"""Writing the dossiers of a case, and the marks of them that go into the record."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import uuid_utils.compat as uuid

from undercity.cases.models import Note, Photo
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.fold import DossierRef
from undercity.ledger.models import Dossier
from undercity.ledger.pictures import Picture, keep


def mark(kind: str, row: Dossier) -> DossierRef:
    """The mark of a row for the record."""
    return ref(kind, row.id, content_of(kind, row))


def write_note(case: UUID, text: str) -> DossierRef | None:
    """Keep words that came with a move; None when there are none."""
    text = text.strip()
    if not text:
        return None
    note = Note(id=uuid.uuid7(), salt=new_salt(), case_id=case, text=text)
    note.save(force_insert=True)
    return mark("case.note", note)


def photo_rows(case: UUID, verb: str, pictures: Iterable[Picture], *, public: bool) -> list[Photo]:
    """Keep the files and make their rows, not yet stored."""
    rows = []
    for picture in pictures:
        keep(picture)
        rows.append(Photo(id=uuid.uuid7(), salt=new_salt(), case_id=case, verb=verb, sha256=picture.sha256,
                          width=picture.width, height=picture.height, taken_lat=picture.lat, taken_lon=picture.lon,
                          is_public=public))
    return rows


def write_photos(case: UUID, verb: str, pictures: Iterable[Picture], *, public: bool) -> tuple[DossierRef, ...]:
    """Keep the pictures that came with a move."""
    rows = photo_rows(case, verb, pictures, public=public)
    if rows:
        Photo.objects.bulk_create(rows)
    return tuple(mark("case.photo", row) for row in rows)
