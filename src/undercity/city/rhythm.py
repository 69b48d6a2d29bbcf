"""The rhythm of a city: how much is reported when, what, and how fast it is answered. Pure; every number is invented.

The intensity of an hour is the product of what its month, weekday, hour, weather and feasts make of a plain one.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate

# January to December: winter sleeps, the flood season does not.
MONTH = (0.82, 0.72, 1.0, 1.08, 1.1, 1.12, 1.2, 1.18, 1.02, 0.98, 1.0, 0.88)
WEEKDAY = (1.12, 1.06, 1.03, 1.03, 1.05, 0.78, 0.7)
HOUR = (0.14, 0.1, 0.08, 0.07, 0.09, 0.18, 0.5, 1.1, 1.9, 1.9, 1.6, 1.2, 0.8, 0.9, 1.4, 1.5, 1.5, 1.75, 1.6, 1.2, 1.0,
        0.8, 0.5, 0.26)
FREE_DAY = 0.68
WORKED_WEEKEND = 1.0
LULL = 0.55
AFTER_FIREWORKS = 1.3
# Millimetres a day, and what so much rain does; the day after a downpour the water has not gone yet.
RAIN = ((0.1, 1.05), (10.0, 1.3), (25.0, 1.6), (50.0, 2.0))
_BOUNDS = tuple(bound for bound, _ in RAIN)
DOWNPOUR_MM = 25.0
DAY_AFTER = 1.3
NIGHT_PACE = 1.35
FLOOD_PACE = 1.5
Answer = Callable[[date], bool]


@dataclass(frozen=True)
class Seasons:
    """The weather and the feasts of the year: rain in millimetres by day, and sets of days."""

    rain: Mapping[date, float] = field(default_factory=dict)
    heat: frozenset[date] = frozenset()
    snow: frozenset[date] = frozenset()
    lull: frozenset[date] = frozenset()
    fireworks: frozenset[date] = frozenset()

    def wetness(self, day: date) -> float:
        """What rain does to a day: its own, or what is left of a downpour of the day before."""
        own = of_rain(self.rain.get(day, 0.0))
        left = DAY_AFTER if self.rain.get(day - timedelta(days=1), 0.0) >= DOWNPOUR_MM else 1.0
        return max(own, left)


@dataclass(frozen=True)
class Problem:
    """A subclass as it is reported: its weight, and what multiplies that when."""

    code: str
    weight: float
    words: tuple[str, ...]
    scene: str
    months: tuple[float, ...] = (1.0,) * 12
    rain: float = 1.0
    snow: float = 1.0
    heat: float = 1.0
    evening: float = 1.0
    night: float = 1.0
    fireworks: float = 1.0


def of_rain(millimetres: float) -> float:
    """How many times the reports of a dry day."""
    step = bisect_right(_BOUNDS, millimetres)
    return RAIN[step - 1][1] if step else 1.0


def is_night(hour: int) -> bool:
    """The night shift of the centre."""
    return hour >= 22 or hour < 6


def intensity(hour: datetime, seasons: Seasons, works: Answer) -> float:
    """How much is reported in the hour that begins at `hour`, against 1 for a plain one."""
    day = hour.date()
    weekend, working = day.weekday() >= 5, works(day)
    of_day = FREE_DAY if not working and not weekend else WORKED_WEEKEND if working and weekend else (
        WEEKDAY[day.weekday()])
    return (MONTH[day.month - 1] * of_day * HOUR[hour.hour] * seasons.wetness(day)
            * (LULL if day in seasons.lull else 1.0) * (AFTER_FIREWORKS if day in seasons.fireworks else 1.0))


def moments(count: int, *, until: datetime, days: int, seasons: Seasons, works: Answer,
            dice: random.Random) -> list[datetime]:
    """So many moments of the days before `until`, as dense as the city's hours are, in order, to the second."""
    last = until.replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in range(days * 24)]
    cumulated = list(accumulate(intensity(hour, seasons, works) for hour in hours))
    found: list[datetime] = []
    while len(found) < count:
        chosen = dice.choices(hours, cum_weights=cumulated, k=count - len(found))
        at = (hour + timedelta(seconds=dice.randrange(3600)) for hour in chosen)
        found += [moment for moment in at if moment < until]
    return sorted(found)


def weight(problem: Problem, at: datetime, seasons: Seasons) -> float:
    """How often this problem is the one reported at a moment, against the others' weights."""
    day = at.date()
    found = problem.weight * problem.months[day.month - 1]
    wet = seasons.wetness(day)
    if wet > 1.05:
        # A drizzle does a little of what a downpour does.
        found *= 1 + (problem.rain - 1) * min((wet - 1) / 0.6, 1.0)
    if day in seasons.snow or day - timedelta(days=1) in seasons.snow:
        found *= problem.snow
    if day in seasons.heat:
        found *= problem.heat
    if day in seasons.fireworks:
        found *= problem.fireworks
    if at.hour >= 18:
        found *= problem.evening
    elif at.hour < 6:
        found *= problem.night
    return found


def pace(at: datetime, seasons: Seasons) -> float:
    """How many times the usual time the centre takes: few sit there at night, and a downpour fills every desk."""
    found = NIGHT_PACE if is_night(at.hour) else 1.0
    return found * (FLOOD_PACE if seasons.rain.get(at.date(), 0.0) >= DOWNPOUR_MM else 1.0)


def share_of_inspectors(hour: int) -> float:
    """How much of what is reported in an hour inspectors find on their rounds; the rest comes from citizens."""
    return 0.58 if 8 <= hour < 18 else 0.25 if 6 <= hour < 20 else 0.06


def between(before: float, now: float, begins: datetime, ends: datetime, at: datetime) -> float:
    """A share that moves evenly from what it was to what it is."""
    gone = min(max((at - begins) / (ends - begins), 0.0), 1.0)
    return before + (now - before) * gone


class Chooser:
    """Chooses problems by their weights of the hour; hours alike share one table."""

    def __init__(self, problems: Sequence[Problem], seasons: Seasons):
        self.problems, self.seasons = problems, seasons
        self._tables: dict[tuple[date, int], list[float]] = {}

    def choose(self, at: datetime, dice: random.Random) -> Problem:
        """One problem, as likely as its weight."""
        day = at.date()
        part = 2 if at.hour >= 18 else 0 if at.hour < 6 else 1
        table = self._tables.get((day, part))
        if table is None:
            table = list(accumulate(weight(problem, at, self.seasons) for problem in self.problems))
            self._tables[day, part] = table
        return self.problems[bisect_right(table, dice.random() * table[-1], hi=len(table) - 1)]
