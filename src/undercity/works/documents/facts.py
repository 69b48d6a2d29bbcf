"""What can happen to a document, as entries of the record. A version never changes once written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import DossierRef, Happening, StreamState, changed
from undercity.works.documents.states import DocumentStatus

SUBJECT = "document"


@dataclass(frozen=True)
class DocumentState:
    """The projected columns of `Document`."""

    timeline: str
    work_id: UUID
    body_id: int
    kind: str
    status: str
    version: int
    filed_at: datetime
    filed_by: int | None
    ended_at: datetime | None = None


@verb("document.filed/1", _("Document filed"))
class Filed(Facts):
    """资料归档: a document of a work, its title and file vouched for by their mark."""

    work: UUID
    keeper: int
    kind: str
    paper: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        document = DocumentState(timeline=happening.timeline, work_id=self.work, body_id=self.keeper, kind=self.kind,
                                 status=DocumentStatus.FILED.value, version=happening.sequence, filed_at=happening.at,
                                 filed_by=happening.post)
        return changed(state, subject=document)


@verb("document.taken_out/1", _("Document taken out"))
class TakenOut(Facts):
    """资料撤出: it is shown no longer; what it was stays in the record."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        document = changed(state.subject, status=DocumentStatus.TAKEN_OUT.value, version=happening.sequence,
                           ended_at=happening.at)
        return changed(state, subject=document)
