"""What came from phones: one row for each action taken, so that a second sending gets the first answer."""

from __future__ import annotations

from django.db import models

from undercity.org.models import Person


class Received(models.Model):
    """An action taken from a phone 收件回执. Written in the transaction of what it did; `key` is the phone's own."""

    key = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    post = models.BigIntegerField()
    doing = models.CharField(max_length=40)
    subject = models.UUIDField(null=True)
    # SHA-256 over what was said and shown: another content under the same key is no repetition.
    digest = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    # When it was recorded on the spot, by the phone's own measure of how long ago that is.
    done_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
