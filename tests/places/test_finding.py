"""The finder's page, the map to tap, what is printed for a door: without script, with every mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.city import City
from undercity import clock
from undercity.places.drawing import SHEETS, around, holding, squares
from undercity.science.coordinates import Datum, distance_m, from_wgs84

AFTERNOON = datetime(2026, 7, 18, 16, 30, tzinfo=clock.ZONE)
NIGHT = datetime(2026, 7, 18, 3, tzinfo=clock.ZONE)


@pytest.fixture
def afternoon(city: City) -> Iterator[City]:
    """The city at a time when its cool places are open."""
    with clock.standing_at(AFTERNOON):
        yield city


def page_of(path: str, status: int = 200, **query: str) -> str:
    answer = Client().get(path, query)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def names(page: str) -> list[str]:
    """The places of the answer, in their order."""
    listed = re.search(r'<ol class="rows numbered card">(.*?)</ol>', page, re.S)
    return re.findall(r'<h3><a href="/places/([^/]+)/">', listed[1]) if listed else []


def test_a_typed_address_leads_to_the_nearest_open_places_with_all_one_needs(afternoon: City) -> None:
    page = page_of("/find/", at="经十一路12号附近英雄山")
    assert names(page)[:2] == ["cool-yingxiongshan", "cool-yinzuo"]
    for word in ("正在开放", "至 20:00", "步行约", "无障碍通行", 'href="tel:0531-00000003"', "虚构", "座椅", "饮用水"):
        assert word in page, word
    assert "从英雄山量起" in page


def test_numbers_are_read_in_any_order_and_datum_and_say_so(afternoon: City) -> None:
    plain = names(page_of("/find/", at="36.644,117.005"))
    assert plain[0] == "cool-yingxiongshan"
    swapped = page_of("/find/", at="117.005 36.644")
    assert names(swapped) == plain
    assert "写反" in swapped
    lat, lon = from_wgs84(36.644, 117.005, Datum.BD09)
    baidu = page_of("/find/", at=f"{lat:.6f},{lon:.6f}", datum="bd09")
    assert 'lat=36.644&amp;lon=117.005' in baidu
    assert re.search(r'datum=bd09" aria-current="true">百度', baidu)


MISTAKES: list[tuple[dict[str, str], str]] = [
    ({"at": "火星基地"}, "没有找到这个地名：火星基地"), ({"at": "31.2304,121.4737"}, "不在本市"),
    ({"at": "136.2,221.5"}, "不是"),
    ({"lat": "x", "lon": "117"}, "无法识别"), ({"lat": "nan", "lon": "117"}, "不是"), ({"lat": "36.6"}, "无法识别"),
    ({"at": "<script>alert(1)</script>"}, "没有找到")]


def test_what_cannot_be_read_is_told_with_what_to_do_and_stays_typed(afternoon: City) -> None:
    for query, said in MISTAKES:
        page = page_of("/find/", 422, **query)
        assert said in re.search(r'role="alert">([^<]*)<', page)[1], query  # type: ignore[index]
        if "at" in query:
            assert unescape(re.search(r'name="at" value="([^"]*)"', page)[1]) == query["at"]  # type: ignore[index]
        assert "<script>alert" not in page


def test_several_that_fit_are_listed_each_with_its_link(afternoon: City) -> None:
    page = page_of("/find/", at="经")
    assert "是指哪一处" in page
    assert names(page) == []
    links = [unescape(link) for link in re.findall(r'<h3><a href="(/find/\?[^"]+)"', page)]
    assert len(links) >= 2
    assert names(Client().get(links[0]).content.decode())


def test_filters_hold_together_and_can_be_taken_off(afternoon: City) -> None:
    page = page_of("/find/", near="silicun", stepfree="1", **{"with": "stage"})
    assert names(page) == ["cool-weishier"]
    assert 'value="stage" checked' in page
    nothing = page_of("/find/", near="silicun", stepfree="1", **{"with": "billiards"})
    assert "没有场所同时具备" in nothing
    assert 'href="/find/?near=silicun"' in nothing
    # Pressing the button again keeps the position.
    assert '<input type="hidden" name="near" value="silicun">' in page


def test_at_night_what_opens_next_is_said(afternoon: City) -> None:
    with clock.standing_at(NIGHT):
        page = page_of("/find/", lat="36.648", lon="117.003")
    assert "此刻没有纳凉点开放" in page
    assert names(page)[0] == "cool-foshui"
    assert "2026-07-18 09:00" in page


def test_the_link_to_pass_on_carries_the_question_rounded_and_answers_the_same(afternoon: City) -> None:
    exact = Client().get("/find/", {"lat": "36.64812345", "lon": "117.00298765", "stepfree": "1"})
    assert (exact.status_code, exact["Location"]) == (302, "/find/?lat=36.648&lon=117.003&stepfree=1")
    page = Client().get(exact["Location"]).content.decode()
    link = unescape(re.search(r'class="code" href="([^"]+)"', page)[1])  # type: ignore[index]
    assert parse_qs(urlsplit(link).query) == {"lat": ["36.648"], "lon": ["117.003"], "stepfree": ["1"]}
    assert names(Client().get(link).content.decode()) == names(page)


def test_nothing_of_a_position_is_logged(afternoon: City, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        page_of("/find/", lat="36.648", lon="117.003")
        page_of("/find/", at="36.64812,117.00312")
        page_of("/find/", 422, at="31.23045,121.47371")
    told = " ".join(str(vars(record)) for record in caplog.records if record.name.startswith("undercity"))
    assert "find" in told
    assert re.findall(r"36\.64|117\.00|31\.23|121\.47", told) == []


def test_two_taps_on_squares_lead_to_a_position_within_three_hundred_metres(afternoon: City) -> None:
    first = page_of("/find/map/", sheet="core")
    squares_of = re.findall(r'<a href="(/find/map/\?[^"]+)" tabindex="-1"><rect', first)
    assert len(squares_of) > 100
    for link in squares_of[::17]:
        closer = Client().get(unescape(link)).content.decode()
        spots = [parse_qs(urlsplit(unescape(found)).query) for found in re.findall(
            r'<a href="(/find/\?[^"]+)" tabindex="-1"><rect', closer)]
        assert spots, link
    sheet = around(36.65, 117.0)
    for square in squares(sheet):
        corner = (square.middle[0] + square.height / sheet.scale / 2, square.middle[1])
        assert distance_m(*square.middle, *corner) < 300
    assert 'href="/find/?near=silicun"' in first


@pytest.mark.parametrize("name", SHEETS)
def test_squares_cover_their_sheet_and_stand_where_they_are_drawn(name: str) -> None:
    sheet = SHEETS[name]
    parts = squares(sheet)
    assert sum(part.width * part.height for part in parts) == pytest.approx(560 * sheet.height, rel=0.01)
    for part in parts:
        x, y = sheet.at(*part.middle)
        assert (x, y) == pytest.approx((part.x + part.width / 2, part.y + part.height / 2), abs=0.4)


def test_a_sheet_holds_what_it_must() -> None:
    for spots in ([(36.6, 117.0)], [(36.6, 117.0), (36.9, 117.01)], [(36.6, 116.5), (36.61, 117.5)]):
        sheet = holding(spots)
        assert all(sheet.holds(*spot) for spot in spots)
        assert 0.5 < sheet.height / 560 < 2


def test_a_poster_and_a_board_say_what_a_door_must(afternoon: City) -> None:
    poster = page_of("/places/cool-yingxiongshan/poster/")
    for word in ("经十一路英雄山人防商城", "要纳凉，到人防", "每天 09:30", "<svg", "http://testserver/places/cool-yingxiongshan/"):
        assert word in poster, word
    board = page_of("/places/cool-yingxiongshan/flood-board/")
    for word in ("防汛责任公示牌", "商城工程管护人", "人防商城管理公司", "0531-0000 0103", "撤离路线",
                 "走1至6号楼梯", "虚构", "<svg"):
        assert word in board, word
    assert Client().get("/places/no-such/poster/").status_code == 404
    assert 'href="/places/cool-yingxiongshan/poster/"' in page_of("/places/cool-yingxiongshan/")


def test_paper_names_the_address_of_the_site_where_that_is_set(afternoon: City, settings: object) -> None:
    settings.SITE_ADDRESS = "https://city.example.cn"  # type: ignore[attr-defined]
    assert "https://city.example.cn/places/cool-foshui/" in page_of("/places/cool-foshui/poster/")


def test_a_board_without_a_number_is_refused(afternoon: City) -> None:
    from undercity.errors import RuleBroken
    from undercity.org.models import Post
    from undercity.org.queries import directory
    from undercity.places.actions import hang_board
    from undercity.places.models import FloodBoard, Place

    place, post = Place.objects.get(key="cool-anda"), Post.objects.get(key="keeper-2")
    given = {"keeper": directory().by_key["op-mall"], "post": post, "valid_from": AFTERNOON.date(), "source": "test"}
    with pytest.raises(RuleBroken) as refusal:
        hang_board(place, phone_24h=" ", way_out_zh="向上", **given)
    assert refusal.value.field == "phone_24h"
    hang_board(place, phone_24h="0531-0000 9999", way_out_zh="向上", **given)
    assert FloodBoard.objects.get(place=place).phone_24h == "0531-0000 9999"


def test_a_place_without_a_board_says_so(afternoon: City) -> None:
    from undercity.places.models import FloodBoard

    FloodBoard.objects.all().delete()
    assert "还没有防汛责任公示牌" in page_of("/places/cool-foshui/flood-board/", 404)
    assert "flood-board" not in page_of("/places/cool-foshui/")


def test_large_type_and_the_view_for_weak_eyes_are_chosen_and_kept(afternoon: City) -> None:
    client = Client()
    for choice, sheets in (("large", 1), ("sight", 2), ("normal", 1)):
        answer = client.post("/view/", {"type": choice, "next": "/find/"})
        assert (answer.status_code, answer["Location"]) == (302, "/find/")
        page = client.get("/find/").content.decode()
        assert (f'data-type="{choice}"' in page) is (choice != "normal")
        assert len(re.findall(r'rel="stylesheet"', page)) == sheets
    assert client.post("/view/", {"type": "huge"}).status_code == 422
