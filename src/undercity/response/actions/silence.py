"""Silence 未响应: when nobody answered an order, the next of its chain is told, by the clock."""

from __future__ import annotations

from datetime import datetime

from undercity import clock
from undercity.db import write
from undercity.ledger.actions.each import record_each, states_of
from undercity.notices.actions import put
from undercity.org.models import Appointment
from undercity.org.powers import THE_SYSTEM
from undercity.response.models import Order
from undercity.response.order_facts import SUBJECT, SilenceTold
from undercity.response.rules import next_told

MOST_A_ROUND = 500


def tell_silence(at: datetime) -> int:
    """Tell what is ripe, the longest silence first; how many orders. None early, none twice: the row is locked."""
    with write():
        rows = list(Order.objects.select_for_update(of=("self",)).filter(
            silent_at__lte=at, timeline=clock.timeline()).order_by("silent_at")[:MOST_A_ROUND])
        if not rows:
            return 0
        said, told_of = {}, []
        for row in rows:
            told = next_told(row.chain, row.told, row.held_from, at)
            said[row.pk] = SilenceTold(told=told.told, post=told.post, silent_at=told.next_at)
            if told.post is not None:
                told_of.append((row, told.post))
        record_each(said, states_of(SUBJECT, list(said)), stream_kind=SUBJECT, by=THE_SYSTEM, at=at)
        holders = dict(Appointment.objects.filter(post__in={post for _row, post in told_of}, ends__isnull=True)
                       .values_list("post_id", "pk"))
        for row, post in told_of:
            put(code="order.silent", post=post, appointment=holders.get(post), subject_kind=SUBJECT, subject=row.pk,
                due_at=row.due_at)
        return len(rows)
