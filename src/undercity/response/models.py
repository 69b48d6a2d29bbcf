"""Tables of the response. Responses and orders are written only by folding entries."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from undercity.ledger.models import Dossier
from undercity.org.models import Body, Post
from undercity.response.evening.models import Evening
from undercity.response.plans.models import PlanNote, PlanText, PlanVersion
from undercity.response.states import OPEN_STAGES, OPEN_STANDINGS, Basis, How, Level, Stage, Standing, Takes

__all__ = ["Attendance", "Drill", "Evening", "Order", "OrderNote", "OrderPhoto", "OrderWords", "PlanNote", "PlanText",
           "PlanVersion", "Response", "ResponseText"]


class Response(models.Model):
    """A body's response 响应, from the first proposal to standing down, as it stands."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    stage = models.CharField(max_length=8, choices=Stage)
    level = models.PositiveSmallIntegerField(choices=Level)
    wanted = models.PositiveSmallIntegerField(choices=Level, null=True)
    basis = models.CharField(max_length=8, choices=Basis)
    basis_id = models.CharField(max_length=80, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.BigIntegerField(null=True)
    duty = models.UUIDField(null=True)
    seconded_by = models.BigIntegerField(null=True)
    seconded_at = models.DateTimeField(null=True)
    # The published version of the plan whose orders are given, by its id.
    plan = models.CharField(max_length=40, blank=True)
    number = models.PositiveIntegerField()
    # Each change of level gives a wave of orders; `issued` is the last one that is complete.
    wave = models.PositiveSmallIntegerField()
    issued = models.PositiveSmallIntegerField()
    confirmed_by = models.BigIntegerField(null=True)
    confirmed_under = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["timeline", "body"], condition=Q(stage__in=[*OPEN_STAGES]),
                                    name="response_one_open_a_body"),
        ]
        indexes = [models.Index(fields=["timeline", "-proposed_at"], name="response_newest")]


class ResponseText(Dossier):
    """Words of a response: a reason, the text of the order that put a level in force, a situation report."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="texts")
    kind = models.CharField(max_length=8, choices=[("note", "note"), ("order", "order"), ("report", "report")])
    text = models.TextField()


class Order(models.Model):
    """An order 指令 to one post, as it stands."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="orders", db_index=False)
    wave = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=160)
    plan_order = models.CharField(max_length=60, blank=True)
    verb = models.CharField(max_length=24)
    evidence = models.CharField(max_length=12, blank=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    appointment = models.BigIntegerField(null=True)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    territory = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    standing = models.CharField(max_length=9, choices=Standing)
    duty = models.UUIDField(null=True)
    issued_at = models.DateTimeField()
    held_from = models.DateTimeField()
    # When the next of the chain is told that nobody answered; none once somebody did, or nobody is left to tell.
    silent_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    chain = models.JSONField()
    told = models.PositiveSmallIntegerField()
    told_post = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=9, choices=How, blank=True)
    ended_at = models.DateTimeField(null=True)
    # When the water is expected at the place, by the plan's experience; none where nobody knows.
    water_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["response", "standing", "due_at"], name="response_order_board"),
            models.Index(fields=["post", "standing"], condition=Q(standing__in=[*OPEN_STANDINGS]),
                         name="response_order_mine"),
            models.Index(fields=["silent_at"], condition=Q(silent_at__isnull=False), name="response_order_silent"),
            models.Index(fields=["place"], condition=Q(place__isnull=False, standing__in=[*OPEN_STANDINGS]),
                         name="response_order_at_place"),
        ]


class OrderWords(Dossier):
    """What an order given by hand says, in both languages."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="words")
    zh = models.CharField(max_length=500)
    en = models.CharField(max_length=500, blank=True)


class OrderNote(Dossier):
    """Words that came with a step of an order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()


class OrderPhoto(Dossier):
    """A picture as evidence that an order was carried out."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="photos")
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()


class Drill(models.Model):
    """A plan activated as a drill 演练: a timeline of its own, beside the city's clock. Configuration, no record."""

    name = models.CharField(max_length=40, primary_key=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    # Minutes that the drill's clock is ahead of the city's.
    ahead_minutes = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True)


class Attendance(models.Model):
    """So many of one kind signed in to an exercise 演练签到. No names."""

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="attendances")
    key = models.CharField(max_length=64)
    takes = models.CharField(max_length=8, choices=Takes)
    heads = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drill", "key"], name="response_attend_once")]
