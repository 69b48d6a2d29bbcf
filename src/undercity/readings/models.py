"""Tables of readings. Narrow rows of whole numbers: a year of 500 places is 26 million of them."""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import Q

from undercity.org.models import Body, Post
from undercity.places.models import Place
from undercity.readings.states import Decided, DeviceKind, Door, Quantity, Reason, Watch


class QuantityTerms(models.Model):
    """From a day on: what a quantity can be, from where on it is a problem, and after how long a value is stale.

    Numbers are in the quantity's unit. `back`: how far a value must come back inside before a warning ends.
    """

    quantity = models.PositiveSmallIntegerField(choices=Quantity)
    valid_from = models.DateField()
    least = models.FloatField()
    most = models.FloatField()
    warn_low = models.FloatField(null=True)
    warn_high = models.FloatField(null=True)
    back = models.FloatField(default=0)
    for_minutes = models.PositiveIntegerField(default=0)
    stale_minutes = models.PositiveIntegerField()
    category = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=240)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quantity", "valid_from"], name="readings_terms_once"),
            models.CheckConstraint(condition=Q(least__lt=models.F("most")), name="readings_terms_range"),
        ]


class Device(models.Model):
    """An instrument, or the keeper's own eye, at a place. Of its token only the SHA-256 is kept."""

    uid = models.UUIDField(unique=True, default=uuid.uuid7)
    key = models.SlugField(max_length=80, unique=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="devices")
    keeper = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=DeviceKind, default=DeviceKind.SENSOR)
    label = models.CharField(max_length=80, blank=True)
    token_digest = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - many devices have none
    made_at = models.DateTimeField()
    token_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    invented = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.key


class Series(models.Model):
    """One quantity of one device, and how it stands. Moments are Unix seconds; values whole numbers of the last
    decimal. `full`: how many people the place may hold, for what is counted."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="series", db_index=False)
    quantity = models.PositiveSmallIntegerField(choices=Quantity)
    full = models.PositiveIntegerField(null=True)
    last_at = models.BigIntegerField(null=True)
    last_value = models.IntegerField(null=True)
    watch = models.SmallIntegerField(choices=Watch, default=Watch.NORMAL)
    # Since when the values lie outside the warning range.
    out_since = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "quantity"], name="readings_series_once")]


class Reading(models.Model):
    """One value of one series at one second. `lag`: seconds from measuring to receiving."""

    pk = models.CompositePrimaryKey("series_id", "at")
    series = models.ForeignKey(Series, on_delete=models.DO_NOTHING, related_name="+", db_index=False,
                               db_constraint=False)
    at = models.BigIntegerField()
    value = models.IntegerField()
    lag = models.IntegerField()


class Rollup(models.Model):
    """The readings of a series in a stretch of time: how many, their sum, the lowest and highest."""

    series = models.ForeignKey(Series, on_delete=models.DO_NOTHING, related_name="+", db_index=False,
                               db_constraint=False)
    n = models.IntegerField()
    total = models.BigIntegerField()
    low = models.IntegerField()
    high = models.IntegerField()

    class Meta:
        abstract = True


class Hour(Rollup):
    """Those of one hour: Unix seconds // 3600."""

    pk = models.CompositePrimaryKey("series_id", "hour")
    hour = models.IntegerField()


class Day(Rollup):
    """Those of a day of the city's zone, counted from 1970-01-01."""

    pk = models.CompositePrimaryKey("series_id", "day")
    day = models.IntegerField()


class Alarm(models.Model):
    """One event: a series left its warning range, until it came back. `case`: its number, or `why` there is none."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="alarms")
    side = models.SmallIntegerField(choices=Watch)
    began = models.BigIntegerField()
    ended = models.BigIntegerField(null=True)
    extreme = models.IntegerField()
    case = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "began"], name="readings_alarm_once"),
            models.UniqueConstraint(fields=["series"], condition=Q(ended__isnull=True),
                                    name="readings_alarm_open_once"),
        ]


class KeptApart(models.Model):
    """A reading that was not stored 待核读数: as it came, why, and what an officer made of it."""

    mark = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField()
    door = models.CharField(max_length=8, choices=Door)
    reason = models.CharField(max_length=20, choices=Reason)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="kept_apart")
    device_said = models.CharField(max_length=100)
    quantity_said = models.CharField(max_length=60)
    at_said = models.CharField(max_length=60)
    value_said = models.CharField(max_length=200)
    decided = models.CharField(max_length=8, choices=Decided, default=Decided.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    # What stood at that moment before an officer put this in its place.
    replaced = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["decided", "-received_at"], name="readings_to_decide")]


class SentKey(models.Model):
    """A key a device gave a reading, so that the same one sent again is known even without its time."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    quantity = models.PositiveSmallIntegerField()
    value = models.IntegerField()
    at = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "key"], name="readings_sentkey_once")]
