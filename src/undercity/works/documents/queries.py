"""What pages ask of documents. Reading starts from the works an actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from undercity import clock
from undercity.org.powers import Actor
from undercity.works.documents.models import Document, Paper
from undercity.works.documents.states import DocumentStatus
from undercity.works.queries import visible_to as visible_works
from undercity.works.terms.queries import in_force


@dataclass(frozen=True, slots=True)
class Listed:
    """A document with its title: what a list shows."""

    document: Document
    paper: Paper
    kind: str

    @property
    def kilobytes(self) -> int:
        """The size of its file, rounded up."""
        return -(-self.paper.size // 1024)


def visible_to(actor: Actor) -> QuerySet[Document]:
    """The documents of the works an actor may see, but for those taken out."""
    return Document.objects.filter(timeline=clock.timeline(), status=DocumentStatus.FILED,
                                   work__in=visible_works(actor).values("uid"))


def of_work(work: UUID) -> list[Listed]:
    """A work's documents, the newest first."""
    rows = list(Document.objects.filter(work__uid=work, status=DocumentStatus.FILED, timeline=clock.timeline())
                .order_by("-filed_at"))
    papers = {paper.document: paper for paper in Paper.objects.filter(document__in=[row.pk for row in rows])}
    known = in_force("document")
    return [Listed(row, papers[row.pk], str(known.get(row.kind, row.kind))) for row in rows if row.pk in papers]


def document_for(actor: Actor, uid: UUID) -> Listed | None:
    """One document; None when there is none, or it is not this actor's business."""
    row = visible_to(actor).filter(pk=uid).select_related("work").first()
    paper = Paper.objects.filter(document=uid, erased_at__isnull=True).first() if row else None
    return Listed(row, paper, str(in_force("document").get(row.kind, row.kind))) if row and paper else None
