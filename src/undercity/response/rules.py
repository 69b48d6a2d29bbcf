"""Decisions of the response: which level is higher, what a proposal means, when silence is told, what comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from undercity.errors import InvalidMove
from undercity.response.states import MOVES, Level, Stage, Standing, Step


def rank(level: int) -> int:
    """How high a level is: 0 none, 1 for IV … 4 for I, though IV is written 4 and I is written 1."""
    return 5 - level if level else 0


def highest(levels: Iterable[int]) -> int:
    """The highest of some levels; 0 when there is none."""
    return max(levels, key=rank, default=0)


def by_height() -> list[Level]:
    """The levels from IV to I."""
    return sorted((level for level in Level if level), key=rank)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a machine's proposal comes to: made or not, and why."""

    made: bool
    reason: str


def worth_proposing(level: int, *, stage: Stage | None, now: int, wanted: int | None, over: bool) -> Answer:
    """Does a machine's proposal of this level change anything?

    `stage`, `now`, `wanted`: the body's open response, if there is one. A machine raises; it lowers only when what
    the level rested on is `over`. Nobody is asked twice for the same.
    """
    if wanted is not None and (wanted == level or (not over and rank(wanted) >= rank(level))):
        return Answer(False, _("The same level, or a higher one, is proposed already."))
    if stage is None and not level:
        return Answer(False, _("There is no response to stand down."))
    if stage == Stage.ACTIVE and now == level:
        return Answer(False, _("This level is in force already."))
    if stage == Stage.ACTIVE and rank(level) < rank(now) and not over:
        return Answer(False, _("A higher level is in force."))
    if stage == Stage.PROPOSED and not level:
        return Answer(False, _("No level is in force yet."))
    return Answer(True, "")


def legal(standing: Standing, step: Step) -> None:
    """Go on if the order may take this step; otherwise InvalidMove says what is possible."""
    if step not in MOVES[standing]:
        raise InvalidMove(
            _("This order is %(state)s: it can no longer be moved so.") % {"state": standing.label},
            remedy=_("Possible now: %(steps)s.") % {
                "steps": ", ".join(str(one.label) for one in MOVES[standing]) or _("nothing")})


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of a silence now, how many of the chain have been, and when the next one will be."""

    post: int | None
    told: int
    next_at: datetime | None


def next_told(chain: Sequence[Sequence[int]], told: int, given_at: datetime, at: datetime) -> Told:
    """The silence of an order at a moment: `chain` is [post, minutes after it was given], in order of minutes.

    After a worker slept the last one whose time has come is told, once, instead of one after another.
    """
    ripe = [place for place, (_post, minutes) in enumerate(chain)
            if place >= told and given_at + timedelta(minutes=minutes) <= at]
    if not ripe:
        return Told(None, told, silent_from(chain, told, given_at))
    last = ripe[-1]
    return Told(chain[last][0], last + 1, silent_from(chain, last + 1, given_at))


def silent_from(chain: Sequence[Sequence[int]], told: int, given_at: datetime) -> datetime | None:
    """When the next of the chain is told; None when nobody is left."""
    return given_at + timedelta(minutes=chain[told][1]) if told < len(chain) else None


def takes_over(chain: Sequence[Sequence[int]], told: int, post: int | None) -> tuple[int, int] | None:
    """Who has an order that was refused: the next of the chain who is not the one refusing, and his place in it."""
    for place in range(told, len(chain)):
        if chain[place][0] != post:
            return chain[place][0], place + 1
    return None


def fallback_at(seconded_at: datetime, minutes: int) -> datetime:
    """When the confirmation of one person holds although the plan wants two."""
    return seconded_at + timedelta(minutes=minutes)
