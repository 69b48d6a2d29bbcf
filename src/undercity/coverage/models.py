"""Population cells as they were imported, and plans with what they were asked and what came out."""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import Q

from undercity.coverage.states import Outcome, PlanKind, PlanStatus
from undercity.org.models import Body
from undercity.places.models import Place


class Population(models.Model):
    """人口数据: one import of people by H3 cell, as of a day. It never changes; it may be withdrawn.

    Every column but `source` is folded from the record; `digest` there is over the cells and the source.
    """

    uid = models.UUIDField(primary_key=True, default=uuid.uuid7)
    timeline = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    valid_from = models.DateField()
    resolution = models.PositiveSmallIntegerField()
    cells = models.PositiveIntegerField()
    people = models.FloatField()
    elderly = models.FloatField(null=True)
    invented = models.BooleanField()
    withdrawn = models.BooleanField()
    digest = models.CharField(max_length=64)
    imported_at = models.DateTimeField()
    source = models.CharField(max_length=240, default="")

    class Meta:
        indexes = [models.Index(fields=["valid_from"], name="coverage_population_from")]


class PopulationCell(models.Model):
    """So many people live in this H3 cell; `elderly`: how many of them are old, where the import says it."""

    population = models.ForeignKey(Population, on_delete=models.CASCADE, related_name="rows", db_index=False)
    cell = models.BigIntegerField()
    people = models.FloatField()
    elderly = models.FloatField(null=True)
    territory = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["population", "cell"], name="coverage_cell_once"),
            models.CheckConstraint(condition=Q(people__gte=0), name="coverage_cell_not_below_nothing"),
        ]


class Plan(models.Model):
    """方案: which k places to open next, with everything it was asked. Every column is folded from the record.

    `moment`: which places counted as open, those of this moment; none: all. For `cover`, `before` are the people near
    an open place already, `gained` those the chosen add, `bound` what no choice exceeds. For `room`, `before` and
    `after` are people who find room without and with the chosen, `gained` the difference, and `cost` and `bound`
    person-minutes.
    """

    uid = models.UUIDField(primary_key=True, default=uuid.uuid7)
    timeline = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=PlanKind)
    status = models.CharField(max_length=10, choices=PlanStatus)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    population = models.ForeignKey(Population, on_delete=models.PROTECT, related_name="+")
    scope = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    post_id = models.BigIntegerField(null=True)
    k = models.PositiveIntegerField()
    minutes = models.PositiveSmallIntegerField()
    moment = models.DateTimeField(null=True)
    uses = models.CharField(max_length=120)
    listing = models.CharField(max_length=8)
    candidates = models.PositiveIntegerField(null=True)
    people = models.FloatField(null=True)
    before = models.FloatField(null=True)
    gained = models.FloatField(null=True)
    cost = models.FloatField(null=True)
    bound = models.FloatField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(status__in=PlanStatus.values), name="coverage_plan_status")]
        indexes = [models.Index(fields=["status"], name="coverage_plan_waiting",
                                condition=Q(status=PlanStatus.WAITING.value))]


class PlanPlace(models.Model):
    """A place of a plan's answer. `rank`: in the order chosen, none for one open already; `people`: whom it adds
    (`cover`) or who go there (`room`), walking `minutes` on average, with room for `room`."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="places")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(null=True)
    people = models.FloatField()
    minutes = models.FloatField(null=True)
    room = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "place"], name="coverage_planplace_once")]
