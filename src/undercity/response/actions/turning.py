"""A response whose row is locked, at the moment somebody takes a step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat as ids
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import NotFound
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.evidence import bounded
from undercity.ledger.facts import Facts
from undercity.ledger.fold import DossierRef, StreamState
from undercity.ledger.record import duties_of
from undercity.org.powers import Actor
from undercity.response.facts import SUBJECT
from undercity.response.models import Response, ResponseText
from undercity.response.queries.public import forget
from undercity.response.rows import state_of

NOTE_MAX, TEXT_MAX = 2000, 200_000


@dataclass
class Turn:
    """What a step needs: the row (None: the first entry makes it), its stream, who acts and when."""

    uid: UUID
    row: Response | None
    stream: StreamState
    by: Actor
    at: datetime

    @property
    def it(self) -> Response:
        """The row, which is there."""
        assert self.row is not None
        return self.row

    def text(self, kind: str, text: str, *, needed: bool = False) -> DossierRef | None:
        """Words kept with the step and marked; the mark can be told before the response's own row is there."""
        is_note = kind == "note"
        text = bounded(text, most=NOTE_MAX if is_note else TEXT_MAX, needed=needed, field="note" if is_note else "text")
        if not text:
            return None
        row = ResponseText(id=ids.uuid7(), salt=new_salt(), response_id=self.uid, kind=kind, text=text)
        self._words.append(row)
        return ref(f"response.{kind}", row.id, content_of(f"response.{kind}", row))

    def __post_init__(self) -> None:
        self._words: list[ResponseText] = []

    def record(self, said: Facts) -> Response:
        """Write the entry, what follows from it, and the words; the response as it is now."""
        self.stream = record(said, stream_kind=SUBJECT, stream=self.uid, was=self.stream, by=self.by, at=self.at)
        ResponseText.objects.bulk_create(self._words)
        self._words.clear()
        self.row = Response.objects.get(pk=self.uid)
        forget()
        return self.row


@contextmanager
def turn(uid: UUID, *, by: Actor, at: datetime, seen: int | None = None) -> Iterator[Turn]:
    """Lock a response for one step. `seen` is the version looked at: changed since, Conflict says how."""
    with write():
        row = Response.objects.select_for_update(of=("self",)).filter(pk=uid, timeline=clock.timeline()).first()
        if row is None:
            raise NotFound(_("There is no such response."))
        if seen is not None and seen != row.version:
            raise moved_since(uid, seen)
        yield Turn(row.pk, row, StreamState(sequence=last_sequence(row.pk), subject=state_of(row),
                                            duties=duties_of([row.pk]).get(row.pk, {})), by, at)
