"""Documents of works. The file lies beside the pictures of evidence, named by its content."""

from __future__ import annotations

from django.db import models

from undercity.ledger.models import Dossier
from undercity.org.models import Body
from undercity.works.documents.states import DocumentStatus, Media


class Document(models.Model):
    """A document of a work 工程资料. Written only by folding entries."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    work = models.ForeignKey("works.Work", to_field="uid", on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    status = models.CharField(max_length=10, choices=DocumentStatus)
    version = models.PositiveIntegerField()
    filed_at = models.DateTimeField()
    filed_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)


class Paper(Dossier):
    """What a document is called, or the register number of drawings, and which file it is."""

    document = models.UUIDField(unique=True)
    title = models.CharField(max_length=120)
    media = models.CharField(max_length=3, blank=True, choices=Media)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
