"""What the source of the project says, fact by fact."""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import Q


class SourceFact(models.Model):
    """A fact of 2022 来源记述: where it stands, when, and its words, which the record holds as a salted hash."""

    # Also the stream in which the record states it.
    id = models.UUIDField(primary_key=True, default=uuid.uuid7)
    salt = models.CharField(max_length=32, blank=True)
    code = models.SlugField(max_length=40, unique=True)
    row = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    day = models.DateField(null=True)
    value = models.CharField(max_length=60)
    zh = models.CharField(max_length=300)
    en = models.CharField(max_length=300)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(year__gte=1900), name="city_sourcefact_year")]

    def __str__(self) -> str:
        return self.code
