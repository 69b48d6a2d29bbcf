"""A place's page in the words of schema.org: parsed back, with the hours the rule gives."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client
from hypothesis import given, settings as hypothesis_settings, strategies as some

from tests.city import City
from undercity import clock

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def described(key: str, language: str = "zh-hans") -> dict[str, Any]:
    page = Client().get(f"/places/{key}/", headers={"accept-language": language}).content.decode()
    [block] = BLOCK.findall(page)
    found: dict[str, Any] = json.loads(block)
    return found


def test_a_place_says_what_where_and_what_is_there(looked_at: City) -> None:
    told = described("cool-foshui", "en")
    assert (told["@context"], told["@type"]) == ("https://schema.org", "Place")
    assert told["name"] == "Foshui Hill works (Gallery of the Founding Aspiration)"
    assert told["alternateName"] == ["佛慧山人防工程（济南人防初心长廊）"]
    assert told["url"] == "http://testserver/places/cool-foshui/"
    assert told["geo"] == {"@type": "GeoCoordinates", "latitude": 36.6285, "longitude": 117.039}
    assert {"addressCountry": "CN", "addressLocality": "Lixia District"}.items() <= told["address"].items()
    assert {"@type": "LocationFeatureSpecification", "name": "first aid", "value": True} in told["amenityFeature"]
    assert len(told["amenityFeature"]) >= 11
    assert described("cool-foshui")["address"]["addressRegion"] == "济南市"


def test_hours_of_a_season_are_one_line_and_end_with_it(looked_at: City) -> None:
    spec = {"@type": "OpeningHoursSpecification", "opens": "09:30", "closes": "20:00"}
    assert described("cool-yingxiongshan")["openingHoursSpecification"] == [
        {**spec, "validFrom": "2026-07-17", "validThrough": "2026-08-13"}]
    with clock.standing_at(datetime(2026, 8, 30, 12, tzinfo=clock.ZONE)):
        assert described("cool-yingxiongshan")["openingHoursSpecification"] == [
            {**spec, "validFrom": "2026-08-30", "validThrough": "2026-08-31"},
            {**spec, "opens": "00:00", "closes": "00:00", "validFrom": "2026-09-01", "validThrough": "2026-09-26"}]


def test_words_of_a_place_cannot_end_the_block(looked_at: City) -> None:
    from undercity.places.models import PlaceName

    evil = "</script><script>alert(1)</script><!-- & \u2028"
    PlaceName.objects.filter(place__key="cool-foshui").update(zh=evil)
    page = Client().get("/places/cool-foshui/").content.decode()
    assert "<script>alert" not in page
    assert described("cool-foshui")["name"] == evil


def test_a_place_that_is_not_listed_describes_itself_to_nobody(looked_at: City) -> None:
    from undercity.org.models import Person
    from undercity.places.models import Place

    Place.objects.filter(key="cool-foshui").update(listed=False)
    client = Client()
    client.force_login(Person.objects.get(pk=looked_at.post("duty_officer").person))
    page = client.get("/places/cool-foshui/").content.decode()
    assert "佛慧山" in page
    assert "application/ld+json" not in page


HOURS = some.sampled_from(["24/7", "09:00-18:00", "Mo-Fr 08:30-12:00,13:30-17:30; Sa,Su off", "22:00-02:00",
                           "Jun 21-Aug 31 09:30-20:00", "Sa 10:00-24:00", "Mo 06:00-30:00", "off",
                           "Fr 20:00-26:00; Jul 20 off", "00:00-24:00"])


def test_the_days_told_are_the_hours_the_rule_gives(looked_at: City) -> None:
    from undercity.places.linked import DAYS, by_day
    from undercity.places.models import Place
    from undercity.places.queries import found
    from undercity.places.rules import opening

    place = Place.objects.get(key="cool-foshui")

    @hypothesis_settings(max_examples=40)
    @given(HOURS, some.dates(date(2026, 6, 1), date(2026, 9, 30)), some.integers(0, DAYS * 24 * 60 - 1))
    def compare(hours: str, today: date, minute: int) -> None:
        place.hours = hours
        start = datetime(today.year, today.month, today.day, tzinfo=clock.ZONE)
        days = by_day(found(place, start), start)
        moment = start + timedelta(minutes=minute)
        said = False
        for day in (moment.date() - timedelta(days=1), moment.date()):
            for opens, closes in days.get(day, []):
                begins = datetime.fromisoformat(f"{day}T{opens}").replace(tzinfo=clock.ZONE)
                ends = datetime.fromisoformat(f"{day}T{closes}").replace(tzinfo=clock.ZONE)
                ends += timedelta(minutes=1) if closes == "23:59" else timedelta(days=closes <= opens)
                said = said or begins <= moment < ends
        # What began the day before the first is told by nobody.
        if moment >= start + timedelta(days=1):
            assert said is opening(hours, moment).is_open, (hours, moment, days)

    compare()


def test_telephone_room_and_the_way_in_are_told_where_they_are_known(looked_at: City) -> None:
    from undercity.places.models import Place

    Place.objects.filter(key="cool-foshui").update(phone="0531-00000000", capacity=320, step_free="yes",
                                                   invented_facts=[])
    told = described("cool-foshui", "en")
    assert (told["telephone"], told["maximumAttendeeCapacity"]) == ("0531-00000000", 320)
    assert {"@type": "LocationFeatureSpecification", "name": "step-free", "value": True} in told["amenityFeature"]
    made_up = {"invented_facts": ["phone", "capacity", "step_free"]}
    for unsure in (made_up, {"phone": "", "capacity": None, "step_free": "unknown", "invented_facts": []}):
        Place.objects.filter(key="cool-foshui").update(**unsure)
        told = described("cool-foshui", "en")
        assert {"telephone", "maximumAttendeeCapacity"} & set(told) == set()
        assert "step-free" not in str(told)
    assert told["disambiguatingDescription"].startswith("Demonstration")
