"""Rules over windows of readings 窗口规则: reached at the threshold, over only when clearly below it. Whole numbers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from undercity.alerts.states import Kind

# (Unix seconds, stored value)
Point = tuple[int, int]


@dataclass(frozen=True)
class Limits:
    """A rule as readings are stored: the window in seconds, limits as whole numbers of the last decimal."""

    how: Kind
    seconds: int
    threshold: int
    back: int


@dataclass(frozen=True)
class Turn:
    """A moment at which the rule was reached, or was over; `value`: of its window then."""

    at: int
    value: int
    reached: bool


@dataclass(frozen=True)
class Walked:
    """What fresh readings brought: the turns in order, the window's value now, its highest while reached."""

    turns: tuple[Turn, ...]
    value: int | None
    peak: int | None
    standing: bool


def value_at(points: Sequence[Point], at: int, limits: Limits) -> int | None:
    """The value of the window that ends at a moment (its beginning is outside); None without a reading."""
    inside = [point for point in points if at - limits.seconds < point[0] <= at]
    if not inside:
        return None
    return sum(value for _at, value in inside) if limits.how is Kind.SUM else max(inside)[1]


def walked(before: Iterable[Point], fresh: Iterable[Point], limits: Limits, *, standing: bool) -> Walked:
    """Go through fresh readings in their order. `before`: those of the window that ends where the fresh ones begin.

    `standing`: was the rule reached already? Between threshold and threshold − back nothing changes.
    """
    window = deque(before)
    total = sum(value for _at, value in window)
    turns: list[Turn] = []
    found = peak = None
    for at, value in fresh:
        window.append((at, value))
        total += value
        while window[0][0] <= at - limits.seconds:
            total -= window.popleft()[1]
        found = total if limits.how is Kind.SUM else value
        if not standing and found >= limits.threshold:
            standing = True
            turns.append(Turn(at, found, True))
        elif standing and found < limits.threshold - limits.back:
            standing = False
            turns.append(Turn(at, found, False))
        if standing:
            peak = found if peak is None else max(peak, found)
    return Walked(tuple(turns), found, peak, standing)
