"""Tables of plans. A version is written only by folding entries; its text is a dossier."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from undercity.ledger.models import Dossier
from undercity.org.models import Body
from undercity.response.plans.states import Stage


class PlanVersion(models.Model):
    """A saved version of a plan 预案版本. A new text is a new row; what was published never changes."""

    uid = models.UUIDField(primary_key=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=60)
    # Counts up in a body's plan, whoever saves; `label` is the version the file gives itself.
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    stage = models.CharField(max_length=9, choices=Stage)
    orders = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.IntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.IntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["body", "code", "number"], name="response_plan_number_once"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="response_plan_stage_known"),
            models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                                   name="response_plan_ends_after_it_begins"),
        ]
        indexes = [models.Index(fields=["body", "stage", "valid_from"], name="response_plan_in_force")]


class PlanText(Dossier):
    """The file of a version, as it was saved, with its title in both languages for lists."""

    plan = models.OneToOneField(PlanVersion, on_delete=models.PROTECT, related_name="file")
    title_zh = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    text = models.TextField()


class PlanNote(Dossier):
    """Words that came with a step of a version: why it was published or withdrawn."""

    plan = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
