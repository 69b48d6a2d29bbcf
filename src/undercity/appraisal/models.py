"""How far the facts are exported."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Export(models.Model):
    """The one row that says which files hold the facts, and up to which number of the record.

    It lives in the database, so that a fresh or restored one exports anew. `gaps`: numbers missing below `position`,
    as [first, last, since]; `files`: table → month → file name.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.PositiveBigIntegerField()
    format = models.PositiveSmallIntegerField()
    position = models.PositiveBigIntegerField()
    gaps = models.JSONField()
    files = models.JSONField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="appraisal_export_one")]
