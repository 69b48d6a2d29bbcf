"""The points of a chart: ten minutes of a day, hours of a week, days of a year, each by its own narrow table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection

from undercity.clock import ZONE
from undercity.readings.states import Span

TEN_MINUTES, HOUR, DAY = 600, 3600, 86400
OFFSET = 8 * HOUR
DAYS: dict[Span, int] = {Span.DAY: 1, Span.WEEK: 7, Span.YEAR: 365}
STEP: dict[Span, int] = {Span.DAY: TEN_MINUTES, Span.WEEK: HOUR, Span.YEAR: DAY}


@dataclass(frozen=True, slots=True)
class Bucket:
    """What lies in one step: its first second, how many readings, their mean, the lowest and highest."""

    at: int
    n: int
    mean: float
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time: from its first second up to, not including, its end."""

    span: Span
    begins: int
    ends: int

    @property
    def step(self) -> int:
        """Seconds of one bucket."""
        return STEP[self.span]


def stretch(span: Span, last: date) -> Stretch:
    """The day, the seven days, or the 365 days that end with this day."""
    end = datetime.combine(last + timedelta(days=1), time(), ZONE)
    begin = datetime.combine(last - timedelta(days=DAYS[span] - 1), time(), ZONE)
    return Stretch(span, int(begin.timestamp()), int(end.timestamp()))


def buckets(series: int, chosen: Stretch) -> list[Bucket]:
    """The buckets of a series that hold readings, in the order of time."""
    if chosen.span is Span.DAY:
        statement = (f"SELECT at / {TEN_MINUTES} * {TEN_MINUTES}, COUNT(*), SUM(value), MIN(value), MAX(value) "
                     "FROM readings_reading WHERE series_id = %s AND at >= %s AND at < %s GROUP BY 1 ORDER BY 1")
        bounds = [chosen.begins, chosen.ends]
    elif chosen.span is Span.WEEK:
        statement = (f"SELECT hour * {HOUR}, n, total, low, high FROM readings_hour "
                     "WHERE series_id = %s AND hour >= %s AND hour < %s ORDER BY hour")
        bounds = [chosen.begins // HOUR, chosen.ends // HOUR]
    else:
        statement = (f"SELECT CAST(day AS BIGINT) * {DAY} - {OFFSET}, n, total, low, high FROM readings_day "
                     "WHERE series_id = %s AND day >= %s AND day < %s ORDER BY day")
        bounds = [(chosen.begins + OFFSET) // DAY, (chosen.ends + OFFSET) // DAY]
    with connection.cursor() as cursor:
        cursor.execute(statement, [series, *bounds])
        return [Bucket(int(at), n, float(total) / n, low, high) for at, n, total, low, high in cursor.fetchall()]


def coarser(found: Iterable[Bucket], chosen: Stretch) -> list[Bucket]:
    """The same for a table beside the chart: hours of a day, days of a week, months of a year."""
    parts: dict[int, list[Bucket]] = {}
    for one in found:
        parts.setdefault(_part(one.at, chosen.span), []).append(one)
    return [Bucket(at, n := sum(one.n for one in several), sum(one.mean * one.n for one in several) / n,
                   min(one.low for one in several), max(one.high for one in several))
            for at, several in sorted(parts.items())]


def _part(at: int, span: Span) -> int:
    if span is Span.DAY:
        return at // HOUR * HOUR
    day = datetime.fromtimestamp(at, ZONE).replace(hour=0, minute=0, second=0)
    return int((day.replace(day=1) if span is Span.YEAR else day).timestamp())
