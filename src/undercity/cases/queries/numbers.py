"""Numbers of the city anybody may see 公开数字: how many reports, how many closed, how many in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import connection
from django.db.models import F, Q

from undercity import clock
from undercity.cases.models import Case
from undercity.cases.states import OPEN, Outcome, Stage

MONTHS = 12
# Asked by everybody who opens the page: counted once in so many minutes.
EVERY_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Month:
    """One month by the day of the report: reports, those closed as solved, those of them handled in time."""

    first: date
    reported: int
    solved: int
    in_time: int

    @property
    def share_in_time(self) -> int | None:
        """Percent handled in time of those solved, rounded down; None when none was."""
        return self.in_time * 100 // self.solved if self.solved else None


@dataclass(frozen=True, slots=True)
class Numbers:
    """A year of months, oldest first, the running one last; how many are open now, and how many of these are late."""

    months: tuple[Month, ...]
    open: int
    late: int


def month_starts(today: date, count: int = MONTHS) -> list[date]:
    """The first days of the last months, oldest first, the running month last."""
    first, found = today.replace(day=1), []
    for _ in range(count):
        found.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return found[::-1]


def numbers(at: datetime) -> Numbers:
    """The numbers as they stood a few minutes ago at most."""
    name = str(connection.settings_dict["NAME"])
    return _counted(name, clock.timeline(), at.replace(minute=at.minute // EVERY_MINUTES * EVERY_MINUTES, second=0,
                                                       microsecond=0))


@lru_cache(maxsize=4)
def _counted(database: str, timeline: str, at: datetime) -> Numbers:
    rows = Case.objects.filter(timeline=timeline)
    starts = month_starts(at.date())
    ends = [*starts[1:], date.max]
    open_now = rows.filter(stage__in=sorted(OPEN))
    return Numbers(
        months=tuple(_month(first, end) for first, end in zip(starts, ends, strict=True)), open=open_now.count(),
        late=open_now.filter(stage=Stage.DISPOSAL, due_at__lt=at).count())


def _month(first: date, end: date) -> Month:
    rows = Case.objects.filter(timeline=clock.timeline(), reported_at__gte=_begin(first))
    if end != date.max:
        rows = rows.filter(reported_at__lt=_begin(end))
    solved = rows.filter(outcome=Outcome.RESOLVED)
    in_time = solved.filter(Q(due_at__isnull=True) | Q(done_at__lte=F("due_at")))
    return Month(first, rows.count(), solved.count(), in_time.count())


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.ZONE)


def forget() -> None:
    """Count anew at the next question."""
    _counted.cache_clear()
