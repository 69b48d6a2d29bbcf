"""Decisions about readings: pure, with the reason. Moments are Unix seconds, values whole numbers of the last decimal.

The warning has hysteresis: with limits [low, high] and a distance `back`, a series becomes HIGH when its values lie
above `high` for at least `for_minutes`, and NORMAL again only at or below `high - back`; LOW is its mirror.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from undercity.clock import ZONE
from undercity.readings.states import BY_CODE, Quantity, Reason, Watch

# A device's clock may be a little ahead.
AHEAD_SECONDS = 120
# What comes longer after measuring than this is called late; it is stored all the same.
LATE_SECONDS = 30 * 60
OLDEST_SECONDS = 400 * 86400
# A number above this counts milliseconds.
MILLISECONDS_FROM = 100_000_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """A reading as somebody said it: nothing is trusted yet. `at` None: when it is received."""

    device: Any
    quantity: Any
    at: Any
    value: Any
    key: Any = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a quantity on a day, in stored numbers; `None`: no limit on that side."""

    quantity: Quantity
    least: int
    most: int
    warn_low: int | None
    warn_high: int | None
    back: int
    for_seconds: int
    stale_seconds: int
    category: str
    source: str


@dataclass(frozen=True, slots=True)
class Known:
    """A device as judging needs it: its number, whether it is switched off, and its series by quantity."""

    id: int
    stopped: bool
    series: Mapping[Quantity, int]


@dataclass(frozen=True, slots=True)
class Fit:
    """A reading that may be stored."""

    device: int
    series: int
    quantity: Quantity
    at: int
    value: int
    key: str


def judged(said: Said, *, devices: Mapping[str, Known], terms: Mapping[Quantity, Terms], now: int,
           anything: bool = False) -> Fit | Reason:
    """May this reading be stored? `anything`: an officer vouches for a value outside the physical range, or its age."""
    device = devices.get(plain(said.device))
    if device is None:
        return Reason.UNKNOWN_DEVICE
    if device.stopped and not anything:
        return Reason.STOPPED_DEVICE
    quantity = BY_CODE.get(plain(said.quantity).lower())
    if quantity is None or quantity not in device.series:
        return Reason.UNKNOWN_QUANTITY
    value = value_of(said.value, quantity)
    if value is None:
        return Reason.BAD_VALUE
    key = plain(said.key) if said.key is not None else ""
    if len(key) > 64 or (said.key is not None and not key):
        return Reason.UNREADABLE
    if said.at is None and not key:
        return Reason.NO_TIME
    at = now if said.at is None else moment_of(said.at)
    if at is None:
        return Reason.BAD_TIME
    limits = terms.get(quantity)
    if limits is not None and not limits.least <= value <= limits.most and not anything:
        return Reason.IMPOSSIBLE
    if at > now + AHEAD_SECONDS:
        return Reason.FUTURE
    if at < now - OLDEST_SECONDS and not anything:
        return Reason.TOO_OLD
    return Fit(device.id, device.series[quantity], quantity, at, value, key)


def plain(given: Any) -> str:
    """Text or a number as text; full-width letters and digits as their plain ones, no space around it."""
    if isinstance(given, str):
        # Half of a surrogate pair is no letter, and no database takes it.
        given = given.replace("\0", "").encode("utf-8", "ignore").decode()
        return unicodedata.normalize("NFKC", given).strip()
    return str(given) if isinstance(given, int | float) and not isinstance(given, bool) else ""


def value_of(given: Any, quantity: Quantity) -> int | None:
    """The value as it is stored, rounded to the quantity's last decimal; None when it is no number that fits."""
    try:
        number = Decimal(plain(given))
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() > 8:
        return None
    scaled = int(number.scaleb(quantity.decimals).to_integral_value(ROUND_HALF_EVEN))
    return scaled if abs(scaled) < 2 ** 31 else None


def moment_of(given: Any) -> int | None:
    """Unix seconds of a moment in ISO 8601 (without a zone: the city's), or of a number of (milli)seconds."""
    text = plain(given)
    try:
        if text.lstrip("-").replace(".", "", 1).isdigit() and text.isascii() and len(text) < 20:
            seconds = float(text)
            return int(seconds / 1000 if seconds >= MILLISECONDS_FROM else seconds // 1)
        found = datetime.fromisoformat(text.replace("/", "-"))
        return int((found if found.tzinfo else found.replace(tzinfo=ZONE)).timestamp() // 1)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a series stands: its watch, and since when its values lie outside (None: they do not)."""

    watch: Watch
    out_since: int | None


def stepped(standing: Standing, at: int, value: int, terms: Terms) -> Standing:
    """The standing after one more value."""
    side = _side(value, terms)
    if standing.watch is not Watch.NORMAL:
        if side is standing.watch or (side is Watch.NORMAL and not _is_back(standing.watch, value, terms)):
            return standing
        # Back inside, or straight through to the other side.
        standing = Standing(Watch.NORMAL, None)
    if side is Watch.NORMAL:
        return Standing(Watch.NORMAL, None)
    since = at if standing.out_since is None else standing.out_since
    return Standing(side if at - since >= terms.for_seconds else Watch.NORMAL, since)


def _side(value: int, terms: Terms) -> Watch:
    if terms.warn_high is not None and value > terms.warn_high:
        return Watch.HIGH
    if terms.warn_low is not None and value < terms.warn_low:
        return Watch.LOW
    return Watch.NORMAL


def _is_back(watch: Watch, value: int, terms: Terms) -> bool:
    if watch is Watch.HIGH:
        return terms.warn_high is None or value <= terms.warn_high - terms.back
    return terms.warn_low is None or value >= terms.warn_low + terms.back


def is_stale(last_at: int | None, now: int, terms: Terms | None) -> bool:
    """Is the last value too old to be called the present one?"""
    return last_at is None or (terms is not None and now - last_at > terms.stale_seconds)
