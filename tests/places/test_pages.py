"""What the public sees of places, and what only officers see."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from tests.city import City
from undercity import clock


@pytest.fixture
def cellar(city: City) -> str:
    """An invented place that is not listed, beside everything, open day and night."""
    from undercity.org.queries import directory
    from undercity.places.actions import open_place

    open_place(key="yc-001", names=[{"zh": "虚构一号工程", "en": "Invented works 1"}],
               district=directory().by_key["shizhong"], address_zh="虚构路1号", lat=36.648, lon=117.003, hours="24/7",
               source="test", valid_from=city.at.date(), listed=False, invented=True)
    return "yc-001"


def officer(city: City) -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=city.post("keeper").person))
    return client


def test_what_is_not_listed_is_hidden_from_citizens_everywhere(city: City, cellar: str) -> None:
    for path in ("/", "/?lat=36.648&lon=117.003", "/places/", "/map/", "/map/?layer=below"):
        assert "虚构一号工程" not in Client().get(path).content.decode(), path
    assert Client().get(f"/places/{cellar}/").status_code == 404


def test_officers_see_it_with_its_mark(city: City, cellar: str) -> None:
    client = officer(city)
    page = client.get(f"/places/{cellar}/").content.decode()
    assert "虚构一号工程" in page
    assert 'class="badge invented"' in page
    below = client.get("/map/?layer=below").content.decode()
    assert 'data-label="虚构一号工程 · 虚构"' in below
    assert "虚构一号工程" not in client.get("/map/?layer=above").content.decode()


def test_at_night_only_listed_places_are_said_to_open_next(city: City, cellar: str) -> None:
    from undercity.places.queries import nearest_open, next_to_open

    at = datetime(2026, 7, 18, 3, tzinfo=clock.ZONE)
    assert nearest_open(36.648, 117.003, at) == []
    assert [one.place.key for one in nearest_open(36.648, 117.003, at, officer=True)] == [cellar]
    found = next_to_open(36.648, 117.003, at)
    assert [one.place.key for one in found[:1]] == ["cool-foshui"]
    assert found[1].opening.changes_at == at.replace(hour=9, minute=30)
    assert found[1].metres <= found[2].metres  # type: ignore[operator]


def test_a_place_leads_to_other_maps_in_their_own_datum(city: City) -> None:
    from undercity.science.coordinates import Datum, from_wgs84

    page = Client().get("/places/cool-foshui/").content.decode()
    lat, lon = from_wgs84(36.6285, 117.039, Datum.GCJ02)
    assert f"position={lon:.6f},{lat:.6f}" in page
    lat, lon = from_wgs84(36.6285, 117.039, Datum.BD09)
    assert f"location={lat:.6f},{lon:.6f}" in page
    assert 'href="geo:36.6285,117.039"' in page
    assert "每天 09:00" in page
    assert "2025年公布" in page


def test_the_map_is_whole_without_script_and_says_the_same_as_its_list(city: City) -> None:
    page = Client().get("/map/?layer=above&sheet=city").content.decode()
    assert page.count("<circle class=\"pin") == page.count("data-lat=") == 9
    for word in ("黄河", "示意图，不作划界依据"):
        assert word in page
    below = Client().get("/map/?layer=below&sheet=centre").content.decode()
    assert 'class="frame below"' in below
    assert 'class="link"' in below
    assert 'class="link"' not in page


def test_officers_find_their_open_cases_above_ground(city: City) -> None:
    case = city.reported()
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=city.post("shift_lead").person))
    assert case.number in client.get("/map/").content.decode()
    assert case.number not in client.get("/map/?layer=below").content.decode()
    assert case.number not in Client().get("/map/").content.decode()


def test_the_schematic_is_asked_for_again_only_when_it_changed(city: City) -> None:
    first = Client().get("/map/schematic.json")
    assert first["Content-Type"] == "application/geo+json"
    kinds = {one["properties"]["kind"] for one in first.json()["features"]}
    assert kinds >= {"area", "street", "river", "lake", "road", "hill", "spring"}
    again = Client().get("/map/schematic.json", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
