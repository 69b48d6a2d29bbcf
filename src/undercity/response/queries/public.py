"""What the public is told of a flood response: that one is in force, which places are closed, and what is open instead.

Levels of exercises and of the past are nobody's business here. Asked with every page: kept for some seconds in each
process, and dropped at once in the process that changes something.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from undercity import clock
from undercity.clock import ZONE
from undercity.org.queries import body_name
from undercity.places.models import Place
from undercity.places.queries import Found, nearest_open, seen, with_names
from undercity.places.seasons.actions.turning import uid_of
from undercity.response.models import Response
from undercity.response.queries.closures import closed_by
from undercity.response.states import Level, Stage

KEPT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class InForce:
    """A level in force, as the public may know it: whose, which, since when."""

    body: int
    level: int
    since: datetime | None

    @property
    def who(self) -> str:
        """Whose response it is."""
        return body_name(self.body)

    @property
    def title(self) -> str:
        """The level, in words."""
        return str(Level(self.level).label)


@dataclass(frozen=True, slots=True)
class Closed:
    """A place closed by a response, and the nearest one that is open instead (None: none is)."""

    place: Found
    instead: Found | None


_kept: tuple[float, str, tuple[InForce, ...]] | None = None


def forget() -> None:
    """Ask anew at the next question. Called by whatever changes a level."""
    global _kept
    _kept = None


def in_force() -> tuple[InForce, ...]:
    """The levels in force on the current timeline, the highest first; one statement now and then."""
    global _kept
    line = clock.timeline()
    if _kept is None or _kept[1] != line or perf_counter() - _kept[0] > KEPT_SECONDS:
        rows = Response.objects.filter(timeline=line, stage=Stage.ACTIVE).order_by("level", "body__path").values_list(
            "body_id", "level", "started_at")
        _kept = (perf_counter(), line, tuple(InForce(*row) for row in rows))
    return _kept[2]


def closed_places(at: datetime) -> list[Closed]:
    """Listed places that responses in force closed, with what is open instead; the nearest of each."""
    year, found = at.astimezone(ZONE).year, []
    places = {uid_of(place.key, year): place for place in Place.objects.filter(listed=True).prefetch_related(
        with_names()).order_by("key")}
    seasons = {season for row in Response.objects.filter(timeline=clock.timeline(), stage=Stage.ACTIVE)
               for season in closed_by(row, list(places))}
    shut = [places[season] for season in places if season in seasons]
    for one in seen(shut, at):
        near = nearest_open(one.place.lat, one.place.lon, at, limit=1)
        found.append(Closed(one, near[0] if near else None))
    return found
