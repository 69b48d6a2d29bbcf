"""The only source of "now" 时钟.

Every moment the system writes comes from `now()`. A real city runs on real time. The sample city runs on an
offset: its evening of 18 July 2026 goes on at real pace from the moment it was loaded. A drill runs on a timeline
of its own, and what happens there is marked with the timeline's name and never enters a score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
REAL = "real"


@dataclass(frozen=True, slots=True)
class Timeline:
    """A run of time 时间线: `real`, or one drill. Its offset is added to real time; frozen stands still (tests)."""

    name: str = REAL
    offset: timedelta = timedelta(0)
    frozen: datetime | None = None


_city = Timeline()
_kept: list[Callable[[str], Timeline | None]] = []
_current: ContextVar[Timeline | None] = ContextVar("timeline", default=None)


def now() -> datetime:
    """This moment on the current timeline, aware, in the city's zone."""
    timeline = _current.get() or _city
    if timeline.frozen is not None:
        return timeline.frozen
    return real_now() + timeline.offset


def real_now() -> datetime:
    """The wall clock, for sessions, worker heart-beats and rate limits, which know no sample city."""
    return datetime.now(ZONE)


def timeline() -> str:
    """The name of the current timeline; every duty and entry carries it."""
    return (_current.get() or _city).name


def city() -> Timeline:
    """The city's own clock, for what is noted beside an exercise that the caller is in."""
    here = _current.get()
    return here if here is not None and here.name == REAL else _city


def beside(name: str, ahead: timedelta = timedelta(0)) -> Timeline:
    """A timeline of its own that runs with the city's clock, so far ahead of it."""
    if name == REAL:
        raise ValueError("the real timeline has no other beside it of the same name")
    base = city()
    return Timeline(name=name, offset=base.offset + ahead, frozen=base.frozen + ahead if base.frozen else None)


def keep_timelines(of: Callable[[str], Timeline | None]) -> None:
    """Let a room say how the clocks of the timelines it keeps run; None for those it does not keep."""
    if of not in _kept:
        _kept.append(of)


def named(name: str) -> Timeline:
    """A timeline by its name. One that nobody keeps any more runs with the city's clock."""
    if name == REAL:
        return city()
    return next((found for of in _kept if (found := of(name)) is not None), None) or beside(name)


@contextmanager
def on(chosen: Timeline) -> Iterator[None]:
    """Run the block on another timeline."""
    token = _current.set(chosen)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def standing_at(moment: datetime, name: str = REAL) -> Iterator[None]:
    """Run the block with the clock standing still at an aware moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone, for example 2026-07-18T16:30+08:00")
    with on(Timeline(name=name, frozen=moment.astimezone(ZONE))):
        yield


def parse_offset(text: str) -> timedelta:
    """Read `UNDERCITY_CLOCK`: "<city moment>@<real moment>" gives their difference. ValueError says what is wrong."""
    if not text:
        return timedelta(0)
    city, separator, real = text.partition("@")
    if not separator:
        raise ValueError("write <moment in the city>@<real moment>, for example "
                         "2026-07-18T16:30+08:00@2026-11-24T09:00+00:00")
    moments = [datetime.fromisoformat(part.strip()) for part in (city, real)]
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("both moments need a zone, for example +08:00")
    return moments[0] - moments[1]


def describe_offset(city: datetime, real: datetime) -> str:
    """The text `parse_offset` reads."""
    return f"{city.isoformat(timespec='seconds')}@{real.astimezone(UTC).isoformat(timespec='milliseconds')}"


def set_offset(offset: timedelta) -> None:
    """Set the city's clock; called once, by the settings."""
    global _city
    _city = Timeline(offset=offset)
