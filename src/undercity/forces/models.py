"""Tables of the room. Teams, needs and deployments are written only by folding entries; rosters, points, hospitals,
members and proposals are ordinary rows (docs/decisions/0028-forces.md)."""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import F, Q

from undercity.forces.states import (
    NeedStage,
    Part,
    PointKind,
    ProposalStage,
    Stage,
    TeamKind,
    Urgency,
)
from undercity.ledger.models import Dossier
from undercity.org.models import Body, Post


class Team(models.Model):
    """A team 队伍, as it stands. `skills`: [{skill, heads, until}], `gear`: [{id, kind, count, m3h, ready}].

    Teams are the same on every timeline: a drill sends the real ones.
    """

    uid = models.UUIDField(primary_key=True)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=TeamKind)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    heads = models.PositiveIntegerField()
    skills = models.JSONField()
    gear = models.JSONField()
    invented = models.BooleanField()
    words_id = models.UUIDField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class TeamWords(Dossier):
    """What a team is called, where its base is (WGS 84), and where that is known from. One row a version."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="words")
    zh = models.CharField(max_length=120)
    en = models.CharField(max_length=200, blank=True)
    home = models.CharField(max_length=200)
    lat = models.FloatField()
    lon = models.FloatField()
    source = models.CharField(max_length=300)


class Member(models.Model):
    """Somebody of a team by name 队员: kept beside the record, looked at with a note, and erasable."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    person = models.CharField(max_length=60)
    phone = models.CharField(max_length=30, blank=True)
    added_at = models.DateTimeField()


class Shift(models.Model):
    """So many heads of a team are on call in a shift 班次. A plan, no fact: who came is in the record."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="shifts", db_index=False)
    day = models.DateField()
    part = models.CharField(max_length=5, choices=Part)
    heads = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "day", "part"], name="forces_shift_once")]


class Point(models.Model):
    """A point to staff 值守点位: heads and skills asked for in every shift. Where it lies is internal."""

    uid = models.UUIDField(primary_key=True, default=uuid.uuid7)
    kind = models.CharField(max_length=10, choices=PointKind)
    zh = models.CharField(max_length=120)
    en = models.CharField(max_length=200, blank=True)
    territory = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    lat = models.FloatField()
    lon = models.FloatField()
    heads_day = models.PositiveIntegerField()
    heads_night = models.PositiveIntegerField()
    skills = models.JSONField(default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300)
    invented = models.BooleanField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                                              name="forces_point_ends_after_it_begins")]


class Need(models.Model):
    """Something is needed somewhere 需求, as it stands. `skills`: [{skill, heads}]."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    stage = models.CharField(max_length=9, choices=NeedStage)
    territory = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    urgency = models.CharField(max_length=8, choices=Urgency)
    wanted_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    m3h = models.PositiveIntegerField()
    skills = models.JSONField()
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["timeline", "stage"], name="forces_need_open")]


class NeedWords(Dossier):
    """What is needed and where (WGS 84). Internal: it may lie at the door of a work."""

    need = models.OneToOneField(Need, on_delete=models.PROTECT, related_name="words")
    what = models.CharField(max_length=300)
    where = models.CharField(max_length=300, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()


class Deployment(models.Model):
    """A team sent somewhere 调度, as it stands: called up, on post, over."""

    uid = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    stage = models.CharField(max_length=6, choices=Stage)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="deployments")
    need = models.ForeignKey(Need, on_delete=models.PROTECT, null=True, related_name="deployments")
    point = models.ForeignKey(Point, on_delete=models.PROTECT, null=True, related_name="deployments")
    proposal = models.UUIDField(null=True)
    duty = models.UUIDField(null=True)
    heads = models.PositiveIntegerField()
    gear = models.JSONField()
    called_at = models.DateTimeField()
    expected_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=4, blank=True)
    metres = models.PositiveIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    days = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["timeline", "team"], condition=Q(ended_at__isnull=True),
                                    name="forces_team_sent_once"),
            models.CheckConstraint(condition=Q(need__isnull=True) | Q(point__isnull=True),
                                   name="forces_deployment_one_aim"),
        ]


class DeploymentNote(Dossier):
    """Words that came with a step of a deployment. Internal."""

    stream = models.UUIDField(db_index=True)
    text = models.TextField()


class Proposal(models.Model):
    """A calculated assignment 调配方案: what came out, as JSON. No fact: what is ordered from it is in the record."""

    uid = models.UUIDField(primary_key=True, default=uuid.uuid7)
    timeline = models.CharField(max_length=40)
    stage = models.CharField(max_length=8, choices=ProposalStage)
    post_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    content = models.JSONField()
    accepted_at = models.DateTimeField(null=True)


class Hospital(models.Model):
    """A hospital and its free beds 空床 as last told. `beds`: {severity: beds}."""

    zh = models.CharField(max_length=120)
    en = models.CharField(max_length=200, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    beds = models.JSONField()
    told_at = models.DateTimeField()
    source = models.CharField(max_length=300)
    invented = models.BooleanField()
