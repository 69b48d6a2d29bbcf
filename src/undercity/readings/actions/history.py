"""A past told at once: readings of a series that has none yet, with their sums."""

from __future__ import annotations

from collections.abc import Sequence

from undercity.db import insert_rows, write
from undercity.readings.actions.rows import summed
from undercity.readings.models import Day, Hour, Reading, Series

SUMS = ("n", "total", "low", "high")


def store_history(series: int, points: Sequence[tuple[int, int]]) -> int:
    """Store (second, stored value) of a series, in the order of time; how many. No warning comes of the past."""
    if not points:
        return 0
    rows = [(series, at, value, 0) for at, value in points]
    hours, days = summed(rows)
    with write():
        insert_rows(Reading, ("series_id", "at", "value", "lag"), rows)
        insert_rows(Hour, ("series_id", "hour", *SUMS), ((*key, *found) for key, found in hours.items()))
        insert_rows(Day, ("series_id", "day", *SUMS), ((*key, *found) for key, found in days.items()))
        Series.objects.filter(pk=series).update(last_at=points[-1][0], last_value=points[-1][1])
    return len(rows)
