"""Who has a cool place near: the same as measuring each with each, in bands that add up, and monotone in what opens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.city import City
from undercity import clock
from undercity.coverage.queries.cover import Cover, by_area, cells, covered, gains, losses
from undercity.coverage.queries.people import people_of
from undercity.coverage.queries.sites import candidates, cool_places
from undercity.coverage.rules import band_of, terms
from undercity.coverage.states import Listing
from undercity.org.queries import directory
from undercity.places.states import PlaceUse
from undercity.science.coordinates import distance_m, walking_minutes


def city_body() -> int:
    return directory().by_key["jinan"]


def reckoned(city: City, people: Any, minutes: int = 15, besides: tuple[Any, ...] = (), area: str = "jinan") -> Cover:
    book = directory()
    sites = [*cool_places(city.at, open_at=None), *besides]
    return covered(people_of(people.pk), book.under(book.cards[book.by_key[area]].path), sites, minutes,
                   terms(city.at.date()))


def could(city: City, listing: Listing = Listing.ALL) -> list[Any]:
    return candidates(city.at, besides=cool_places(city.at, open_at=None), uses=PlaceUse.values, listing=listing,
                      bodies=directory().under(directory().cards[city_body()].path))


def test_each_walk_is_the_one_to_the_nearest_place(city: City, people: Any) -> None:
    cover = reckoned(city, people)
    for line in cells(cover):
        metres = min(distance_m(line.lat, line.lon, site.lat, site.lon) for site in cover.sites)
        assert line.minutes == walking_minutes(metres)
        assert line.place is not None
        assert distance_m(line.lat, line.lon, line.place.lat, line.place.lon) == pytest.approx(metres, abs=0.01)


def test_bands_areas_and_cells_add_up_to_everybody(city: City, people: Any) -> None:
    cover, kept = reckoned(city, people), terms(city.at.date())
    assert sum(cover.by_band) == cover.total == people.people
    assert cover.near + cover.far == cover.total
    for kind in ("district", "street"):
        rows = by_area(cover, kind, kept, city.at.date())
        assert sum(row.people for row in rows) == cover.total
        assert sum(row.far for row in rows) == cover.far
    for band, of_band in enumerate(cover.by_band):
        rows = cells(cover, band)
        assert sum(row.people for row in rows) == of_band
        assert {band_of(row.minutes or 0, cover.bands) for row in rows} <= {band}
    assert sum(row.people for row in cells(cover, far=True)) == cover.far


def test_an_area_holds_its_own_people_only(city: City, people: Any) -> None:
    districts = ("shizhong", "lixia", "huaiyin", "tianqiao", "licheng")
    assert sum(reckoned(city, people, area=key).total for key in districts) == people.people


def test_with_nothing_open_nobody_has_one(city: City, people: Any) -> None:
    book, kept = directory(), terms(city.at.date())
    cover = covered(people_of(people.pk), book.under(book.cards[city_body()].path), [], 15, kept)
    assert (cover.near, cover.far) == (0.0, cover.total)
    assert by_area(cover, "district", kept, city.at.date())[0].place is None
    assert cells(cover)[0].minutes is None
    assert losses(cover, kept) == []


def test_the_hour_decides_what_is_open(city: City) -> None:
    night = datetime(2026, 7, 18, 3, 0, tzinfo=clock.ZONE)
    winter = datetime(2026, 1, 18, 12, 0, tzinfo=clock.ZONE)
    afternoon = datetime(2026, 7, 18, 15, 0, tzinfo=clock.ZONE)
    counts = [len(cool_places(city.at, open_at=at)) for at in (None, afternoon, winter, night)]
    assert counts[0] == 9
    assert counts[0] >= counts[1] > counts[2] > counts[3] == 0


def test_what_one_more_or_one_less_does_is_what_reckoning_anew_says(city: City, people: Any,
                                                                    cellars: list[str]) -> None:
    kept, cover = terms(city.at.date()), reckoned(city, people)
    opened = gains(cover, could(city), kept)
    assert [one.site.key for one in opened][-1] == "yc-far"
    for one in opened:
        assert reckoned(city, people, besides=(one.site,)).near - cover.near == pytest.approx(one.people)
    for one in losses(cover, kept):
        rest = [site for site in cover.sites if site.id != one.site.id]
        after = covered(cover.people, directory().under(directory().cards[city_body()].path), rest, 15, kept)
        assert cover.near - after.near == pytest.approx(one.people)


def test_more_minutes_never_reach_fewer(city: City, people: Any) -> None:
    near = [reckoned(city, people, minutes).near for minutes in (1, 5, 10, 15, 20, 40)]
    assert near == sorted(near)


def test_candidates_are_listed_ones_unless_all_are_asked_for(city: City, cellars: list[str]) -> None:
    assert {site.key for site in could(city)} == set(cellars)
    assert could(city, Listing.LISTED) == []


def test_cool_places_are_those_the_public_knows(city: City, cellars: list[str]) -> None:
    from undercity.places.models import Place

    Place.objects.filter(key="yc-near").update(use=PlaceUse.COOLING, hours="24/7")
    assert "yc-near" not in {site.key for site in cool_places(city.at, open_at=None)}
