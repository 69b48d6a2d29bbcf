"""What need not be kept for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from undercity.readings.models import SentKey

KEPT_DAYS = 30


def forget_keys(at: datetime) -> int:
    """Forget the keys of readings so old that nobody sends them again; how many."""
    gone, _what = SentKey.objects.filter(at__lt=int((at - timedelta(days=KEPT_DAYS)).timestamp())).delete()
    return gone
