"""Who has a cool place near: walking minutes of every cell, added up by band, district and street."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from undercity.coverage.queries.people import People
from undercity.coverage.queries.sites import Site, positions
from undercity.coverage.rules import Terms
from undercity.org.queries import Directory, body_name, directory
from undercity.science.reach import NOWHERE, Floats, Ints, nearest, summed, within


@dataclass(frozen=True, slots=True)
class Cover:
    """The cells of the area asked for, each with its nearest place (index into `sites`, or none) and whole minutes."""

    people: People
    mask: Any
    sites: tuple[Site, ...]
    site: Ints
    minutes: Floats
    limit: int
    bands: tuple[int, ...]

    @property
    def total(self) -> float:
        """People of the area."""
        return float(self.people.people[self.mask].sum())

    @property
    def near(self) -> float:
        """Those within the limit."""
        return float(self.people.people[self.mask & (self.minutes <= self.limit)].sum())

    @property
    def far(self) -> float:
        """Those beyond it."""
        return float(self.people.people[self.mask & (self.minutes > self.limit)].sum())

    @property
    def elderly_far(self) -> float | None:
        """The old ones beyond it; None when the figures do not say."""
        if self.people.elderly is None:
            return None
        return float(self.people.elderly[self.mask & (self.minutes > self.limit)].sum())

    @property
    def band(self) -> Ints:
        """The band of each cell; the last is beyond all of them."""
        return np.searchsorted(np.array(self.bands, dtype=np.float64), self.minutes, side="left").astype(np.int64)

    @property
    def by_band(self) -> list[float]:
        """People of the area by band."""
        sums = summed(self.band[self.mask], self.people.people[self.mask], len(self.bands) + 1)
        return [float(one) for one in sums]


def covered(people: People, bodies: Iterable[int], sites: Iterable[Site], limit: int, terms: Terms) -> Cover:
    """Reckon the walks of everybody in these bodies to the nearest of these places."""
    there = tuple(sites)
    index, metres = nearest(people.middle, positions(there))
    return Cover(people, people.among(list(bodies)), there, index, terms.pace.minutes(metres), limit, terms.bands)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A line of the table: a body, its people, those without a place near, and the place nearest to their middle, with
    minutes on foot and kilometres in a straight line."""

    key: str
    name: str
    people: float
    far: float
    elderly_far: float | None
    place: Site | None
    minutes: int | None
    kilometres: float | None

    @property
    def share(self) -> float:
        """How many of a hundred have a place near."""
        return 100 * (self.people - self.far) / self.people if self.people else 100.0


def by_area(cover: Cover, kind: str, terms: Terms, on: date) -> list[AreaRow]:
    """The people by district, or by street where streets are known; the most without a place near first.

    What lies in no street is told under its district.
    """
    book = directory()
    groups = _groups(book, cover.people.territory, kind)
    found = [_row(cover, body, groups == body, terms, on, book) for body in np.unique(groups[cover.mask]).tolist()]
    return sorted(found, key=lambda row: (-row.far, row.name))


def _groups(book: Directory, territory: Ints, kind: str) -> Ints:
    above: dict[int, int] = {}
    for body in np.unique(territory).tolist():
        card = book.above(body, kind) or book.above(body, "district")
        above[body] = card.id if card is not None else body
    return np.array([above[body] for body in territory.tolist()], dtype=np.int64)


def _row(cover: Cover, body: int, mine: Any, terms: Terms, on: date, book: Directory) -> AreaRow:
    mask = mine & cover.mask
    people, far = cover.people.people, mask & (cover.minutes > cover.limit)
    old = cover.people.elderly
    total = float(people[mask].sum())
    place, minutes, kilometres = None, None, None
    if total and len(cover.sites):
        middle = np.average(cover.people.middle[mask], axis=0, weights=people[mask])
        index, metres = nearest(middle[None, :], positions(cover.sites))
        place, minutes = cover.sites[int(index[0])], int(terms.pace.minutes(metres)[0])
        kilometres = float(metres[0]) / 1000
    return AreaRow(book.cards[body].key, body_name(body, on), total, float(people[far].sum()),
                   None if old is None else float(old[far].sum()), place, minutes, kilometres)


@dataclass(frozen=True, slots=True)
class Change:
    """What opening or closing one place alone would do."""

    site: Site
    people: float


def gains(cover: Cover, sites: list[Site], terms: Terms) -> list[Change]:
    """People of the area who would get a place near if this one alone were opened, the most first."""
    near = within(cover.people.middle, positions(sites), terms.pace.metres(cover.limit))
    without = np.where(cover.mask & (cover.minutes > cover.limit), cover.people.people, 0.0)
    sums = summed(near.site, without[near.cell], len(sites)).tolist()
    return _sorted(sites, sums)


def losses(cover: Cover, terms: Terms) -> list[Change]:
    """People of the area who would have none near any more if this open one alone were closed, the most first."""
    near = within(cover.people.middle, positions(cover.sites), terms.pace.metres(cover.limit))
    ways = np.bincount(near.cell, minlength=len(cover.people.cell))
    lonely = np.where(cover.mask & (ways == 1), cover.people.people, 0.0)
    return _sorted(list(cover.sites), summed(near.site, lonely[near.cell], len(cover.sites)).tolist())


def _sorted(sites: list[Site], sums: list[float]) -> list[Change]:
    found = [Change(site, people) for site, people in zip(sites, sums, strict=True)]
    return sorted(found, key=lambda one: (-one.people, one.site.key))


@dataclass(frozen=True, slots=True)
class CellLine:
    """A cell in a list."""

    cell: int
    territory: int
    lat: float
    lon: float
    people: float
    elderly: float | None
    minutes: int | None
    place: Site | None


def cells(cover: Cover, band: int | None = None, *, far: bool = False) -> list[CellLine]:
    """The cells of the area, of one band or beyond the limit only; the most people first."""
    chosen = cover.mask & (cover.people.people > 0)
    if band is not None:
        chosen = chosen & (cover.band == band)
    if far:
        chosen = chosen & (cover.minutes > cover.limit)
    order = np.flatnonzero(chosen)
    order = order[np.lexsort((cover.people.cell[order], -cover.people.people[order]))]
    old = cover.people.elderly
    return [CellLine(int(cover.people.cell[n]), int(cover.people.territory[n]), float(cover.people.middle[n, 0]),
                     float(cover.people.middle[n, 1]), float(cover.people.people[n]),
                     None if old is None else float(old[n]),
                     int(cover.minutes[n]) if np.isfinite(cover.minutes[n]) else None,
                     cover.sites[cover.site[n]] if cover.site[n] != NOWHERE else None) for n in order.tolist()]


def moment_of(whether: str, at: datetime, now: datetime) -> datetime | None:
    """The moment whose open places count; None: all of them."""
    return {"now": now, "at": at}.get(whether)
