"""The trend 趋势 of readiness as a drawing: a column a day, how many of all places were ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from undercity.inspections.states import Standing

# Narrow, so that its words can be read on a phone.
WIDTH, HEIGHT, LEFT, TOP, FOOT = 460, 150, 4, 6, 24


@dataclass(frozen=True, slots=True)
class Column:
    """A day: where its column stands, how wide it is, the tops and heights of all and of the ready, its words."""

    x: float
    wide: float
    y: float
    high: float
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A day written below."""

    x: float
    words: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The drawing, and how the share went from its first day to its last, for those who cannot see it."""

    columns: list[Column]
    ticks: list[Tick]
    first: str
    last: str
    top: int = TOP
    tall: int = HEIGHT - TOP - FOOT
    words_at: int = HEIGHT - 6
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    across: int = WIDTH - 2 * LEFT


def trend_of(days: Sequence[tuple[date, Counter[Standing]]]) -> Trend | None:
    """The drawing of these days; None without any."""
    if not days:
        return None
    step, tall = (WIDTH - 2 * LEFT) / len(days), HEIGHT - TOP - FOOT
    columns, shares = [], []
    for nth, (day, count) in enumerate(days):
        total = sum(count.values())
        share = count[Standing.READY] / total if total else 0.0
        shares.append(f"{day:%m-%d} {100 * share:.0f} %")
        columns.append(Column(round(LEFT + nth * step, 2), round(step * 0.86, 2), round(TOP + tall * (1 - share), 2),
                              round(tall * share, 2), f"{day:%m-%d} {count[Standing.READY]}/{total}"))
    ticks = [Tick(columns[nth].x + step / 2, f"{day:%m-%d}") for nth, (day, _count) in enumerate(days)
             if day.day == 1 or nth == 0]
    # The first words stand on their column, not left of the drawing.
    ticks = [Tick(min(max(tick.x, 22), WIDTH - 22), tick.words) for tick in ticks]
    return Trend(columns, ticks, shares[0], shares[-1])
