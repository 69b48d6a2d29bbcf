"""Patrol coverage 巡查覆盖: where an inspector reported, verified or checked something within so many days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, OuterRef, QuerySet, Subquery

from undercity import clock
from undercity.cases.kinds import CHECK, VERIFY
from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import reach, visible_to
from undercity.cases.states import PATROL_DAYS, Check, Verification
from undercity.ledger.models import Duty
from undercity.org.powers import Actor
from undercity.org.queries import body_name, post_titles
from undercity.places.grids import Grid, Net, grid_called, net


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
    """(post, code of the unit grid) → when that post last did something there within the days that count.

    Counted where the rows lie: a week of a large city is ten thousands of things done.
    """
    since, some = at - timedelta(days=days_of(at)), list(posts)
    where = Case.objects.filter(uid=OuterRef("subject")).exclude(unit_grid="").values("unit_grid")
    # A duty also ends when the case is voided or merged; nobody stood there for that.
    answered = Duty.objects.filter(
        timeline=clock.timeline(), kind__in=(VERIFY, CHECK), outcome__in=(*Verification.values, *Check.values),
        post__in=some, done_at__gt=since, done_at__lte=at).annotate(grid=Subquery(where)).exclude(grid=None).order_by()
    reported = Case.objects.filter(timeline=clock.timeline(), reporter_post__in=some, reported_at__gt=since,
                                   reported_at__lte=at).exclude(unit_grid="").order_by()
    found: dict[tuple[int | None, str], datetime] = {}
    for post, grid, last in (*answered.values_list("post_id", "grid").annotate(last=Max("done_at")),
                             *reported.values_list("reporter_post", "unit_grid").annotate(last=Max("reported_at"))):
        found[post, grid] = max(last, found.get((post, grid), last))
    return found


def cases_in(actor: Actor, codes: Iterable[str]) -> QuerySet[Case]:
    """Cases of some unit grids that the actor may see, newest first."""
    return visible_to(actor).filter(unit_grid__in=list(codes)).select_related("report").order_by("-id")


def grid_of(case: Case) -> Grid | None:
    """The unit grid of a case, of the version of the day it was reported."""
    return grid_called(case.unit_grid, case.reported_at.astimezone(clock.ZONE).date())
