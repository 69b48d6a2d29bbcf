"""The outbox and its delivery log."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from undercity.notices.states import Channel, NoticeState
from undercity.org.models import Post


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
    state = models.CharField(max_length=10, choices=NoticeState, default=NoticeState.WAITING)
    # Real time: a dead worker's claim runs out on the wall clock.
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Real time too: a door that was shut is tried again later and later.
    try_after = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "claimed"]), name="notices_to_deliver"),
            models.Index(fields=["post", "-id"], name="notices_of_a_post"),
        ]


class Delivery(models.Model):
    """One try to deliver a notice, and how it ended 送达记录."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=12, choices=Channel)
    at = models.DateTimeField()
    succeeded = models.BooleanField()
    detail = models.CharField(max_length=200, blank=True)


class Heartbeat(models.Model):
    """When a worker was last seen, on the wall clock."""

    worker = models.CharField(max_length=60, primary_key=True)
    seen_at = models.DateTimeField()
