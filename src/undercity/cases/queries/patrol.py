"""Patrol coverage 巡查覆盖, from the record: where an inspector did something within so many days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from undercity import clock
from undercity.cases.facts import SUBJECT
from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import reach, visible_to
from undercity.cases.states import PATROL_DAYS
from undercity.ledger.models import Entry
from undercity.org.powers import Actor
from undercity.org.queries import body_name, post_titles
from undercity.places.grids import Grid, Net, grid_called, net

# What an inspector only does where he stands.
ON_THE_SPOT = ("case.reported/1", "case.verified/1", "case.checked/1", "case.handled_on_the_spot/1")


@dataclass(frozen=True, slots=True)
class Visit:
    """A unit grid, its territory in words, and when its inspector last did something there (None: not lately)."""

    grid: Grid
    where: str
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Round:
    """A responsibility grid: whose it is, and its unit grids with the last visit to each."""

    name: str
    post: int | None
    who: str
    visits: list[Visit]

    @property
    def visited(self) -> int:
        """How many unit grids were visited."""
        return sum(1 for visit in self.visits if visit.last is not None)

    @property
    def missed(self) -> list[Visit]:
        """The unit grids that were not."""
        return [visit for visit in self.visits if visit.last is None]

    @property
    def share(self) -> int:
        """Per cent of the unit grids visited, rounded down: 100 means all of them."""
        return 100 * self.visited // len(self.visits)


@dataclass(frozen=True, slots=True)
class Inspector:
    """An inspector's responsibility grids together."""

    post: int | None
    who: str
    rounds: list[Round]

    @property
    def grids(self) -> int:
        """How many unit grids."""
        return sum(len(one.visits) for one in self.rounds)

    @property
    def visited(self) -> int:
        """How many of them were visited."""
        return sum(one.visited for one in self.rounds)

    @property
    def share(self) -> int:
        """Per cent of the unit grids visited, rounded down."""
        return 100 * self.visited // self.grids


def days_of(at: datetime) -> int:
    """Within how many days a visit counts, by the term in force."""
    return scheme().term(PATROL_DAYS, at) or 7


def seen_by(actor: Actor, found: Net) -> list[Grid]:
    """The grids in territories the actor reads, and those of his own post."""
    far = reach(actor)
    return [grid for grid in found.grids.values()
            if far is None or grid.territory in far.territories or (grid.post is not None and grid.post == actor.post)]


def coverage(actor: Actor, at: datetime) -> list[Inspector]:
    """Every inspector whose grids the actor may see, the least covered first; empty without grids."""
    found = net(at.date())
    grids = seen_by(actor, found) if found else []
    last = _last_visits({grid.post for grid in grids if grid.post is not None}, at)
    titles = post_titles(grid.post for grid in grids if grid.post is not None)
    rounds: dict[str, list[Grid]] = {}
    for grid in sorted(grids, key=lambda grid: grid.code):
        rounds.setdefault(grid.responsibility, []).append(grid)
    by_post: dict[int | None, list[Round]] = {}
    for name, some in rounds.items():
        post = some[0].post
        visits = [Visit(grid, body_name(grid.territory), last.get((post, grid.code))) for grid in some]
        by_post.setdefault(post, []).append(Round(name, post, titles.get(post, "") if post else "", visits))
    people = [Inspector(post, titles.get(post, "") if post else "", some) for post, some in by_post.items()]
    return sorted(people, key=lambda one: (one.post is not None, one.visited / one.grids, one.post or 0))


def _last_visits(posts: Iterable[int], at: datetime) -> dict[tuple[int | None, str], datetime]:
    """(post, code of the unit grid) → when that post last did something there within the days that count."""
    since = at - timedelta(days=days_of(at))
    told = Entry.objects.filter(stream_kind=SUBJECT, timeline=clock.timeline(), verb__in=ON_THE_SPOT,
                                post__in=list(posts), at__gt=since, at__lte=at)
    streams = list(told.values_list("stream").annotate(last=Max("at")).values_list("stream", "post", "last"))
    grids = {uid: code for uid, code in _cases([stream for stream, _, _ in streams]) if code}
    found: dict[tuple[int | None, str], datetime] = {}
    for stream, post, last in streams:
        if (code := grids.get(stream)) is not None:
            found[post, code] = max(last, found.get((post, code), last))
    return found


def _cases(streams: list[object]) -> Iterable[tuple[object, str]]:
    # A database takes so many parameters at once.
    for first in range(0, len(streams), 500):
        yield from Case.objects.filter(uid__in=streams[first:first + 500]).values_list("uid", "unit_grid")


def cases_in(actor: Actor, codes: Iterable[str]) -> QuerySet[Case]:
    """Cases of some unit grids that the actor may see, newest first."""
    return visible_to(actor).filter(unit_grid__in=list(codes)).select_related("report").order_by("-id")


def grid_of(case: Case) -> Grid | None:
    """The unit grid of a case, of the version of the day it was reported."""
    return grid_called(case.unit_grid, case.reported_at.astimezone(clock.ZONE).date())
