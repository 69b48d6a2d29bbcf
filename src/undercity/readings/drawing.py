"""Drawing a chart of readings as plain numbers and SVG path texts. Pure: buckets in, a drawing out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor, log10

from undercity.clock import ZONE
from undercity.readings.queries.charts import Bucket, Stretch
from undercity.readings.rules import Terms
from undercity.readings.states import Quantity, Span

# Narrow, so that its words can be read on a phone.
WIDTH, HEIGHT = 460, 230
LEFT, RIGHT, TOP, BOTTOM = 50, 6, 10, 26
LINES = 5
# A gap of more than so many steps is a gap in the line.
TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across or down the chart, where its words stand, and what they say."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing 460 by 230: the band between lowest and highest, the line of the means, dots of what stands alone,
    the limits of the warning range, and the axes."""

    band: str
    line: str
    dots: list[tuple[float, float]]
    limits: list[Tick]
    across: list[Tick]
    down: list[Tick]
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    ground: int = HEIGHT - BOTTOM
    width: int = WIDTH
    height: int = HEIGHT
    words_at: int = HEIGHT - 8


@dataclass(frozen=True, slots=True)
class Scale:
    """From moments and stored values to the drawing."""

    begins: int
    ends: int
    least: float
    most: float

    def x(self, at: float) -> float:
        """From the left."""
        return round(LEFT + (at - self.begins) / (self.ends - self.begins) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        """From above."""
        return round(HEIGHT - BOTTOM - (value - self.least) / (self.most - self.least) * (HEIGHT - TOP - BOTTOM), 1)


def drawn(found: Sequence[Bucket], chosen: Stretch, quantity: Quantity, terms: Terms | None) -> Chart:
    """The chart of these buckets; `found` holds at least one."""
    lows, highs = min(one.low for one in found), max(one.high for one in found)
    limits = [limit for limit in (terms.warn_low, terms.warn_high) if limit is not None] if terms else []
    # A limit far away would press the line flat; near by it says how much room there is.
    room = max(highs - lows, 10.0)
    near = [limit for limit in limits if lows - room <= limit <= highs + room]
    step = nice(max([highs, *near]) - min([lows, *near]), quantity.decimals)
    least = floor(min([lows, *near]) / step) * step
    most = max(ceil(max([highs, *near]) / step) * step, least + step)
    scale = Scale(chosen.begins, chosen.ends, least, most)
    runs = _runs(found, chosen.step)
    middle = chosen.step / 2
    lines = ["M" + "L".join(f"{scale.x(one.at + middle):g} {scale.y(one.mean):g}" for one in run)
             for run in runs if len(run) > 1]
    bands = ["M" + "L".join([f"{scale.x(one.at + middle):g} {scale.y(one.high):g}" for one in run]
                            + [f"{scale.x(one.at + middle):g} {scale.y(one.low):g}" for one in reversed(run)]) + "Z"
             for run in runs if len(run) > 1]
    return Chart(
        band="".join(bands), line="".join(lines),
        dots=[(scale.x(run[0].at + middle), scale.y(run[0].mean)) for run in runs if len(run) == 1],
        limits=[Tick(scale.y(limit), quantity.with_unit(limit)) for limit in near],
        across=[Tick(scale.y(value), quantity.shown(value)) for value in _steps(least, most, step)],
        down=[Tick(scale.x(at), words) for at, words in moments(chosen)])


def nice(width: float, decimals: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides this width into about five, one stored unit at least."""
    raw = max(width / LINES, 1.0)
    power = 10 ** floor(log10(raw))
    return float(next(power * times for times in (1, 2, 5, 10) if power * times >= raw))


def _steps(least: float, most: float, step: float) -> list[float]:
    return [least + step * number for number in range(round((most - least) / step) + 1)]


def _runs(found: Sequence[Bucket], step: int) -> list[list[Bucket]]:
    """Buckets that follow each other closely enough to be one line."""
    runs: list[list[Bucket]] = []
    for one in found:
        if runs and one.at - runs[-1][-1].at <= TOGETHER * step:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def moments(chosen: Stretch) -> list[tuple[int, str]]:
    """Where the axis of time has its words, and what they say."""
    if chosen.span is Span.DAY:
        return [(chosen.begins + hour * 3600, f"{hour:02d}:00") for hour in range(0, 25, 4)][:-1]
    if chosen.span is Span.WEEK:
        return [(chosen.begins + (day * 2 + 1) * 43200, f"{_local(chosen.begins + day * 86400):%m-%d}")
                for day in range(7)]
    days = (chosen.begins + day * 86400 for day in range((chosen.ends - chosen.begins) // 86400))
    return [(at + 15 * 86400, f"{_local(at):%m}") for at in days
            if _local(at).day == 1 and at + 16 * 86400 < chosen.ends]


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(ZONE)
