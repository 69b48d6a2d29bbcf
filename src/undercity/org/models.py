"""Tables of the organisation."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from undercity.org.states import BodyKind, Power, Role


class Body(models.Model):
    """A body 机构 in the one tree: a territory, an office, a department, a squad, a branch, an operator."""

    key = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=12, choices=BodyKind)
    code = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    # Keys from the root down, each followed by a slash: a subtree is a prefix.
    path = models.CharField(max_length=400, unique=True)
    outline = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BodyKind.values), name="org_body_kind_known"),
        ]

    def __str__(self) -> str:
        return self.key


class BodyName(models.Model):
    """What a body was called, and when. Names are dated because offices are renamed."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="names")
    zh = models.CharField(max_length=80)
    en = models.CharField(max_length=160)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="org_bodyname_ends_after_it_begins"),
        ]


class Post(models.Model):
    """A post 岗位: the place in a body that holds duties and powers, whoever sits there."""

    key = models.SlugField(max_length=60, unique=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=Role)
    title_zh = models.CharField(max_length=80)
    title_en = models.CharField(max_length=160)
    # 上级岗位: told when this one stays silent; None: the leader of the nearest body above.
    superior = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.key


class Grant(models.Model):
    """One power of one post over one body and everything below it. All permissions are rows of this table."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="grants")
    power = models.CharField(max_length=24, choices=Power)
    scope = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "power", "scope"], name="org_grant_once"),
            models.CheckConstraint(condition=Q(power__in=Power.values), name="org_grant_power_known"),
        ]
        indexes = [models.Index(fields=["power", "scope"], name="org_grant_who")]


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> Person:
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody who signs in. The record never names a person, only posts and appointments."""

    username = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    # Sample accounts are refused outside demonstration mode.
    is_sample = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    objects = PersonManager()

    def __str__(self) -> str:
        return self.username


class Appointment(models.Model):
    """A person on a post for a time 任职. The record holds its number; erasing the person leaves it standing."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="appointments")
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gt=F("begins")),
                                   name="org_appointment_ends_after_it_begins"),
            models.UniqueConstraint(fields=["post"], condition=Q(ends__isnull=True), name="org_post_held_once"),
        ]


class ApiKey(models.Model):
    """A key by which another system speaks as a post. Only its SHA-256 is kept."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="keys")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False)
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    # How many requests it may make; none: what the terms say, 0: as many as it likes.
    per_minute = models.PositiveIntegerField(null=True)
    per_day = models.PositiveIntegerField(null=True)


class KeyUse(models.Model):
    """How many requests of a key's quota the server processes took for themselves in one span of the wall clock."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="uses", db_index=False)
    span = models.CharField(max_length=6, choices=[("minute", "minute"), ("day", "day")])
    begins = models.DateTimeField()
    taken = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "span", "begins"], name="org_keyuse_once")]


class Workday(models.Model):
    """A day that is not what its weekday says 调休: a holiday, or a weekend day worked instead."""

    day = models.DateField(primary_key=True)
    working = models.BooleanField()
    note = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=160)
