"""What pages and checks ask of the outbox."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet

from undercity import clock
from undercity.notices.models import BRIDGE, Delivery, Heartbeat, Notice
from undercity.notices.states import NoticeState


def newest(before: int | None = None, limit: int = 100, *, state: str = "", channel: str = "",
           level: int | None = None, words: str = "") -> QuerySet[Notice]:
    """The outbox page: newest first, older than `before`, with the log of each.

    `channel`: one that a try was made by; `words`: in the text of a demonstration, the title of the post or the code.
    """
    rows = Notice.objects.select_related("post", "copy").prefetch_related("deliveries").order_by("-id")
    if state:
        rows = rows.filter(state=state)
    if level is not None:
        rows = rows.filter(level=level)
    if channel:
        rows = rows.filter(pk__in=Delivery.objects.filter(channel=channel).values("notice"))
    if words:
        rows = rows.filter(Q(post__title_zh__icontains=words) | Q(post__title_en__icontains=words)
                           | Q(code__icontains=words) | Q(copy__text__icontains=words)
                           | Q(copy__subject__icontains=words))
    return (rows.filter(id__lt=before) if before else rows)[:limit]


def waiting() -> int:
    """How many notices have not gone out yet."""
    return Notice.objects.filter(state__in=[NoticeState.WAITING, NoticeState.CLAIMED]).count()


def worker_seen_within(minutes: int) -> bool:
    """Has any worker been alive in the last minutes?"""
    return _seen(minutes).exclude(worker__startswith=BRIDGE).exists()


def bridge_seen_within(minutes: int) -> bool:
    """Has a bridge of instruments been alive in the last minutes?"""
    return _seen(minutes).filter(worker__startswith=BRIDGE).exists()


def _seen(minutes: int) -> QuerySet[Heartbeat]:
    return Heartbeat.objects.filter(seen_at__gt=clock.real_now() - timedelta(minutes=minutes))
