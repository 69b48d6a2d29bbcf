"""What holds for notices: how pressing a kind is, when it may be sent, by which channel, when it is tried again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from undercity.notices.states import Level

# So many claims a notice gets before it is given up; with the pauses of an ordinary one for two days.
MOST_ATTEMPTS = 11
# A pause doubles, up to this.
LONGEST_PAUSE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: the beginnings of its codes, its level, whether a person may leave it on the page."""

    key: str
    codes: tuple[str, ...]
    level: Level
    may_wait: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Retry:
    """So many tries a channel, and the first pause between two."""

    tries: int
    pause: timedelta


@dataclass(frozen=True, slots=True)
class Terms:
    """The dated rule; see `shipped/terms.toml`."""

    valid_from: date
    source: str
    overrides_quiet: Level
    quiet: tuple[time, time]
    link_days: int
    tests_an_hour: int
    retry: Mapping[Level, Retry]
    kinds: tuple[Kind, ...]

    def kind(self, code: str) -> Kind:
        """The kind of a code: the first one that fits; the last stands for the rest."""
        return next((kind for kind in self.kinds if code.startswith(kind.codes)), self.kinds[-1])


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wishes; a span of quiet hours may go over midnight."""

    quiet: tuple[time, time] | None = None
    on_page: Collection[str] = ()
    language: str = "zh-hans"


@dataclass(frozen=True, slots=True)
class When:
    """May a notice leave now? `on_page`: it stays on the page; `until`: the quiet hours end then."""

    now: bool
    on_page: bool = False
    until: datetime | None = None


def is_quiet(at: datetime, quiet: tuple[time, time] | None) -> bool:
    """Does this moment lie in the quiet hours? Equal ends mean none."""
    if quiet is None or quiet[0] == quiet[1]:
        return False
    begins, ends = quiet
    clock = at.timetz().replace(tzinfo=None)
    return begins <= clock < ends if begins < ends else clock >= begins or clock < ends


def end_of_quiet(at: datetime, quiet: tuple[time, time]) -> datetime:
    """The first moment after `at` that is the end of the quiet hours."""
    end = at.replace(hour=quiet[1].hour, minute=quiet[1].minute, second=quiet[1].second, microsecond=0)
    return end if end > at else end + timedelta(days=1)


def when(level: Level, kind: Kind, wishes: Wishes, at: datetime, overrides: Level) -> When:
    """When a notice may leave, by what its reader wishes. From the level `overrides` on, wishes do not count."""
    if level >= overrides or not kind.may_wait:
        return When(now=True)
    if kind.key in wishes.on_page:
        return When(now=False, on_page=True)
    if wishes.quiet is not None and is_quiet(at, wishes.quiet):
        return When(now=False, until=end_of_quiet(at, wishes.quiet))
    return When(now=True)


def channel_at(position: int, length: int, tries: int) -> int:
    """Which of `length` channels the try number `position` (from 0) takes: `tries` each, then round again."""
    return (position // tries) % length


@dataclass(frozen=True, slots=True)
class Next:
    """What follows a failure: given up (`pause` is None), or the try `position` after a pause."""

    position: int
    pause: timedelta | None


def after_failure(*, attempts: int, position: int, length: int, final: bool, retry: Retry) -> Next:
    """What follows when a try failed. `final`: this address will never work. Of one channel, finality changes nothing.

    Another channel that had no turn in this round is tried at once; otherwise the pause doubles with each claim.
    """
    if attempts >= MOST_ATTEMPTS:
        return Next(position, None)
    here = position // retry.tries
    following = (here + 1) * retry.tries if final and length > 1 else position + 1
    there = following // retry.tries
    if there != here and there % length:
        return Next(following, timedelta(0))
    return Next(following, min(retry.pause * 2 ** max(attempts - 1, 0), LONGEST_PAUSE))
