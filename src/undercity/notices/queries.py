"""What pages and checks ask of the outbox."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from undercity import clock
from undercity.notices.models import Heartbeat, Notice
from undercity.notices.states import NoticeState


def newest(before: int | None = None, limit: int = 100) -> QuerySet[Notice]:
    """The outbox page: newest first, older than `before`, with the log of each."""
    rows = Notice.objects.select_related("post").prefetch_related("deliveries").order_by("-id")
    return (rows.filter(id__lt=before) if before else rows)[:limit]


def waiting() -> int:
    """How many notices have not gone out yet."""
    return Notice.objects.filter(state__in=[NoticeState.WAITING, NoticeState.CLAIMED]).count()


def worker_seen_within(minutes: int) -> bool:
    """Has any worker been alive in the last minutes?"""
    return Heartbeat.objects.filter(seen_at__gt=clock.real_now() - timedelta(minutes=minutes)).exists()
