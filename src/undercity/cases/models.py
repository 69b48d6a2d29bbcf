"""Tables of cases. `Case` is a projection of the record; texts, photos and contacts are dossiers."""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import Q

from undercity.cases.numbers import number_of
from undercity.cases.states import Outcome, Source, Stage
from undercity.ledger.models import Dossier
from undercity.org.models import Body


class Category(models.Model):
    """A subclass of a category scheme 小类. A code means something only together with scheme and kind."""

    code = models.CharField(max_length=48, primary_key=True)
    scheme = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    major = models.CharField(max_length=8)
    minor = models.CharField(max_length=8)
    major_zh = models.CharField(max_length=60)
    major_en = models.CharField(max_length=120)
    minor_zh = models.CharField(max_length=60)
    minor_en = models.CharField(max_length=120)
    # Bodies of a city are named by key, so that a scheme can be loaded before the city.
    department = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "kind", "major", "minor"], name="cases_category_once")]


class FilingStandard(models.Model):
    """A filing standard 立案标准 of a subclass: its condition fixes limit and closing text. Dated, with source."""

    code = models.CharField(max_length=60, unique=True)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="standards", null=True)
    condition_zh = models.CharField(max_length=200)
    condition_en = models.CharField(max_length=200)
    limit_value = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=16)
    closing_zh = models.CharField(max_length=200)
    closing_en = models.CharField(max_length=200)
    source = models.CharField(max_length=240)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class StageLimit(models.Model):
    """How long a stage may take by kind of duty: a setting of the deployment, dated, with its source."""

    duty_kind = models.CharField(max_length=40)
    limit_value = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=16)
    source = models.CharField(max_length=240)
    valid_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty_kind", "valid_from"], name="cases_stagelimit_once")]


class Term(models.Model):
    """How often or how long at most something may be asked for: a setting of the deployment, dated, with its source."""

    name = models.CharField(max_length=40)
    value = models.PositiveIntegerField()
    source = models.CharField(max_length=240)
    valid_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "valid_from"], name="cases_term_once")]


class Case(models.Model):
    """A case 案卷 as it stands. Written only by folding entries."""

    uid = models.UUIDField(unique=True, default=uuid.uuid7)
    timeline = models.CharField(max_length=40)
    stage = models.CharField(max_length=10, choices=Stage)
    version = models.PositiveIntegerField()
    duty = models.UUIDField(null=True)
    source = models.CharField(max_length=10, choices=Source)
    category = models.CharField(max_length=48)
    territory = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    reporter_post = models.BigIntegerField(null=True)
    verification = models.CharField(max_length=10, blank=True)
    verifying = models.BooleanField(default=False)
    standard = models.CharField(max_length=60, blank=True)
    limit_value = models.PositiveIntegerField(null=True)
    limit_unit = models.CharField(max_length=16, blank=True)
    filed_at = models.DateTimeField(null=True)
    department = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")
    dispatched_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    check_answer = models.CharField(max_length=12, blank=True)
    check_failed = models.BooleanField(default=False)
    returns = models.PositiveSmallIntegerField(default=0)
    rework = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    on_the_spot = models.BooleanField(default=False)
    returned_by = models.BigIntegerField(null=True)
    returned_due = models.DateTimeField(null=True)
    misdirected = models.PositiveSmallIntegerField(default=0)
    shirking = models.PositiveSmallIntegerField(default=0)
    asked = models.CharField(max_length=10, blank=True)
    ask_duty = models.UUIDField(null=True)
    agreed = models.BooleanField(default=False)
    extensions = models.PositiveSmallIntegerField(default=0)
    hold_until = models.DateTimeField(null=True)
    hold_left = models.PositiveIntegerField(null=True)
    supervisions = models.PositiveSmallIntegerField(default=0)
    reply_duty = models.UUIDField(null=True)
    appeal = models.CharField(max_length=8, blank=True)
    merged_into = models.UUIDField(null=True)
    reporters = models.PositiveIntegerField(default=1)
    unit_grid = models.CharField(max_length=15, blank=True)
    order = models.CharField(max_length=40, blank=True)
    order_at = models.DateTimeField(null=True)
    order_due = models.DateTimeField(null=True)
    order_duty = models.UUIDField(null=True)
    contacted_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    callback = models.CharField(max_length=12, blank=True)
    redos = models.PositiveSmallIntegerField(default=0)
    order_returned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="cases_case_stage_known"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="cases_case_source_known"),
            models.UniqueConstraint(fields=["timeline", "order"], condition=~Q(order=""), name="cases_order_once"),
        ]
        indexes = [
            models.Index(fields=["stage", "-id"], name="cases_by_stage"),
            models.Index(fields=["territory", "-id"], name="cases_by_territory"),
            models.Index(fields=["department", "-id"], name="cases_by_department"),
            models.Index(fields=["reported_at"], name="cases_by_time"),
            models.Index(fields=["category", "reported_at"], name="cases_by_category"),
            models.Index(fields=["hold_until"], name="cases_on_hold", condition=Q(stage="on_hold")),
            models.Index(fields=["unit_grid", "-id"], condition=~Q(unit_grid=""), name="cases_by_grid"),
            models.Index(fields=["order_due"], condition=~Q(order=""), name="cases_by_order"),
        ]

    @property
    def number(self) -> str:
        """The number people use 案卷号: the day and a running number."""
        return number_of(self.pk, self.reported_at)

    def get_outcome_text(self) -> str:
        """How it ended, in the reader's language; empty while it is open."""
        return str(Outcome(self.outcome).label) if self.outcome else ""


class Report(Dossier):
    """What was reported: the words and the place. The receipt's token and the sender's key stand beside it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, to_field="uid", related_name="report")
    text = models.TextField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    token = models.CharField(max_length=32, unique=True)
    client_key = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001  # unique, and most have none


class Contact(Dossier):
    """How to reach the reporter; seen only by posts that need it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, to_field="uid", related_name="contact")
    name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=120, blank=True)


class Note(Dossier):
    """Words that came with a move: a reason, an answer, what was done."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, to_field="uid", related_name="notes")
    text = models.TextField()


class Photo(Dossier):
    """A picture as evidence: re-encoded, its EXIF position read and then stripped."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, to_field="uid", related_name="photos")
    verb = models.CharField(max_length=24)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_lat = models.FloatField(null=True)
    taken_lon = models.FloatField(null=True)
    is_public = models.BooleanField(default=False)
