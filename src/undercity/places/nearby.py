"""Which places are near and open, in the memory of each process 就近索引: a million are asked in a millisecond.

* The positions of places, their distinct hours and their amenities as bits are read when places changed
  (`changes.stand`, asked every time). While one request reads, others answer from what was known before.
* A city writes its hours in a few hundred ways. Each way is worked out once and again only when it changes, to the
  second; each exception (`exceptions`) replaces what the hours of its place say.
* Ranks (0 open, the moment of opening when shut, infinity when never) go to `science.nearest`, which is exact.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from undercity.places.amenities import STEP_FREE, bits_of
from undercity.places.changes import stand
from undercity.places.rules import Opening, opening
from undercity.places.wishes import Wishes
from undercity.science.nearest import Near, Ranks, Tree, nearest, ranked, tree_of

CHUNK = 50_000
# Different wishes whose ranks are kept; each costs a number a node of the tree.
KEPT = 48
READ = ("SELECT id, lat, lon, hours, CAST(amenities AS text), step_free FROM places_place WHERE listed{all} "
        "ORDER BY id")


@dataclass(frozen=True, eq=False)
class Ground:
    """Places as they were read: ids by the caller's index; hours and bits in the tree's layout."""

    stand: tuple[int, int]
    ids: NDArray[np.int64]
    tree: Tree
    codes: NDArray[np.int64]
    bits: NDArray[np.int64]
    hours: list[str]
    # Index of an id's place in the layout.
    spot: NDArray[np.int64]

    def spots(self, ids: list[int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where these ids stand in the layout, and which of them do."""
        wanted = np.asarray(ids, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.ids, wanted), max(len(self.ids) - 1, 0))
        known = self.ids[at] == wanted if len(self.ids) else np.zeros(len(wanted), dtype=bool)
        return self.spot[at[known]], known


def read_ground(officer: bool) -> Ground:
    """Read every place somebody may be told of."""
    now = stand()
    hours: dict[str, int] = {}
    amenities: dict[str, int] = {}
    ids, lats, lons, codes, bits = [], [], [], [], []
    with connection.cursor() as cursor:
        cursor.execute(READ.format(all=" OR NOT listed" if officer else ""))
        while rows := cursor.fetchmany(CHUNK):
            some, lat, lon, when, what, step = zip(*rows, strict=True)
            ids.append(np.array(some, dtype=np.int64))
            lats.append(np.array(lat))
            lons.append(np.array(lon))
            codes.append(np.array([hours.setdefault(one, len(hours)) for one in when], dtype=np.int64))
            for one in set(what) - amenities.keys():
                amenities[one] = bits_of(_words(one))
            bits.append(np.array([amenities[one] | (STEP_FREE if way == "yes" else 0)
                                  for one, way in zip(what, step, strict=True)], dtype=np.int64))
    whole = np.concatenate(ids) if ids else np.zeros(0, dtype=np.int64)
    tree = tree_of(*(np.concatenate(one) if one else np.zeros(0) for one in (lats, lons)))
    spot = np.empty(len(whole), dtype=np.int64)
    spot[tree.order] = np.arange(len(whole))
    code, bit = (np.concatenate(one)[tree.order] if one else np.zeros(0, dtype=np.int64) for one in (codes, bits))
    return Ground(now, whole, tree, code, bit, list(hours), spot)


def _words(text: str) -> list[str]:
    found = json.loads(text)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


@dataclass(eq=False)
class View:
    """The ranks of all places for as long as no hours change."""

    rank: NDArray[np.float64]
    by_wish: dict[tuple[int, bool], Ranks] = field(default_factory=dict)


class Nearby:
    """The index of one kind of asker: the public, or officers. Safe to ask from many threads."""

    def __init__(self, officer: bool):
        self.officer = officer
        self._reading, self._telling = threading.Lock(), threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Read everything anew at the next question."""
        self._ground: Ground | None = None
        self._view: View | None = None
        self._told: Ground | None = None
        self._since = -inf
        self._exceptions: dict[int, Opening] = {}

    def ground(self) -> Ground:
        """Places as they are; as they were while another request reads a change."""
        known = self._ground
        if known is not None and known.stand == stand():
            return known
        if not self._reading.acquire(blocking=known is None):
            assert known is not None
            return known
        try:
            if self._ground is None or self._ground.stand != stand():
                self._ground = read_ground(self.officer)
            return self._ground
        finally:
            self._reading.release()

    def asked(self, at: datetime, exceptions: Mapping[int, Opening], want: int, *, shut: bool) -> tuple[Ground, Ranks]:
        """The ranks at a moment of what has all the wanted bits; only what is shut then, if asked for."""
        ground = self.ground()
        with self._telling:
            view = self._view_at(ground, at, exceptions)
            ranks = view.by_wish.get((want, shut))
            if ranks is None:
                rank = view.rank
                if want:
                    rank = np.where((ground.bits & want) == want, rank, inf)
                if shut:
                    rank = np.where(rank == 0, inf, rank)
                if len(view.by_wish) >= KEPT:
                    view.by_wish.clear()
                ranks = view.by_wish[want, shut] = ranked(ground.tree, rank)
        return ground, ranks

    def _view_at(self, ground: Ground, at: datetime, exceptions: Mapping[int, Opening]) -> View:
        moment = at.timestamp()
        if self._view is None or self._told is not ground or moment < self._since:
            self._told, self._view = ground, None
            self._ranks = np.full(len(ground.hours), inf)
            self._until = np.full(len(ground.hours), -inf)
        self._since = moment
        due = np.flatnonzero(self._until <= moment)
        if len(due):
            self._view = None
            for code in due:
                self._tell(int(code), ground.hours[code], at)
        if self._view is None or self._exceptions != exceptions:
            rank = self._ranks[ground.codes]
            if exceptions:
                spots, known = ground.spots(list(exceptions))
                rank[spots] = np.array([_rank(one) for one in exceptions.values()])[known]
            self._view, self._exceptions = View(rank), dict(exceptions)
        return self._view

    def _tell(self, code: int, hours: str, at: datetime) -> None:
        found = opening(hours, at)
        self._ranks[code] = _rank(found)
        self._until[code] = found.changes_at.timestamp() if found.changes_at is not None else inf


def _rank(found: Opening) -> float:
    if found.is_open:
        return 0.0
    return found.changes_at.timestamp() if found.changes_at is not None else inf


PUBLIC, OFFICERS = Nearby(officer=False), Nearby(officer=True)


def forget() -> None:
    """Know nothing any more: another database stands behind the process."""
    PUBLIC.forget()
    OFFICERS.forget()


def find(lat: float, lon: float, at: datetime, limit: int, *, wishes: Wishes, exceptions: Mapping[int, Opening],
         shut: bool = False, officer: bool = False) -> tuple[tuple[int, int], list[tuple[int, float]]]:
    """(place id, metres) of the nearest open places, nearest first; with `shut`, of those that open soonest.

    Before them the stand of places (`changes.stand`) the answer is of.
    """
    ground, ranks = (OFFICERS if officer else PUBLIC).asked(at, exceptions, wishes.bits, shut=shut)
    met: list[Near] = nearest(ranks, lat, lon, limit, until=inf if shut else 1.0)
    return ground.stand, [(int(ground.ids[one.index]), one.metres) for one in met]
