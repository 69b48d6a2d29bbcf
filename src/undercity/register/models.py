"""What the register remembers: profiles as the record tells them, what changed in them, spreadsheets on their way."""

from __future__ import annotations

import json
from typing import Any

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import Q

from undercity.ledger.models import Dossier
from undercity.org.models import Post
from undercity.register.states import ProfileStanding, UploadState


class Profile(models.Model):
    """The profile of a place as a stream of the record. Written only by folding entries.

    `place` is a number and no foreign key: the record goes on telling of a place that was taken out again.
    """

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    place = models.BigIntegerField(unique=True)
    version = models.PositiveIntegerField()
    standing = models.CharField(max_length=8, choices=ProfileStanding)
    changed_at = models.DateTimeField()
    # The import that changed it last; None: somebody did by hand.
    batch = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["batch"], name="register_profile_batch")]
        constraints = [models.CheckConstraint(condition=Q(standing__in=ProfileStanding.values),
                                              name="register_profile_standing")]


class Change(Dossier):
    """What one entry changed 变更内容. The record holds its salted hash.

    `told` is JSON, part → field → [before, after], kept as the very text that was hashed.
    """

    stream = models.UUIDField()
    batch = models.UUIDField(null=True)
    place = models.BigIntegerField()
    told = models.TextField()

    @property
    def values(self) -> dict[str, dict[str, list[Any]]]:
        """Part → field → [before, after]."""
        return json.loads(self.told)  # type: ignore[no-any-return]  # what `recording.tell` wrote

    class Meta:
        indexes = [models.Index(fields=["stream"], name="register_change_stream"),
                   models.Index(fields=["batch"], name="register_change_batch", condition=Q(batch__isnull=False))]


class Upload(Dossier):
    """A spreadsheet on its way into the register. Its table is emptied once it is applied, undone or thrown away.

    `id` is also the id of the import; `name` and the SHA-256 of the file are what the record vouches for.
    """

    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=UploadState, default=UploadState.COLUMNS)
    head = models.JSONField()
    rows = models.PositiveIntegerField()
    table = models.BinaryField()
    # What is the matter with the sheet itself: merged cells filled down, other sheets left out.
    remarks = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    datum = models.CharField(max_length=8, blank=True)
    day = models.DateField(null=True)
    # A large one is carried out in the background: what was asked, by whom, and what it came to when refused.
    asked = models.JSONField(default=dict)
    begun_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state"], name="register_upload_waiting",
                                condition=Q(state=UploadState.WAITING)),
                   models.Index(fields=["post", "-made_at"], name="register_upload_of_a_post")]
        constraints = [models.CheckConstraint(condition=Q(state__in=UploadState.values),
                                              name="register_upload_state")]


class Import(models.Model):
    """A spreadsheet applied to the register, and whether it was undone. Written only by folding entries."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    post = models.BigIntegerField(null=True)
    day = models.DateField()
    new = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()
    applied_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)


class HeaderChoice(models.Model):
    """Which columns a post gave to a set of headers 表头记忆, so that the same form need not be settled twice."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+", db_index=False)
    headers = models.CharField(max_length=64)
    columns = models.JSONField()
    datum = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "headers"], name="register_headerchoice_once")]


class Export(models.Model):
    """An export that held internal fields 内部信息导出: one `Look` tells who and when; here stands which works."""

    uid = models.UUIDField(primary_key=True, default=uuid.uuid7)
    post = models.BigIntegerField()
    at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    fields = models.CharField(max_length=400)
    format = models.CharField(max_length=8)
    places = models.PositiveIntegerField()


class Exported(models.Model):
    """A place whose internal fields left with an export."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="held", db_index=False)
    place = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "export"], name="register_exported_once")]
