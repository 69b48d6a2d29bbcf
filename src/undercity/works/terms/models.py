"""Dated settings of permits, checks and documents, as read from their files."""

from __future__ import annotations

from django.db import models


class Term(models.Model):
    """A dated setting: of a kind (term, standard, banned, rhythm, document, refused), under a code, from a day on.

    `content` is what the file says, field by field. Configuration, not something that happens: it has no entries.
    """

    kind = models.CharField(max_length=12)
    code = models.SlugField(max_length=32)
    valid_from = models.DateField()
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code", "valid_from"], name="works_term_once")]
