"""Which numbers of the record are still missing below the highest one read: pure, and the heart of the export.

A PostgreSQL sequence gives its numbers before the transactions commit: 7 may appear after 8 was read. Whoever then asks
for "greater than 8" has lost 7 for ever. So every number missing is remembered and asked for again; a number that has
not come within a day was rolled back, and is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Gap:
    """The numbers from first to last, both missing since a moment (whole seconds)."""

    first: int
    last: int
    since: int


def holes(position: int, numbers: Iterable[int], since: int) -> tuple[int, list[Gap]]:
    """The new highest number after reading these ascending ones beyond a position, and the gaps among them."""
    found = []
    for number in numbers:
        if number > position + 1:
            found.append(Gap(position + 1, number - 1, since))
        position = number
    return position, found


def remaining(gaps: Iterable[Gap], came: Iterable[int], now: int) -> list[Gap]:
    """What is still missing of gaps once these numbers have come; what is older than a day is dropped."""
    late = sorted(came)
    left = []
    for gap in gaps:
        if now - gap.since >= KEPT_SECONDS:
            continue
        first = gap.first
        for number in late:
            if first <= number <= gap.last:
                if number > first:
                    left.append(Gap(first, number - 1, gap.since))
                first = number + 1
        if first <= gap.last:
            left.append(Gap(first, gap.last, gap.since))
    return left
