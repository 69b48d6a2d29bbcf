"""The flood-season board 防汛责任公示牌 at a place's door: who answers for it, whom to call, which way leads out."""

from __future__ import annotations

from django.db import models

from undercity.org.models import Body, Post


class FloodBoard(models.Model):
    """What stands on the board of a place. It hangs in public, so nothing here is internal."""

    place = models.OneToOneField("places.Place", on_delete=models.CASCADE, related_name="flood_board")
    keeper = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    phone_24h = models.CharField(max_length=40)
    way_out_zh = models.CharField(max_length=200)
    way_out_en = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    source = models.CharField(max_length=200)
    invented = models.BooleanField(default=False)
