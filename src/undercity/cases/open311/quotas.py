"""Quotas of API keys 配额: what all server processes take together never comes to more than the limit.

Each process takes a twentieth of a quota at a time and spends it from memory, so that counting costs a request nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import KEY_PER_DAY, KEY_PER_MINUTE
from undercity.errors import Refused
from undercity.org.actions import take_from_quota
from undercity.org.queries import KeyCard

SHARES = 20
SPANS = {"minute": timedelta(minutes=1), "day": timedelta(days=1)}


class TooMany(Refused):
    """The quota of a key is used up; `seconds` until it begins anew."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, *, seconds: int, remedy: str):
        super().__init__(message, field="api_key", remedy=remedy)
        self.seconds = seconds


@dataclass
class _Purse:
    begins: datetime
    left: int


_purses: dict[tuple[int, str], _Purse] = {}
_lock = threading.Lock()


def forget() -> None:
    """Spend nothing that was taken before."""
    _purses.clear()


def within_quota(card: KeyCard) -> None:
    """Spend one request of the key's quotas of this minute and this day; TooMany when one is used up."""
    now = clock.now()
    for span, own, term in (("minute", card.per_minute, KEY_PER_MINUTE), ("day", card.per_day, KEY_PER_DAY)):
        limit = scheme().term(term, now) if own is None else own
        if limit:
            _spend(card.id, span, limit)


def _spend(key: int, span: str, limit: int) -> None:
    real = clock.real_now()
    begins = real.replace(second=0, microsecond=0) if span == "minute" else real.replace(
        hour=0, minute=0, second=0, microsecond=0)
    with _lock:
        purse = _purses.get((key, span))
        if purse is None or purse.begins != begins:
            purse = _purses[key, span] = _Purse(begins, 0)
        if purse.left == 0:
            # Used up is remembered: whoever goes on asking costs no more than the look at his key.
            purse.left = take_from_quota(key, span, begins, limit=limit, wanted=ceil(limit / SHARES)) or -1
        if purse.left < 0:
            seconds = ceil((begins + SPANS[span] - real).total_seconds())
            raise TooMany(_("This API key has made all its %(limit)d requests of this %(span)s.") % {
                "limit": limit, "span": _("minute") if span == "minute" else _("day")}, seconds=seconds,
                remedy=_("Try again in %(seconds)d seconds.") % {"seconds": seconds})
        purse.left -= 1
