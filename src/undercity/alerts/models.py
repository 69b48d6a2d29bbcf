"""Tables of warnings. Warnings, episodes of gauges and our own messages are projections: written by folding entries."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from undercity.alerts.states import (
    BulletinStage,
    Colour,
    Counting,
    Door,
    Ended,
    Hazard,
    Matter,
    Signed,
    Stage,
)
from undercity.ledger.models import Dossier
from undercity.org.models import Body
from undercity.readings.models import Series


class ReceivedWarning(models.Model):
    """A warning of another office 预警, from its first message to its end; what the newest message says holds."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    stage = models.CharField(max_length=10, choices=Stage)
    status = models.CharField(max_length=10)
    scope = models.CharField(max_length=12)
    counting = models.CharField(max_length=16, choices=Counting)
    hazard = models.CharField(max_length=10, choices=Hazard)
    colour = models.CharField(max_length=8, choices=Colour, blank=True)
    inferred = models.BooleanField()
    severity = models.CharField(max_length=10)
    signed = models.CharField(max_length=8, choices=Signed)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    assumed = models.BooleanField()
    # The bodies it touches, without those below one that is touched as a whole.
    bodies = models.JSONField(default=list)
    received_at = models.DateTimeField()
    sent = models.DateTimeField()
    mark = models.CharField(max_length=64)
    messages = models.PositiveIntegerField()
    # It refers to a message that has not come.
    missing = models.BooleanField()
    ended = models.CharField(max_length=10, choices=Ended, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["timeline", "ends"], condition=Q(stage="in_force"), name="alerts_warning_in_force"),
            models.Index(fields=["timeline", "-received_at"], name="alerts_warning_newest"),
        ]

    @property
    def counts(self) -> bool:
        """May it raise a level on its own timeline?"""
        return Counting(self.counting).counts


class Feed(models.Model):
    """A feed of warnings that is fetched 预警订阅源: where it is, how it did. Configuration and health, no record."""

    label = models.CharField(max_length=80)
    url = models.URLField(max_length=500, unique=True)
    datum = models.CharField(max_length=8, default="wgs84")
    # Messages without a signature of a trusted office are refused.
    signed_only = models.BooleanField(default=False)
    # Other hosts its messages may lie on, separated by spaces.
    hosts = models.CharField(max_length=300, blank=True)
    is_on = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=60, blank=True)
    tried_at = models.DateTimeField(null=True)
    well_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=300, blank=True)
    taken = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.label


class FeedItem(models.Model):
    """A message of a feed that was looked at, so that it is not fetched again. `why`: it was refused."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="items")
    url = models.CharField(max_length=500)
    seen_at = models.DateTimeField()
    warning = models.UUIDField(null=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "url"], name="alerts_feeditem_once")]


class Signer(models.Model):
    """An office whose signature is trusted 可信签发单位: its certificate."""

    label = models.CharField(max_length=120)
    pem = models.TextField()
    fingerprint = models.CharField(max_length=64, unique=True)
    added_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label


class WarningMessage(Dossier):
    """One message as it came 原文: the bytes, and what a list shows of it. The record holds its salted hash."""

    warning = models.UUIDField(db_index=True)
    timeline = models.CharField(max_length=40)
    mark = models.CharField(max_length=64)
    sender = models.CharField(max_length=300)
    identifier = models.CharField(max_length=300)
    sent = models.DateTimeField()
    msg_type = models.CharField(max_length=8)
    status = models.CharField(max_length=10)
    received_at = models.DateTimeField()
    door = models.CharField(max_length=8, choices=Door)
    feed = models.ForeignKey(Feed, on_delete=models.SET_NULL, null=True, related_name="+")
    datum = models.CharField(max_length=8, default="wgs84")
    said = models.JSONField(default=list)
    signed = models.CharField(max_length=8, choices=Signed)
    signer = models.CharField(max_length=64, blank=True)
    headline_zh = models.CharField(max_length=300, blank=True)
    headline_en = models.CharField(max_length=300, blank=True)
    office = models.CharField(max_length=200, blank=True)
    office_en = models.CharField(max_length=200, blank=True)
    invented = models.BooleanField(default=False)
    raw = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timeline", "mark"], name="alerts_message_once")]


class WarningReference(models.Model):
    """A message that another one refers to, by its mark: it may come later."""

    message = models.ForeignKey(WarningMessage, on_delete=models.CASCADE, related_name="refers_to")
    timeline = models.CharField(max_length=40)
    mark = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "mark"], name="alerts_reference_once")]
        indexes = [models.Index(fields=["timeline", "mark"], name="alerts_reference_of")]


class Episode(models.Model):
    """A time in which a rule over readings was reached at one instrument 达到阈值. Moments are Unix seconds."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    rule = models.CharField(max_length=40)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    began = models.BigIntegerField()
    value = models.BigIntegerField()
    threshold = models.BigIntegerField()
    ended = models.BigIntegerField(null=True)
    peak = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timeline", "rule", "series"], condition=Q(ended__isnull=True),
                                               name="alerts_episode_open_once")]
        indexes = [models.Index(fields=["timeline", "-began"], name="alerts_episode_newest")]


class GaugeStand(models.Model):
    """How far the readings of a series were gone through for a rule, and its window's value then. Reckoned anew from
    the readings at any time, so no record."""

    rule = models.CharField(max_length=40)
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="+")
    timeline = models.CharField(max_length=40)
    seen = models.BigIntegerField()
    value = models.BigIntegerField(null=True)
    peak = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timeline", "rule", "series"], name="alerts_stand_once")]


class Bulletin(models.Model):
    """A message of our own to the public 对外公告: closings, cancellations, a body's own orders; never the weather."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    stage = models.CharField(max_length=10, choices=BulletinStage)
    matter = models.CharField(max_length=10, choices=Matter)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10)
    issued_at = models.DateTimeField()
    sent = models.DateTimeField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    places = models.JSONField(default=list)
    bodies = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["timeline", "-sent"], name="alerts_bulletin_newest")]


class BulletinMessage(Dossier):
    """One message of ours as everybody gets it. The record holds its salted hash."""

    bulletin = models.UUIDField(db_index=True)
    timeline = models.CharField(max_length=40)
    identifier = models.CharField(max_length=120, unique=True)
    msg_type = models.CharField(max_length=8)
    sent = models.DateTimeField()
    headline_zh = models.CharField(max_length=300)
    headline_en = models.CharField(max_length=300)
    text = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["timeline", "-sent"], name="alerts_bulletinmsg_newest")]
