"""Tables of the room. Checks, boards and material are written only by folding entries."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from undercity.inspections.states import Gear, Status
from undercity.ledger.models import Dossier
from undercity.org.models import Body, Post


class Sheet(models.Model):
    """A topic or a version of a checklist 检查表 as read from its file. Configuration: it has no entries."""

    kind = models.CharField(max_length=10)
    code = models.SlugField(max_length=32)
    valid_from = models.DateField()
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code", "valid_from"], name="inspections_sheet_once")]


class Keeping(models.Model):
    """Who keeps a place that has neither a work's profile nor a flood board 管护单位. Configuration, from a file."""

    place = models.OneToOneField("places.Place", on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=200)


class Inspection(models.Model):
    """One check of one place by one checklist for one period, and its later looks at what failed."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    checklist = models.CharField(max_length=32)
    since = models.DateField()
    topic = models.CharField(max_length=32)
    period = models.CharField(max_length=10)
    status = models.CharField(max_length=6, choices=Status)
    version = models.PositiveIntegerField()
    duty = models.UUIDField(null=True)
    given_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.BigIntegerField(null=True)
    # When it arrived here: a check done underground is sent later.
    arrived_at = models.DateTimeField(null=True)
    # Since when nothing of it fails; nothing while something does.
    clean_at = models.DateTimeField(null=True)
    holds_days = models.PositiveSmallIntegerField()
    # Item → answer; the items that failed at first, and those that fail now; item → the number of its case; how often
    # it was looked at again.
    results = models.JSONField(default=dict)
    failed = models.JSONField(default=list)
    failing = models.JSONField(default=list)
    cases = models.JSONField(default=dict)
    again = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["place", "topic", "done_at"], name="inspections_of_place"),
            models.Index(fields=["topic", "done_at"], name="inspections_of_topic"),
            models.Index(fields=["checklist", "period"], name="inspections_period"),
            models.Index(fields=["done_at"], name="inspections_failing",
                         condition=Q(done_at__isnull=False, clean_at__isnull=True, duty__isnull=True))]


class InspectionNote(Dossier):
    """What was written about one item."""

    inspection_uid = models.UUIDField(db_index=True)
    turn = models.PositiveSmallIntegerField(default=0)
    item = models.CharField(max_length=32, blank=True)
    text = models.TextField()


class InspectionPhoto(Dossier):
    """A picture of one item; without an item, of the check as a whole. `turn`: 0 the check itself, then each look."""

    inspection_uid = models.UUIDField(db_index=True)
    turn = models.PositiveSmallIntegerField(default=0)
    item = models.CharField(max_length=32, blank=True)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()


class BoardsStand(models.Model):
    """Whether the flood boards 挡水板 of a place are set: since the moment of the tap, and when that arrived here."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    is_set = models.BooleanField()
    changed_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    changed_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timeline", "place"], name="inspections_boards_once")]


class BoardsPhoto(Dossier):
    """A picture of boards set or taken down."""

    boards_uid = models.UUIDField(db_index=True)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()


class Material(models.Model):
    """A stock of one kind of material in one spot 物资: how many, where, whose, until when."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    gear = models.CharField(max_length=8, choices=Gear)
    count = models.PositiveIntegerField()
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, null=True, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    post = models.BigIntegerField(null=True)
    expires_on = models.DateField(null=True)
    test_on = models.DateField(null=True)
    gone = models.BooleanField(default=False)
    version = models.PositiveIntegerField()
    duty = models.UUIDField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(gear__in=Gear.values), name="inspections_gear_known")]
        indexes = [models.Index(fields=["gear", "body"], name="inspections_stock_of")]


class MaterialWords(Dossier):
    """What a stock is called, in which unit it is counted, and where it lies."""

    material_uid = models.UUIDField(unique=True)
    name = models.CharField(max_length=80)
    unit = models.CharField(max_length=12)
    spot = models.CharField(max_length=120, blank=True)


class MaterialNote(Dossier):
    """Words that came with a movement or a test."""

    material_uid = models.UUIDField(db_index=True)
    text = models.TextField()
