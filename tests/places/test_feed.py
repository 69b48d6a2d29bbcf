"""The feed of changes: valid after RFC 4287, in order, and silent about what is not listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID
from xml.etree import ElementTree

import pytest
from django.test import Client

from tests.city import City
from undercity import clock
from undercity.places import news
from undercity.places.news import Told

FEED = "/feeds/places.atom"
ATOM = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")


def feed(language: str = "zh-hans") -> ElementTree.Element:
    answer = Client().get(FEED, headers={"accept-language": language})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.content)


def entries(language: str = "zh-hans") -> list[tuple[str, str]]:
    """Kind and title of each entry."""
    return [(one.find(f"{ATOM}category").attrib["term"], one.findtext(f"{ATOM}title", ""))  # type: ignore[union-attr]
            for one in feed(language).iter(f"{ATOM}entry")]


@pytest.fixture
def closings(looked_at: City) -> Iterator[None]:
    """A room that tells of closings: one at a listed place, one at a place that is not, one still to come."""
    from undercity.places.models import Place

    hidden = Place.objects.get(key="cool-anda")
    Place.objects.filter(pk=hidden.pk).update(listed=False)
    shown = Place.objects.get(key="cool-foshui")
    at = clock.now() - timedelta(hours=1)

    def source(_now: datetime, _limit: int) -> list[Told]:
        return [Told(shown.pk, "closed", at, f"{news.NAME} 暂停开放 100%\x07<雨>", "1"),
                Told(hidden.pk, "closed", at, f"{news.NAME} 金丝雀", "2"),
                Told(shown.pk, "closed", at + timedelta(days=2), "还没有发生", "3")]

    news.register(source)
    yield
    news.leave(source)


def test_the_feed_has_what_the_standard_demands(looked_at: City) -> None:
    top = feed()
    assert top.tag == f"{ATOM}feed"
    one_of = {name: top.findall(f"{ATOM}{name}") for name in ("id", "title", "updated", "author")}
    assert {name: len(found) for name, found in one_of.items()} == dict.fromkeys(one_of, 1)
    assert top.findtext(f"{ATOM}author/{ATOM}name")
    links = {one.attrib["rel"]: one.attrib["href"] for one in top.findall(f"{ATOM}link")}
    assert links == {"self": f"http://testserver{FEED}", "alternate": "http://testserver/places/"}
    seen = [top.findtext(f"{ATOM}id")]
    for entry in top.iter(f"{ATOM}entry"):
        for name in ("id", "title", "updated", "summary"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1
        assert len(entry.findall(f"{ATOM}link[@rel='alternate']")) == 1
        assert RFC3339.match(entry.findtext(f"{ATOM}updated", ""))
        seen.append(entry.findtext(f"{ATOM}id"))
        assert Client().get(entry.find(f"{ATOM}link").attrib["href"]).status_code == 200  # type: ignore[union-attr]
    assert all(one is not None and UUID(one.removeprefix("urn:uuid:")).version == 5 for one in seen)
    assert len(set(seen)) == len(seen) == 10


def test_places_that_came_and_were_renamed_are_told_newest_first(looked_at: City) -> None:
    from undercity.places.models import Place, PlaceName

    place = Place.objects.get(key="cool-yinzuo")
    place.names.update(valid_to=date(2026, 6, 1))
    PlaceName.objects.create(place=place, zh="银座清凉广场", en="Yinzuo Cool Plaza", valid_from=date(2026, 6, 1))
    PlaceName.objects.create(place=place, zh="明年的名字", en="Next year's", valid_from=date(2027, 1, 1))
    told = entries()
    assert told[0] == ("renamed", "现名：银座清凉广场")
    assert ("opened", "新增场所：马鞍山路银座购物广场") in told
    assert entries("en")[0] == ("renamed", "Now called Yinzuo Cool Plaza")
    assert "明年" not in str(told)
    moments = [one.text for one in feed().iter(f"{ATOM}updated")]
    assert moments[0] == moments[1] == "2026-06-01T00:00:00+08:00"
    assert moments[1:] == sorted(moments[1:], reverse=True)  # type: ignore[type-var]


@pytest.mark.usefixtures("closings")
def test_what_a_room_tells_is_told_of_listed_places_only_and_when_it_happened() -> None:
    told = entries()
    assert told[0] == ("closed", "佛慧山人防工程（济南人防初心长廊） 暂停开放 100%\ufffd<雨>")
    assert "金丝雀" not in str(told)
    assert "还没有发生" not in str(told)
    assert "安大" not in str(told)


def test_an_id_stays_when_the_site_moves_and_the_language_changes(looked_at: City, settings: object) -> None:
    def ids(**headers: str) -> list[str | None]:
        return [one.findtext(f"{ATOM}id") for one in ElementTree.fromstring(
            Client(headers=headers).get(FEED).content).iter(f"{ATOM}entry")]

    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    assert ids() == ids(host="elsewhere.example", **{"accept-language": "en"})


def test_a_reader_that_has_it_gets_no_second_one(looked_at: City) -> None:
    first = Client().get(FEED)
    for header, value in (("if-none-match", first.headers["ETag"]),
                          ("if-modified-since", first.headers["Last-Modified"])):
        again = Client().get(FEED, headers={header: value})
        assert (again.status_code, again.content) == (304, b""), header
    assert first.headers["Last-Modified"] == "Fri, 20 Jun 2025 16:00:00 GMT"
    assert Client().post(FEED).status_code == 405


def test_a_city_without_places_has_an_empty_feed(looked_at: City) -> None:
    from undercity.places.models import Place

    Place.objects.update(listed=False)
    assert entries() == []
    assert RFC3339.match(feed().findtext(f"{ATOM}updated", ""))


def test_pages_lead_to_the_feed(looked_at: City) -> None:
    for path in ("/places/", "/places/cool-foshui/"):
        page = Client().get(path).content.decode()
        assert '<link rel="alternate" type="application/atom+xml"' in page
        assert f'href="{FEED}"' in page
