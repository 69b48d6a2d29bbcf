"""From counts to a score: exact, pure, and with everything that led to it.

A node with numerator n, denominator d and weight w scores
    p = 100·n/d (good), 100·(1 − n/d) (bad), or the points of the band that holds d (volume).
The composite is Σ w'·p with w' = w / Σ w over the nodes that have data: a zero denominator is no data, not zero points.
An object without a single rate has no data, however its volume would score. All numbers are fractions; they are rounded
only to be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from undercity.appraisal.states import Scores

HUNDRED = Fraction(100)


@dataclass(frozen=True, slots=True)
class Band:
    """From so many to so many (None: no end) gives these points."""

    first: int
    last: int | None
    points: int


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade 等级: its letter, its lower bound (included), its colour."""

    letter: str
    least: Fraction
    colour: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A node of a scheme: an indicator, its weight, and how it scores."""

    indicator: str
    weight: Fraction
    scores: Scores
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted for an indicator: a numerator of a denominator; a volume is its denominator."""

    top: int = 0
    bottom: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A node's part in a score. `rate` is None for a volume; `points`, `share` and `given` are None without data.

    `share` is the weight after rescaling, `given` = share · points, `lost` = share · (100 − points).
    """

    measure: Measure
    count: Count
    rate: Fraction | None
    points: Fraction | None
    share: Fraction | None
    given: Fraction | None
    lost: Fraction | None


@dataclass(frozen=True, slots=True)
class Score:
    """A score: its nodes, the composite (None: no data), the grade."""

    nodes: tuple[Node, ...]
    composite: Fraction | None
    grade: Grade | None

    @property
    def is_rescaled(self) -> bool:
        """Some node had no data, so the weights of the others grew."""
        return self.composite is not None and any(node.points is None for node in self.nodes)

    @property
    def lost(self) -> Fraction | None:
        """Points lost 扣分."""
        return None if self.composite is None else HUNDRED - self.composite


def score(measures: tuple[Measure, ...], counts: Mapping[str, Count], grades: tuple[Grade, ...]) -> Score:
    """The score of one object. `counts`: indicator → what was counted; a missing one counted nothing."""
    found = [(measure, counts.get(measure.indicator, Count())) for measure in measures]
    points = [points_of(measure, count) for measure, count in found]
    # A volume alone says nothing about how the work was done.
    if not any(value is not None and measure.scores is not Scores.VOLUME
               for (measure, _), value in zip(found, points, strict=True)):
        points = [None] * len(points)
    whole = sum((measure.weight for (measure, _), value in zip(found, points, strict=True) if value is not None),
                Fraction(0))
    nodes = tuple(_node(measure, count, value, whole) for (measure, count), value in zip(found, points, strict=True))
    if not whole:
        return Score(nodes, None, None)
    composite = sum((node.given for node in nodes if node.given is not None), Fraction(0))
    return Score(nodes, composite, grade_of(composite, grades))


def _node(measure: Measure, count: Count, points: Fraction | None, whole: Fraction) -> Node:
    rate = None if measure.scores is Scores.VOLUME or not count.bottom else Fraction(count.top, count.bottom)
    if points is None:
        return Node(measure, count, rate, None, None, None, None)
    share = measure.weight / whole
    return Node(measure, count, rate, points, share, share * points, share * (HUNDRED - points))


def points_of(measure: Measure, count: Count) -> Fraction | None:
    """The points of one node, 0 to 100; None without data."""
    if measure.scores is Scores.VOLUME:
        return Fraction(next(band.points for band in measure.bands
                             if band.first <= count.bottom and (band.last is None or count.bottom <= band.last)))
    if not count.bottom:
        return None
    rate = Fraction(count.top, count.bottom)
    return HUNDRED * (rate if measure.scores is Scores.GOOD else 1 - rate)


def grade_of(composite: Fraction, grades: tuple[Grade, ...]) -> Grade:
    """The grade of an exact value: the best whose lower bound it reaches."""
    return next(grade for grade in grades if composite >= grade.least)


def shown(value: Fraction | None, digits: int = 2) -> str:
    """A fraction for the eye: rounded half up, never used to compute."""
    if value is None:
        return ""
    exact = value * 10 ** (digits + 1)
    # One digit more than is shown is enough to round rightly, if what follows it is not thrown away.
    more = exact.numerator // exact.denominator
    return str((Decimal(more) / 10 ** (digits + 1)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def ranks(composites: Mapping[int, Fraction | None]) -> dict[int, int]:
    """The rank of each: equal scores share one, and the next is as many places lower; none without data."""
    values = sorted((value for value in composites.values() if value is not None), reverse=True)
    first = {value: place for place, value in reversed(list(enumerate(values, start=1)))}
    return {one: first[value] for one, value in composites.items() if value is not None}
