"""Cool places: open or not, and the nearest."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as some

from tests.city import City
from undercity import clock
from undercity.errors import RuleBroken
from undercity.places.rules import checked_hours, opening

SEASON = "Jun 21-Aug 31 09:30-20:00"


@pytest.mark.parametrize(("moment", "is_open", "changes"), [
    ("2026-07-18T16:30", True, "2026-07-18T20:00"), ("2026-07-18T09:29", False, "2026-07-18T09:30"),
    ("2026-07-18T20:00", False, "2026-07-19T09:30"), ("2026-06-20T12:00", False, "2026-06-21T09:30"),
    ("2026-08-31T19:59", True, "2026-08-31T20:00"), ("2026-09-01T12:00", False, "2027-06-21T09:30"),
])
def test_a_season_is_open_at_its_hours_and_says_when_that_changes(moment: str, is_open: bool, changes: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=clock.ZONE)
    found = opening(SEASON, at)
    assert found.is_open is is_open
    assert found.changes_at == datetime.fromisoformat(changes).replace(tzinfo=clock.ZONE)


def test_hours_nobody_can_read_are_refused_with_an_example() -> None:
    with pytest.raises(RuleBroken) as refusal:
        checked_hours("every day until late")
    assert refusal.value.field == "hours"
    assert "09:30-20:00" in str(refusal.value)


def test_nine_cool_places_are_known_and_the_nearest_are_what_measuring_all_gives(city: City) -> None:
    from undercity.places.models import Place
    from undercity.places.queries import nearest_open
    from undercity.science.coordinates import distance_m

    at = datetime(2026, 7, 18, 16, 30, tzinfo=clock.ZONE)
    assert Place.objects.count() == 9
    rows = [place for place in Place.objects.all() if opening(place.hours, at).is_open]

    @hypothesis_settings(max_examples=25)
    @given(some.floats(36.4, 36.9), some.floats(116.7, 117.4))
    def compare(lat: float, lon: float) -> None:
        measured = sorted(distance_m(lat, lon, place.lat, place.lon) for place in rows)[:3]
        assert [one.metres for one in nearest_open(lat, lon, at)] == pytest.approx(measured)

    compare()


def test_a_place_outside_its_district_is_refused(city: City) -> None:
    from undercity.org.queries import directory
    from undercity.places.actions import open_place

    with pytest.raises(RuleBroken) as refusal:
        open_place(key="x", names=[], district=directory().by_key["shizhong"], address_zh="x", lat=31.2, lon=121.5,
                   hours=SEASON, source="test", valid_from=city.at.date())
    assert refusal.value.field == "lat"
