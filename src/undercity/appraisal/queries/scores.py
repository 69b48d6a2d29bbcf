"""Scores and rankings of a month, for whoever may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.utils.translation import gettext as _

from undercity.appraisal.indicators import INDICATORS
from undercity.appraisal.queries.export import Standing
from undercity.appraisal.queries.months import Counts, counted, this_minute
from undercity.appraisal.queries.objects import Roll, Scored, roll
from undercity.appraisal.rules import Count, Score, ranks, score
from undercity.appraisal.scheme import Objects, Scheme, scheme
from undercity.appraisal.states import Owner
from undercity.errors import NotFound
from undercity.org.powers import Actor, can, require
from undercity.org.states import Power


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row of a ranking. `size`: how much work stands behind it; `rank` is None without data."""

    scored: Scored
    score: Score
    size: int
    rank: int | None


@dataclass(frozen=True)
class Ranking:
    """A ranking 考评排名: those with a score from the first to the last, then those without data."""

    month: str
    at: datetime
    scheme: Scheme
    objects: Objects
    rows: list[Ranked]
    roll: Roll
    counts: Counts

    def visible_to(self, actor: Actor) -> list[Ranked]:
        """The rows an actor may see; ranks stay those among all."""
        return [row for row in self.rows if can(actor, Power.SCORE_READ, row.scored.path)]

    def one(self, identity: int, actor: Actor) -> Ranked:
        """One row. Hidden and missing look the same."""
        for row in self.visible_to(actor):
            if row.scored.id == identity:
                return row
        raise NotFound(_("There is no such score."), remedy=_("Choose one from the ranking."))


def objects_of(code: str) -> Objects:
    """The kind of object with this code."""
    found = scheme().objects.get(code)
    if found is None:
        raise NotFound(_("Nothing of that kind is scored."),
                       remedy=_("Choose one of: %(codes)s.") % {"codes": ", ".join(
                           f"{one.label} ({one.code})" for one in scheme().objects.values())})
    return found


def may_see_scores(actor: Actor) -> None:
    """NotAllowed for a post that may see no score at all."""
    if not actor.holds(Power.SCORE_READ):
        require(can(actor, Power.SCORE_READ, "/"))


def ranking(facts: Standing, month: str, objects: Objects) -> Ranking:
    """The ranking of a month, as things stand at the beginning of this minute."""
    at = this_minute()
    book = roll()
    counts = counted(facts, month, scheme(), at)
    by_object = _by_object(objects, counts, book)
    scored = book.scored(objects, by_object)
    scores = {one: score(objects.measures, by_object.get(one, {}), scheme().grades) for one in scored}
    places = ranks({one: value.composite for one, value in scores.items()})
    rows = [Ranked(scored[one], scores[one], _size(objects, by_object.get(one, {})), places.get(one)) for one in scored]
    rows.sort(key=lambda row: (row.rank is None, -(row.score.composite or Fraction(0)), row.scored.id))
    return Ranking(month, at, scheme(), objects, rows, book, counts)


def all_rankings(facts: Standing, month: str) -> list[Ranking]:
    """The rankings of every kind of object."""
    return [ranking(facts, month, objects) for objects in scheme().objects.values()]


def _by_object(objects: Objects, counts: Counts, book: Roll) -> dict[int, dict[str, Count]]:
    """Object → indicator → count; a street's count is that of each inspector who walks it."""
    found: dict[int, dict[str, Count]] = {}
    for code in sorted({measure.indicator for measure in objects.measures} | set(objects.counts)):
        for owner, value in counts.get(code, {}).items():
            owners = book.inspectors_of(owner) if INDICATORS[code].owner is Owner.TERRITORY else [owner]
            for one in owners:
                was = found.setdefault(one, {}).get(code, Count())
                found[one][code] = Count(was.top + value.top, was.bottom + value.bottom)
    return found


def _size(objects: Objects, counts: Mapping[str, Count]) -> int:
    return sum(counts[code].bottom for code in objects.counts if code in counts)
