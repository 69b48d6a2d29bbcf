"""The internal profile of works. What law makes a state secret has no column here, on purpose."""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import Q

from undercity.org.models import Body
from undercity.places.models import Place
from undercity.works.documents.models import Document, Paper
from undercity.works.permits.models import Lease, Permit, PermitNote
from undercity.works.states import Condition, Form, Managed
from undercity.works.terms.models import Term
from undercity.works.upkeep.models import CheckNote, CheckPhoto, UpkeepCheck

# Tables of the folders beside, which Django looks for here.
__all__ = ["CheckNote", "CheckPhoto", "Document", "Entrance", "Lease", "Paper", "Permit", "PermitNote", "Term",
           "UpkeepCheck", "Work"]


class Work(models.Model):
    """A work 人防工程 as its keeper and its office know it; the public side is its place."""

    # A look is noted under this, so that it stays when a code is given anew.
    uid = models.UUIDField(unique=True, default=uuid.uuid7)
    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40, unique=True)
    managed = models.CharField(max_length=8, choices=Managed)
    form = models.CharField(max_length=8, choices=Form)
    area_m2 = models.PositiveIntegerField()
    volume_m3 = models.PositiveIntegerField()
    levels = models.PositiveSmallIntegerField()
    depth_m = models.DecimalField(max_digits=5, decimal_places=1)
    capacity = models.PositiveIntegerField()
    condition = models.CharField(max_length=8, choices=Condition)
    condition_words = models.CharField(max_length=200, blank=True)
    pumps = models.PositiveSmallIntegerField()
    boards = models.PositiveSmallIntegerField()
    keeper = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    built = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(managed__in=Managed.values), name="works_work_managed_known"),
            models.CheckConstraint(condition=Q(form__in=Form.values), name="works_work_form_known"),
            models.CheckConstraint(condition=Q(levels__gte=1), name="works_work_has_a_level"),
        ]
        indexes = [models.Index(fields=["keeper", "code"], name="works_by_keeper")]

    def __str__(self) -> str:
        return self.code


class Entrance(models.Model):
    """A way in 出入口: its exact position (WGS 84), width, and how high its sill lies (metres above sea)."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="entrances")
    name = models.CharField(max_length=60)
    lat = models.FloatField()
    lon = models.FloatField()
    width_m = models.DecimalField(max_digits=4, decimal_places=1)
    sill_m = models.DecimalField(max_digits=6, decimal_places=2)
