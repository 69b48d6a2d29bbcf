"""拉取订阅源: ask each feed that is due, take in what is new, wait longer after each failure."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.utils.translation import gettext as _, override

from undercity import clock
from undercity.alerts.actions.receiving import receive
from undercity.alerts.feeds import Limits, Listed, Unreachable, fetch, listed, may_lie_at
from undercity.alerts.models import Feed, FeedItem
from undercity.alerts.rules.book import Terms, terms
from undercity.alerts.states import Door
from undercity.db import write
from undercity.errors import Refused, RuleBroken
from undercity.org.powers import THE_SYSTEM
from undercity.science.coordinates import Datum

log = logging.getLogger("undercity.alerts")
# Entries that left the index are forgotten after so long.
FORGOTTEN_AFTER = timedelta(days=90)


@dataclass
class Round:
    """What one look at a feed brought."""

    taken: int = 0
    refused: int = 0
    trouble: str = ""


def poll_due(at: datetime) -> int:
    """Ask every feed whose time has come, by the wall clock; how many messages were new."""
    now, count = clock.real_now(), 0
    rows = Feed.objects.filter(is_on=True).order_by("pk")
    for feed in [row for row in rows if row.next_at is None or row.next_at <= now]:
        count += poll(feed, at).taken
    return count


def poll(feed: Feed, at: datetime) -> Round:
    """Ask one feed now. What went wrong is kept with the feed, in words; nothing is raised."""
    held, done = terms(at.astimezone(clock.ZONE).date()), Round()
    # What went wrong is read by whoever looks at the page, mostly in Chinese.
    with override("zh-hans"):
        try:
            with httpx.Client(follow_redirects=False, trust_env=False) as client:
                _ask(client, feed, held, at, done)
        except Refused as refusal:
            _failed(feed, held, str(refusal), done)
        else:
            _well(feed, held, done)
    return done


def _limits(held: Terms) -> Limits:
    return Limits(seconds=held.feed_seconds, kilobytes=held.feed_kilobytes, loopback=settings.DEMO)


def _ask(client: httpx.Client, feed: Feed, held: Terms, at: datetime, done: Round) -> None:
    index = fetch(client, feed.url, _limits(held), etag=feed.etag, modified=feed.modified)
    if index.raw is None:
        return
    entries = listed(index.raw, feed.url, kilobytes=held.feed_kilobytes)
    known = set(FeedItem.objects.filter(feed=feed, url__in=[one.url[:500] for one in entries]).values_list(
        "url", flat=True))
    # A CAP message at the feed's own address changes under it.
    fresh = [one for one in entries if one.url == feed.url or one.url[:500] not in known]
    for one in fresh[:held.feed_messages]:
        _take(client, feed, one, held, at, done)
    if done.trouble:
        # What did not answer may answer the next time: the index is asked for in full again.
        raise Unreachable(_("A message could not be fetched. %(why)s") % {"why": done.trouble})
    if len(fresh) <= held.feed_messages:
        # With more waiting, the index is asked for in full the next time.
        feed.etag, feed.modified = index.etag, index.modified
    FeedItem.objects.filter(feed=feed, seen_at__lt=clock.real_now() - FORGOTTEN_AFTER).delete()


def _take(client: httpx.Client, feed: Feed, one: Listed, held: Terms, at: datetime, done: Round) -> None:
    warning, why = None, ""
    try:
        if one.raw is None and not may_lie_at(one.url, feed.url, feed.hosts):
            raise RuleBroken(_("It lies on another host than the feed; name the host to allow it."))
        raw = one.raw if one.raw is not None else fetch(client, one.url, _limits(held)).raw
        found = receive(raw or b"", door=Door.FEED, by=THE_SYSTEM, at=at, datum=Datum(feed.datum), feed=feed,
                        signed_only=feed.signed_only)
        warning, done.taken = found.warning.pk, done.taken + found.fresh
    except Unreachable as trouble:
        done.trouble = str(trouble)
        return
    except Refused as refusal:
        why = str(refusal)
    if why:
        done.refused += 1
        log.warning("a message of a feed was refused", extra={"feed": feed.pk, "why": why})
    with write():
        FeedItem.objects.update_or_create(feed=feed, url=one.url[:500], defaults={
            "seen_at": clock.real_now(), "warning": warning, "why": why[:300]})


def _well(feed: Feed, held: Terms, done: Round) -> None:
    now = clock.real_now()
    with write():
        Feed.objects.filter(pk=feed.pk).update(
            etag=feed.etag, modified=feed.modified, tried_at=now, well_at=now, failures=0, why="",
            next_at=now + timedelta(minutes=held.feed_minutes), taken=feed.taken + done.taken)


def _failed(feed: Feed, held: Terms, why: str, done: Round) -> None:
    now, failures = clock.real_now(), feed.failures + 1
    wait = min(held.feed_minutes * 2 ** min(failures, 16), held.feed_longest_wait_minutes)
    with write():
        Feed.objects.filter(pk=feed.pk).update(tried_at=now, failures=failures, why=why[:300],
                                               next_at=now + timedelta(minutes=wait), taken=feed.taken + done.taken)
    log.warning("a feed of warnings failed", extra={"feed": feed.pk, "why": why, "failures": failures})
