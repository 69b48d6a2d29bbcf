"""The faces of the site: how heavy they are, what they need, who sees which menu, and that every component is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from tests.city import City
from undercity import clock
from undercity.org.powers import THE_CITIZEN, Actor
from undercity.site.middleware import policy
from undercity.site.navigation import menu

PORTAL_BYTES = 50_000
STYLE_BYTES = 28_000
# Made by the map's script, or said by the body; a page cannot show them by itself.
BY_SCRIPT = {"live", "stage-map", "place-name", "pin-number", "far", "fine", "on", "leaflet-bar"}
BY_SURROUNDINGS = {"portal", "wide"}
# Said by pages whose pins the component page has none of.
BY_PINS = {"pin", "case", "shut-pin", "unlisted", "count", "link", "below"}


def style() -> str:
    with open(str(finders.find("undercity/site.css")), encoding="utf-8") as file:
        return file.read()


@pytest.fixture
def afternoon(city: City) -> Iterator[City]:
    """The city at a time when its cool places are open."""
    with clock.standing_at(datetime(2026, 7, 18, 16, 30, tzinfo=clock.ZONE)):
        yield city


def signed_in(city: City, role: str) -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=city.post(role).person))
    return client


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_portals_first_screen_is_light_and_asks_once(language: str, city: City) -> None:
    answer = Client().get("/", headers={"Accept-Language": language})
    page = answer.content.decode()
    assert len(answer.content) + len(style().encode()) < PORTAL_BYTES
    assert len(style().encode()) < STYLE_BYTES
    assert len(re.findall(r"<link[^>]*stylesheet", page)) == 1
    assert "url(" not in style().replace("url(#", "")
    assert "@import" not in style()
    # What script there is waits until the page is read.
    assert re.findall(r"<script(?![^>]* defer>)", page) == []


def test_the_portal_says_where_until_when_and_how_far(afternoon: City) -> None:
    page = Client().get("/?near=silicun").content.decode()
    assert "经十一路英雄山人防商城" in page
    assert "20:00" in page
    assert "步行约" in page
    assert 'href="/report/"' in page


@pytest.mark.parametrize(("question", "said"), [
    ("lat=x&lon=117", "无法识别"), ("lat=36.65", "无法识别"), ("lat=nan&lon=117", "不是"), ("lat=999&lon=117", "不是"),
    ("lat=31.2&lon=121.5", "城市之外|不在|之外"), ("lat=36.65&lon=117&datum=moon", "无法识别")])
def test_a_position_that_is_none_gets_words_and_the_page_stays(question: str, said: str, afternoon: City) -> None:
    answer = Client().get(f"/?{question}")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert re.search(said, re.search(r'role="alert">([^<]*)<', page)[1])  # type: ignore[index]
    assert "经十一路英雄山人防商城" in page


def test_a_position_of_a_chinese_phone_is_brought_to_wgs_84(afternoon: City) -> None:
    from undercity.science.coordinates import Datum, from_wgs84

    lat, lon = from_wgs84(36.644, 117.005, Datum.GCJ02)
    page = Client().get(f"/?lat={lat}&lon={lon}&datum=gcj02").content.decode()
    assert re.search(r"步行约</dt><dd>1 ", page)


def test_at_night_the_portal_says_what_opens_next(city: City) -> None:
    with clock.standing_at(datetime(2026, 7, 18, 3, tzinfo=clock.ZONE)):
        page = Client().get("/?near=silicun").content.decode()
    assert "2026-07-18 09:00" in page
    assert "佛慧山" in page
    with clock.standing_at(datetime(2026, 12, 1, 19, tzinfo=clock.ZONE)):
        assert "2026-12-02 09:00" in Client().get("/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/find/", "/find/?at=zzzz", "/find/map/", "/places/", "/map/",
                                  "/map/?layer=below", "/map/?cell=86318b38fffffff", "/report/", "/about/",
                                  "/components/"])
def test_an_empty_city_makes_sense(path: str) -> None:
    from undercity.org import directory

    directory.forget()
    try:
        answer = Client().get(path)
    finally:
        directory.forget()
    assert answer.status_code == (422 if "at=z" in path else 200)
    assert "<h1" in answer.content.decode()


def test_the_view_is_kept_and_goes_back_to_its_page_only_on_this_site() -> None:
    client = Client()
    answer = client.post("/view/", {"theme": "dark", "next": "/about/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/about/")
    assert client.post("/view/", {"type": "large", "next": "//elsewhere.example/"}).headers["Location"] == "/"
    assert client.cookies["theme"].value == "dark"
    assert client.cookies["type"]["httponly"]


@pytest.mark.django_db
def test_the_view_shows_on_every_page_and_nonsense_is_refused() -> None:
    client = Client()
    client.post("/view/", {"theme": "dark", "type": "large"})
    page = client.get("/about/").content.decode()
    assert 'data-theme="dark" data-type="large"' in page
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/about/").content.decode()
    assert client.post("/view/", {"theme": "pink"}).status_code == 422
    assert client.get("/view/").status_code == 405


def test_the_menu_is_the_actors_own_and_names_the_page(city: City) -> None:
    def names(actor: Actor, path: str = "/") -> list[str]:
        return [entry.name for entry in menu(actor, path)]

    assert names(THE_CITIZEN)[:3] == ["report", "places", "map"]
    assert "outbox" in names(city.post("administrator"))
    assert "outbox" not in names(city.post("shift_lead"))
    assert {"desk", "cases", "map", "report"} <= set(names(city.post("shift_lead")))
    marked = [(entry.name, entry.current) for entry in menu(city.post("shift_lead"), "/desk/cases/") if entry.current]
    assert marked == [("cases", "page")]
    marked = [(entry.name, entry.current) for entry in menu(THE_CITIZEN, "/places/cool-foshui/") if entry.current]
    assert marked == [("places", "true")]


def test_a_page_of_an_officer_has_his_menu_and_a_citizens_has_not(city: City) -> None:
    lead = signed_in(city, "shift_lead").get("/about/").content.decode()
    assert 'href="/desk/cases/"' in lead
    assert 'href="/desk/cases/"' not in Client().get("/about/").content.decode()


def test_every_component_of_the_stylesheet_is_shown(city: City) -> None:
    text = re.sub(r"/\*.*?\*/", "", style(), flags=re.DOTALL)
    # Numbers with a point are no classes, nor is what stands between braces.
    classes = set(re.findall(r"\.([a-z][a-z-]*)", re.sub(r"\{[^{}]*\}", " ", text)))
    page = Client().get("/components/").content.decode()
    shown = {word for words in re.findall(r'class="([^"]*)"', page) for word in words.split()}
    assert sorted(classes - shown - BY_SCRIPT - BY_SURROUNDINGS - BY_PINS - {"who"}) == []
    assert classes >= {"card", "light", "split", "tabs", "board", "kpi", "chain"}


def test_the_footer_says_only_what_is_set(settings: Any, db: None) -> None:
    assert "主办单位" not in Client().get("/about/").content.decode()
    settings.FOOTER = {"host": "某市某局", "icp": "", "police": "", "code": "3701000001"}
    page = Client().get("/about/").content.decode()
    assert "主办单位 某市某局" in page
    assert "3701000001" in page


def test_a_tile_server_may_send_pictures_and_nothing_else() -> None:
    assert "img-src 'self' data:;" in policy("")
    allowed = policy("https://{s}.tiles.example/{z}/{x}/{y}.png")
    assert "img-src 'self' data: https://*.tiles.example;" in allowed
    assert allowed.count("tiles.example") == 1
    assert settings.MAP["tiles"] == ""
