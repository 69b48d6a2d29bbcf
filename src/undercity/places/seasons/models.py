"""Tables of seasons, announcements, visitors and heat. A season is written only by folding entries."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from undercity.ledger.models import Dossier
from undercity.org.models import Body
from undercity.places.seasons.states import Standing


class Season(models.Model):
    """A place's year 开放季: its season, the exceptions to it, the proposals. One row tells when the place is open."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="seasons")
    year = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    standing = models.CharField(max_length=8, choices=Standing)
    opens_on = models.DateField(null=True)
    closes_on = models.DateField(null=True)
    hours = models.CharField(max_length=300, blank=True)
    keeper = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")
    exceptions = models.JSONField(default=list)
    proposals = models.JSONField(default=list)
    waiting = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timeline", "place", "year"], name="places_season_once")]
        indexes = [models.Index(fields=["year"], condition=Q(waiting__gt=0), name="places_season_waiting")]


class SeasonNote(Dossier):
    """The reason that came with an entry of a season 理由. The public reads it."""

    season = models.UUIDField(db_index=True)
    text = models.TextField()


class HeatTerms(models.Model):
    """The rule of heat as read from its file, dated: `content` is what the file says, field by field."""

    valid_from = models.DateField(unique=True)
    content = models.JSONField()


class DailyMaximum(models.Model):
    """The highest temperature of a day in the city 日最高气温, in °C, as somebody entered it."""

    day = models.DateField(primary_key=True)
    celsius = models.DecimalField(max_digits=3, decimal_places=1)
    source = models.CharField(max_length=120)
    invented = models.BooleanField(default=False)
    entered_by = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()


class Announcement(Dossier):
    """A public notice 公告 in both languages, for one place or for all, from a day to a day."""

    timeline = models.CharField(max_length=40)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, null=True, related_name="+")
    zh = models.TextField()
    en = models.TextField(blank=True)
    starts = models.DateTimeField(db_index=True)
    ends = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    posted_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                                              name="places_announcement_ends_after_it_starts")]


class VisitorCount(models.Model):
    """How many came to a place on a day 人次. A measurement: entered again, the newer number counts, the older stays
    beside it."""

    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    visitors = models.PositiveIntegerField()
    was = models.PositiveIntegerField(null=True)
    entered_by = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    invented = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "day"], name="places_visitors_once_a_day")]
        indexes = [models.Index(fields=["day"], name="places_visitors_of_a_day")]
