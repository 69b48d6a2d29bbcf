"""What changed about the places everybody may see 场所动态: the newest first, for feeds.

Places tell what their own dates say: a place in the list, a new name. A room that decides more (a season, a closing)
registers a source. What a source says of a place that is not listed is never told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import F
from django.utils.translation import gettext as _

from undercity.clock import ZONE
from undercity.places.models import Place, PlaceName
from undercity.places.queries import name_of, shown_to, with_names

NEWEST = 50
OPENED, RENAMED = "opened", "renamed"
# Stands in a source's words for what the place was called then.
NAME = "%(name)s"


@dataclass(frozen=True, slots=True)
class Told:
    """A change as its source tells it: of which place (its row's number), what kind, when (aware), in words.

    `mark` tells two changes of one kind at one place apart; together they are the same for ever. `words` may hold
    `NAME`, what the place was called then.
    """

    place: int
    kind: str
    at: datetime
    words: str
    mark: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A change for a reader: the place, and what happened in the reader's language."""

    place: Place
    kind: str
    at: datetime
    title: str
    mark: str


# Asked for as many as the newest of a moment; answers may be more and in any order.
Source = Callable[[datetime, int], Iterable[Told]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Let a room tell what changes through it."""
    if source not in _sources:
        _sources.append(source)


def leave(source: Source) -> None:
    """Ask this source no longer."""
    _sources.remove(source)


def newest(at: datetime, limit: int = NEWEST) -> list[Piece]:
    """The newest changes up to a moment, of listed places only."""
    told = [one for source in (_from_dates, *_sources) for one in source(at, limit) if one.at <= at]
    places = {place.pk: place for place in
              shown_to().prefetch_related(with_names()).filter(pk__in={one.place for one in told})}
    kept = sorted((one for one in told if one.place in places),
                  key=lambda one: (one.at, places[one.place].key, one.kind, one.mark), reverse=True)[:limit]
    return [Piece(places[one.place], one.kind, one.at,
                  one.words.replace(NAME, name_of(places[one.place], one.at)), one.mark) for one in kept]


def _from_dates(at: datetime, limit: int) -> list[Told]:
    today = at.date()
    opened = shown_to().filter(valid_from__lte=today).order_by("-valid_from", "key").values_list("pk", "valid_from")
    renamed = PlaceName.objects.filter(place__listed=True, valid_from__lte=today,
                                       valid_from__gt=F("place__valid_from")).order_by("-valid_from", "place__key")
    return [*(Told(place, OPENED, _begins(day), _("New in the list: %(name)s"), day.isoformat())
              for place, day in opened[:limit]),
            *(Told(place, RENAMED, _begins(day), _("Now called %(name)s"), day.isoformat())
              for place, day in renamed.values_list("place", "valid_from")[:limit] if day)]


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)
