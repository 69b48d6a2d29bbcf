"""Duties, the append-only record and looks; duty templates and the duties that stand alone, with their evidence."""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import Q

from undercity.org.models import Body, Post


class Duty(models.Model):
    """What somebody must do 责任. A projection: written only by folding entries, and compared by `ledger replay`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7)
    timeline = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=20)
    subject = models.UUIDField()
    stream = models.UUIDField()
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    appointment = models.BigIntegerField(null=True)
    territory = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    limit_value = models.PositiveIntegerField(null=True)
    limit_unit = models.CharField(max_length=16, blank=True)
    accepted_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    rework = models.PositiveSmallIntegerField(default=0)
    escalations = models.PositiveSmallIntegerField(default=0)

    class Meta:
        # Open duties and done ones are asked for apart; an index of a foreign key alone would serve neither.
        indexes = [
            models.Index(fields=["stream"], name="ledger_duty_stream"),
            models.Index(fields=["post", "due_at"], condition=Q(done_at__isnull=True), name="ledger_duty_mine_open"),
            models.Index(fields=["body", "due_at"], condition=Q(done_at__isnull=True), name="ledger_duty_body_open"),
            models.Index(fields=["escalations", "due_at"], condition=Q(done_at__isnull=True),
                         name="ledger_duty_silent"),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="ledger_duty_done"),
            models.Index(fields=["post", "done_at"], condition=Q(done_at__isnull=False), name="ledger_duty_mine_done"),
            models.Index(fields=["body", "done_at"], condition=Q(done_at__isnull=False), name="ledger_duty_body_done"),
            models.Index(fields=["subject_kind", "done_at"], condition=Q(done_at__isnull=False),
                         name="ledger_duty_about_done"),
        ]


class Entry(models.Model):
    """One thing that happened 记录. Only ever inserted; triggers refuse everything else."""

    number = models.BigAutoField(primary_key=True)
    timeline = models.CharField(max_length=40)
    stream_kind = models.CharField(max_length=20)
    stream = models.UUIDField()
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    recorded = models.DateTimeField()
    actor = models.CharField(max_length=10)
    post = models.BigIntegerField(null=True)
    appointment = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    facts = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "sequence"], name="ledger_entry_once"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="ledger_entry_sequence_from_one"),
        ]


class Unsealed(models.Model):
    """An entry that no signed tree head covers yet; written with it, taken away by the sealer."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="+")


class Look(models.Model):
    """Somebody read internal or personal fields 查阅记录: who, what, why, when. Only ever inserted."""

    timeline = models.CharField(max_length=40)
    post = models.BigIntegerField()
    appointment = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=20)
    subject = models.UUIDField()
    fields = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()


class Dossier(models.Model):
    """A row whose salted hash stands in the record. Erasing empties it and takes its salt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7)
    salt = models.CharField(max_length=32, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class DutyTemplate(models.Model):
    """A duty template 责任模板 as read from its file, dated: `content` is what the file says, field by field."""

    code = models.SlugField(max_length=32)
    valid_from = models.DateField()
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="ledger_template_once")]


class Task(models.Model):
    """A duty made from a template 任务, as it stands: what it is for. Written only by folding entries."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    template = models.CharField(max_length=32)
    period = models.CharField(max_length=10)
    status = models.CharField(max_length=12)
    version = models.PositiveIntegerField()
    duty = models.UUIDField(null=True)
    # Who had it first, and who has it now or had it last.
    given_to = models.BigIntegerField(null=True)
    held_by = models.BigIntegerField(null=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["template", "period"], name="ledger_task_of_a_period")]


class Brief(Dossier):
    """What a duty is about, in words 事由: a finding, a promise, a target."""

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="brief")
    text = models.TextField()


class TaskNote(Dossier):
    """Words that came with a step of a duty."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()


class TaskPhoto(Dossier):
    """A picture as evidence of a duty."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="photos")
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_lat = models.FloatField(null=True)
    taken_lon = models.FloatField(null=True)
