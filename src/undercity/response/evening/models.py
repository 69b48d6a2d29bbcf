"""The table of rainy evenings. Configuration of a demonstration; what happens in one stands in the record."""

from __future__ import annotations

from django.db import models


class Evening(models.Model):
    """A rainy evening under way 暴雨傍晚: its timeline, how far it is, and what it made."""

    name = models.CharField(max_length=40, primary_key=True)
    began_at = models.DateTimeField()
    # Steps done so far, and real time: when the last of them was.
    step = models.PositiveSmallIntegerField(default=0)
    stepped_at = models.DateTimeField(null=True)
    ahead_minutes = models.PositiveIntegerField(default=0)
    warning = models.UUIDField(null=True)
    response = models.UUIDField(null=True)
    silent_post = models.BigIntegerField(null=True)
    place = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Step → how many orders or people it was about, for the page.
    told = models.JSONField(default=dict)
