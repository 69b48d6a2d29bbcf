"""The one way a place's year changes: lock the place, may I, is it allowed, write, record."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import NotFound
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.evidence import kept_words
from undercity.ledger.facts import Facts
from undercity.ledger.fold import DossierRef, StreamState
from undercity.ledger.record import duties_of
from undercity.org.powers import Actor
from undercity.places.models import Place
from undercity.places.seasons.facts import SUBJECT
from undercity.places.seasons.fold import SeasonState
from undercity.places.seasons.models import Season
from undercity.places.seasons.rows import state_of

NAMESPACE = uuid.UUID("0a8f3f9e-6a2c-5c0e-9d53-4b1f7d0e6c21")
TEXT_MAX = 500


def uid_of(place: str, year: int) -> uuid.UUID:
    """The stream of a place's year on the current timeline: the same whoever begins it."""
    return uuid.uuid5(NAMESPACE, f"{clock.timeline()}:{place}:{year}")


@dataclass
class Turn:
    """A place whose row is locked, at the moment somebody changes its year."""

    place: Place
    year: int
    uid: uuid.UUID
    stream: StreamState
    by: Actor
    at: datetime

    @property
    def season(self) -> SeasonState | None:
        """The year so far; None when nothing was ever said of it."""
        found: SeasonState | None = self.stream.subject
        return found

    @property
    def keeper(self) -> int | None:
        """The body that keeps the place this year."""
        return self.season.keeper_id if self.season else None

    def note(self, text: str, *, needed: bool = True) -> DossierRef | None:
        """The reason that comes with the change, kept and marked. RuleBroken when it is missing or too long."""
        return kept_words("season.note", text, most=TEXT_MAX, needed=needed, season=self.uid)

    def record(self, said: Facts) -> Season:
        """Write the entry and all that follows from it; the year as it is now."""
        self.stream = record(said, stream_kind=SUBJECT, stream=self.uid, was=self.stream, by=self.by, at=self.at)
        return Season.objects.select_related("place").get(pk=self.uid)


@contextmanager
def turn(place: int, year: int, *, by: Actor, at: datetime, seen: int | None = None) -> Iterator[Turn]:
    """Lock a place for one change of its year. `seen` is the version looked at: changed since, Conflict says how."""
    with write():
        row = Place.objects.select_for_update(of=("self",)).filter(pk=place).first()
        if row is None:
            raise NotFound(_("There is no such place."))
        uid = uid_of(row.key, year)
        season = Season.objects.filter(pk=uid).first()
        if seen is not None and seen != (season.version if season else 0):
            raise moved_since(uid, seen)
        yield Turn(place=row, year=year, uid=uid, by=by, at=at, stream=StreamState(
            sequence=last_sequence(uid), subject=state_of(season) if season else None,
            duties=duties_of([uid]).get(uid, {})))
