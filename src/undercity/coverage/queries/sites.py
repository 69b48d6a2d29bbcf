"""Where one can cool off, and where one could: cool places that count as open, and candidates."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from undercity.coverage.states import Listing
from undercity.org.queries import directory
from undercity.places.models import Place
from undercity.places.queries import name_of, shown_to, with_names
from undercity.places.rules import opening
from undercity.places.states import PlaceUse
from undercity.science.reach import Floats


@dataclass(frozen=True, slots=True)
class Site:
    """A place as a site: what it is called, where it is, how large its public floor is."""

    id: int
    key: str
    name: str
    lat: float
    lon: float
    district: int
    use: str
    area_m2: int | None
    listed: bool
    invented: bool

    @property
    def use_label(self) -> str:
        """Its peacetime use in words."""
        return str(PlaceUse(self.use).label)


def cool_places(at: datetime, *, open_at: datetime | None) -> list[Site]:
    """The cool places the public knows that are open at a moment; with `open_at` None all, as if open. By key."""
    places = shown_to().filter(use=PlaceUse.COOLING).prefetch_related(with_names()).order_by("key")
    return _sites((place for place in places if open_at is None or opening(place.hours, open_at).is_open), at)


def candidates(at: datetime, *, besides: Iterable[Site], uses: Collection[str], listing: Listing,
               bodies: Collection[int]) -> list[Site]:
    """Places that could be opened beside those that are: of these uses, in these districts. By key.

    Unlisted ones are for pages of officers who may plan there; nothing public is made of this list.
    """
    known = {site.id for site in besides}
    places = shown_to(officer=listing is Listing.ALL).filter(use__in=list(uses), district__in=list(bodies))
    return _sites((place for place in places.prefetch_related(with_names()).order_by("key") if place.pk not in known),
                  at)


def by_ids(ids: Iterable[int], at: datetime) -> dict[int, Site]:
    """These places as sites, whatever they are."""
    places = Place.objects.filter(pk__in=list(ids)).prefetch_related(with_names()).order_by("key")
    return {site.id: site for site in _sites(places, at)}


def _sites(places: Iterable[Place], at: datetime) -> list[Site]:
    return [Site(place.pk, place.key, name_of(place, at), place.lat, place.lon, place.district_id, place.use,
                 place.area_m2, place.listed, place.invented) for place in places]


def positions(sites: Iterable[Site]) -> Floats:
    """Where they are, (n, 2)."""
    return np.array([(site.lat, site.lon) for site in sites], dtype=np.float64).reshape(-1, 2)


def district_path(site: Site) -> str:
    """The path of its district, for powers."""
    return directory().cards[site.district].path
