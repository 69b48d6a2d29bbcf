"""Tables of the refit. An item is written only by folding entries."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from undercity.ledger.models import Dossier
from undercity.org.models import Body
from undercity.places.refit.states import Stage


class RefitItem(models.Model):
    """An item of a year's refit 改造项目, as it stands."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(db_index=True)
    version = models.PositiveIntegerField()
    stage = models.CharField(max_length=8, choices=Stage)
    duty = models.UUIDField(null=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    budget = models.BigIntegerField()
    spent = models.BigIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(budget__gte=0) & Q(spent__gte=0),
                                              name="places_refit_money_is_not_negative")]


class RefitWords(Dossier):
    """What an item is about, in both languages. The public reads it."""

    item = models.OneToOneField(RefitItem, on_delete=models.PROTECT, related_name="words")
    zh = models.CharField(max_length=300)
    en = models.CharField(max_length=300, blank=True)


class RefitNote(Dossier):
    """Words that came with a step of an item. Internal."""

    item = models.ForeignKey(RefitItem, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()


class RefitPhoto(Dossier):
    """A picture of a place before or after its refit. The public sees those of finished items."""

    item = models.ForeignKey(RefitItem, on_delete=models.PROTECT, related_name="photos")
    moment = models.CharField(max_length=6, choices=[("before", "before"), ("after", "after")])
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
