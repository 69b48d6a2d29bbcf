"""Readings and their sums written in one go. The one place that knows the tables' own SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Count, Max, Min, Sum

from undercity.clock import ZONE
from undercity.readings.models import Day, Hour, Reading

AT_ONCE = 1000
HOUR, DAY = 3600, 86400
# The city's zone keeps no summer time, so a day is a whole division.
OFFSET = 8 * HOUR
assert ZONE.key == "Asia/Shanghai"

# (series, at, value, lag)
Point = tuple[int, int, int, int]
Sums = dict[tuple[int, int], list[int]]


def hour_of(at: int) -> int:
    """The hour a moment lies in."""
    return at // HOUR


def day_of(at: int) -> int:
    """The city's day a moment lies in, counted from 1970-01-01."""
    return (at + OFFSET) // DAY


def insert_new(points: Sequence[Point]) -> set[tuple[int, int]]:
    """Insert what is not there yet, in the order of the key; (series, at) of what was inserted."""
    fresh: set[tuple[int, int]] = set()
    ordered = sorted(points)
    with connection.cursor() as cursor:
        for first in range(0, len(ordered), AT_ONCE):
            part = ordered[first:first + AT_ONCE]
            cursor.execute(
                "INSERT INTO readings_reading (series_id, at, value, lag) VALUES "
                + ", ".join(["(%s, %s, %s, %s)"] * len(part)) + " ON CONFLICT DO NOTHING RETURNING series_id, at",
                [number for point in part for number in point])
            fresh.update(cursor.fetchall())
    return fresh


def summed(points: Iterable[Point]) -> tuple[Sums, Sums]:
    """(series, hour) and (series, day) → [n, total, low, high]."""
    hours: Sums = {}
    days: Sums = {}
    for series, at, value, _lag in points:
        for sums, key in ((hours, (series, at // HOUR)), (days, (series, (at + OFFSET) // DAY))):
            found = sums.get(key)
            if found is None:
                sums[key] = [1, value, value, value]
            else:
                found[0] += 1
                found[1] += value
                found[2] = min(found[2], value)
                found[3] = max(found[3], value)
    return hours, days


def add_sums(points: Iterable[Point]) -> None:
    """Add new readings to the sums of their hours and days."""
    for (table, column), sums in zip((("readings_hour", "hour"), ("readings_day", "day")), summed(points), strict=True):
        least, most = ("MIN", "MAX") if connection.vendor == "sqlite" else ("LEAST", "GREATEST")
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {table} (series_id, {column}, n, total, low, high) VALUES (%s, %s, %s, %s, %s, %s) "
                f"ON CONFLICT (series_id, {column}) DO UPDATE SET n = {table}.n + excluded.n, "
                f"total = {table}.total + excluded.total, low = {least}({table}.low, excluded.low), "
                f"high = {most}({table}.high, excluded.high)",
                [(*key, *found) for key, found in sorted(sums.items())])


def replace(series: int, at: int, value: int, lag: int) -> None:
    """Put another value in the place of one, and count its hour and day anew."""
    Reading.objects.filter(series_id=series, at=at).update(value=value, lag=lag)
    for model, name, begins, ends, number in (
            (Hour, "hour", hour_of(at) * HOUR, (hour_of(at) + 1) * HOUR, hour_of(at)),
            (Day, "day", day_of(at) * DAY - OFFSET, (day_of(at) + 1) * DAY - OFFSET, day_of(at))):
        sums = Reading.objects.filter(series_id=series, at__gte=begins, at__lt=ends).aggregate(
            n=Count("at"), total=Sum("value"), low=Min("value"), high=Max("value"))
        model.objects.filter(series_id=series, **{name: number}).update(**sums)


def by_series(points: Iterable[Point]) -> dict[int, list[Point]]:
    """Points of each series in the order of time."""
    found: dict[int, list[Point]] = defaultdict(list)
    for point in sorted(points):
        found[point[0]].append(point)
    return found
