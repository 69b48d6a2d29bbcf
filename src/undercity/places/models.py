"""Places as the public may know them. Nothing internal stands here."""

from __future__ import annotations

from django.db import models

from undercity.org.models import Body, Post
from undercity.places.states import PlaceUse, StepFree


class Place(models.Model):
    """A place 场所 open to the public: where its entrance is, when it is open, what is there."""

    key = models.SlugField(max_length=60, unique=True)
    district = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    address_zh = models.CharField(max_length=200)
    address_en = models.CharField(max_length=200, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    # H3 cell of the entrance at resolution 8 (about 0.7 km²), as a signed 64-bit number.
    cell = models.BigIntegerField(db_index=True)
    use = models.CharField(max_length=12, choices=PlaceUse, default=PlaceUse.COOLING)
    # What is not listed is seen by officers only; what is invented says so wherever it is shown.
    listed = models.BooleanField(default=True)
    invented = models.BooleanField(default=False)
    hours = models.CharField(max_length=300)
    hours_assumed = models.BooleanField(default=False)
    area_m2 = models.PositiveIntegerField(null=True)
    temperature_c = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    temperature_source = models.CharField(max_length=80, blank=True)
    amenities = models.JSONField(default=list)
    # The keeper's number for the public, and how many may be inside at once by the fire code.
    phone = models.CharField(max_length=40, blank=True)
    capacity = models.PositiveIntegerField(null=True)
    step_free = models.CharField(max_length=7, choices=StepFree, default=StepFree.UNKNOWN)
    # Names of fields that are made up although the place is not: each says so where it is shown.
    invented_facts = models.JSONField(default=list)
    source = models.CharField(max_length=200)
    valid_from = models.DateField()

    def __str__(self) -> str:
        return self.key


class PlaceName(models.Model):
    """What a place was called, and when."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="names")
    zh = models.CharField(max_length=120)
    en = models.CharField(max_length=200)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)


class GridVersion(models.Model):
    """Unit grids as they hold from a day on. A version never changes; the next one leaves it standing for old cases."""

    valid_from = models.DateField(unique=True)
    source = models.CharField(max_length=240)
    invented = models.BooleanField(default=False)


class UnitGrid(models.Model):
    """A unit grid 单元网格 of one version, the responsibility grid 责任网格 it belongs to, and its inspector's post."""

    version = models.ForeignKey(GridVersion, on_delete=models.PROTECT, related_name="grids", db_index=False)
    code = models.CharField(max_length=15)
    territory = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    responsibility = models.CharField(max_length=60)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    outline = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="places_unitgrid_once")]


# Tables that stand beside these, each in the file that knows them.
from undercity.places.boards import FloodBoard  # noqa: E402 - it refers to Place
from undercity.places.changes import PlaceChange  # noqa: E402 - its triggers refer to Place
from undercity.places.refit.models import RefitItem, RefitNote, RefitPhoto, RefitWords  # noqa: E402
from undercity.places.seasons.models import (  # noqa: E402
    Announcement,
    DailyMaximum,
    HeatTerms,
    Season,
    SeasonNote,
    VisitorCount,
)

__all__ = ["Announcement", "DailyMaximum", "FloodBoard", "GridVersion", "HeatTerms", "Place", "PlaceChange",
           "PlaceName", "RefitItem", "RefitNote", "RefitPhoto", "RefitWords", "Season", "SeasonNote", "UnitGrid",
           "VisitorCount"]
