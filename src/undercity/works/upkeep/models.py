"""Upkeep checks as they stand, with their words and pictures."""

from __future__ import annotations

from django.db import models

from undercity.ledger.models import Dossier
from undercity.org.models import Body
from undercity.works.upkeep.states import CheckStatus


class UpkeepCheck(models.Model):
    """One check 维护检查 of one work: due by a rhythm, or begun by its keeper. Written only by folding entries."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    work = models.ForeignKey("works.Work", to_field="uid", on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    # Which rhythm asked for it and for which period; "" when its keeper began it without being asked.
    rhythm = models.CharField(max_length=32, blank=True)
    period = models.CharField(max_length=10)
    status = models.CharField(max_length=6, choices=CheckStatus)
    version = models.PositiveIntegerField()
    duty = models.UUIDField(null=True)
    given_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.BigIntegerField(null=True)
    # Standard → pass, fail or none; the banned acts found; what of these became which case.
    answers = models.JSONField(default=dict)
    banned = models.JSONField(default=list)
    cases = models.JSONField(default=dict)
    failed = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["work", "status", "done_at"], name="works_check_of_work"),
                   models.Index(fields=["status", "due_at"], name="works_check_open")]


class CheckNote(Dossier):
    """What a checker wrote about one item."""

    check_uid = models.UUIDField(db_index=True)
    item = models.CharField(max_length=32, blank=True)
    text = models.TextField()


class CheckPhoto(Dossier):
    """A picture of one item; without an item, of the check as a whole."""

    check_uid = models.UUIDField(db_index=True)
    item = models.CharField(max_length=32, blank=True)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
