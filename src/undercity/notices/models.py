"""The outbox and its delivery log; how people and bodies are reached."""

from __future__ import annotations

from uuid import UUID

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import F, Q

from undercity.notices.states import Channel, Level, NoticeState
from undercity.org.models import Body, Person, Post


class Notice(models.Model):
    """One message to one post 通知, or to somebody outside the offices (`recipient`, an id of the subject's room).

    Written in the transaction of what it tells of; names no person, no address and no text of a citizen: it points at
    its subject, and the reader opens that with his own powers.
    """

    code = models.CharField(max_length=40)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    recipient = models.UUIDField(null=True)
    appointment = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=20)
    subject = models.UUIDField()
    due_at = models.DateTimeField(null=True)
    timeline = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.ORDINARY)
    # What was put in together: in one batch a post is told once, however often that is tried.
    batch = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=NoticeState, default=NoticeState.WAITING)
    # Real time: a dead worker's claim runs out on the wall clock.
    claimed_at = models.DateTimeField(null=True)
    # Whose claim it is: whoever lost it writes nothing.
    claim = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # How many tries the channels had; tells which channel is next.
    position = models.PositiveSmallIntegerField(default=0)
    # Real time too: a door that was shut is tried again later and later.
    try_after = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(F("level").desc(), F("id"), condition=Q(state__in=["waiting", "claimed"]),
                         name="notices_to_deliver"),
            models.Index(fields=["post", "-id"], name="notices_of_a_post"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "post"], condition=Q(batch__isnull=False),
                                    name="notices_once_a_batch"),
        ]


class Delivery(models.Model):
    """One try to deliver a notice, and how it ended 送达记录. `detail` never holds an address or a text."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=12, choices=Channel)
    at = models.DateTimeField()
    succeeded = models.BooleanField()
    detail = models.CharField(max_length=200, blank=True)


class Copy(models.Model):
    """In a demonstration only: a message to a post as it would have been sent, its address masked."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, primary_key=True, related_name="copy")
    channel = models.CharField(max_length=12, choices=Channel)
    to = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()


def new_id() -> UUID:
    """A new id; ids of the same moment sort together."""
    return uuid.uuid7()


class Address(models.Model):
    """Where a person, or the group of a body, is reached 联系方式. Personal data: a row that goes when it is erased.

    `rank` is the order in which channels are tried. `confirmed_at`: somebody there answered a test message.
    """

    uid = models.UUIDField(default=new_id, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="addresses")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, null=True, related_name="+")
    channel = models.CharField(max_length=12, choices=Channel)
    address = models.CharField(max_length=400)
    rank = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["rank", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(person__isnull=True) ^ Q(body__isnull=True),
                                   name="notices_address_of_one"),
            models.UniqueConstraint(fields=["person", "channel", "address"], name="notices_address_once"),
            models.UniqueConstraint(fields=["body", "channel", "address"], name="notices_group_once"),
        ]


class Preference(models.Model):
    """What a person wishes 通知偏好: quiet hours, language, and the kinds that may wait on the page."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    language = models.CharField(max_length=8, default="zh-hans")
    on_page = models.JSONField(default=list)


# How the names of bridges begin among those who leave a heartbeat.
BRIDGE = "bridge "


class Heartbeat(models.Model):
    """When a worker, or a bridge of instruments, was last seen, on the wall clock."""

    worker = models.CharField(max_length=60, primary_key=True)
    seen_at = models.DateTimeField()
