"""What somebody types, found among our own names; coordinates in whatever order, form and datum."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as some

from tests.city import City
from undercity.places.typed import Typed, typed_position, understood
from undercity.science.coordinates import Datum, Finding, distance_m, from_wgs84

INSIDE = (36.655, 117.003)


def in_jinan(lat: float, lon: float) -> bool:
    return 36.0 <= lat <= 37.6 and 116.1 <= lon <= 118.1


SURE = [
    ("纬十二路", "road", "纬十二路"), ("纬十二路25号", "road", "纬十二路"), ("市中区 经四路 12 号", "road", "经四路"),
    ("济南市市中区舜玉路街道英雄山路12号", "road", "英雄山路"), ("趵突泉附近", "spring", "趵突泉"),
    ("Baotu Spring", "spring", "趵突泉"), ("历下", "district", "历下区"), ("四里村街道", "street", "四里村街道"),
    ("千佛山人防工程", "place", "千佛山人防工程（威龙酒窖）"),
    ("初心长廊", "place", "佛慧山人防工程（济南人防初心长廊）"),
    ("经四路纬十二路交叉口", "crossing", "纬十二路与经四路交叉口")]


def test_a_name_is_found_for_sure(city: City) -> None:
    from django.utils import translation

    from undercity.places.gazetteer import is_clear, search

    for asked, kind, label in SURE:
        with translation.override("zh-hans"):
            spots = search(asked)
        assert (spots[0].kind, spots[0].label) == (kind, label), asked
        assert is_clear(spots), asked


def test_several_that_fit_are_offered_and_none_is_taken(city: City) -> None:
    from undercity.places.gazetteer import is_clear, search

    spots = search("经")
    assert len({spot.label for spot in spots}) > 1
    assert not is_clear(spots)
    assert search("") == search("，。") == search("火星基地") == []


def test_a_road_in_a_district_is_pointed_at_where_it_runs_through_it(city: City) -> None:
    from undercity.org.queries import directory
    from undercity.places.gazetteer import search

    book = directory()
    for district in ("shizhong", "lixia"):
        spot = search(book.name(book.by_key[district], "zh", city.at.date()) + "经十路")[0]
        at = book.at(spot.lat, spot.lon)
        assert at is not None
        assert book.by_key[district] in book.line(at)


def test_a_place_is_found_by_its_former_name_and_only_if_it_is_listed(city: City) -> None:
    from undercity.places.gazetteer import search
    from undercity.places.models import Place, PlaceName

    place = Place.objects.get(key="cool-anda")
    PlaceName.objects.create(place=place, zh="旧日梧桐地下街", en="Old Paulownia Arcade", valid_to="2010-01-01")
    assert search("梧桐地下街")[0].key == "cool-anda"
    Place.objects.filter(pk=place.pk).update(listed=False)
    assert [spot for spot in search("梧桐地下街") if spot.kind == "place"] == []


@pytest.mark.parametrize(("text", "lat", "lon"), [
    ("36.655,117.003", 36.655, 117.003), ("36.655 117.003", 36.655, 117.003),
    ("３６．６５５，１１７．００３", 36.655, 117.003),
    ("北纬36.655 东经117.003", 36.655, 117.003), ("东经117.003，北纬36.655", 36.655, 117.003),
    ("36.655N 117.003E", 36.655, 117.003), ("36°39'18\"N 117°0'10.8\"E", 36.655, 117.003),
    ("geo:36.655,117.003", 36.655, 117.003),
    ("https://www.openstreetmap.org/?mlat=36.655&mlon=117.003#map=17/1/2", 36.655, 117.003)])
def test_two_numbers_are_a_position_however_they_are_written(text: str, lat: float, lon: float) -> None:
    found = typed_position(text)
    assert found is not None
    assert (found.lat, found.lon) == pytest.approx((lat, lon))


@pytest.mark.parametrize("text", ["", "经四路12号", "12号楼3单元", "12 3", "36.655", "1,2,3", "二环东路 36"])
def test_a_house_number_is_no_position(text: str) -> None:
    assert typed_position(text) is None


@given(some.floats(36.2, 37.4), some.floats(116.3, 117.9), some.sampled_from(list(Datum)), some.booleans())
def test_what_a_map_gives_comes_back_to_where_it_was(lat: float, lon: float, datum: Datum, swapped: bool) -> None:
    moved = from_wgs84(lat, lon, datum)
    read = understood(Typed(*(moved[::-1] if swapped else moved), datum=None), in_jinan, datum)
    assert read.finding is (Finding.SWAPPED if swapped else Finding.FINE)
    assert read.position is not None
    assert distance_m(lat, lon, *read.position) < 0.01


@pytest.mark.parametrize(("link", "datum"), [
    ("https://uri.amap.com/marker?position={lon},{lat}&coordinate=gaode", Datum.GCJ02),
    ("https://api.map.baidu.com/marker?location={lat},{lon}&coord_type=bd09ll", Datum.BD09),
    ("https://apis.map.qq.com/uri/v1/marker?marker=coord:{lat},{lon};title:x", Datum.GCJ02)])
def test_a_link_out_of_a_map_tells_its_own_datum(link: str, datum: Datum) -> None:
    lat, lon = from_wgs84(*INSIDE, datum)
    typed = typed_position(link.format(lat=lat, lon=lon))
    assert typed is not None
    assert typed.datum is datum
    read = understood(typed, in_jinan, Datum.WGS84)
    assert read.position is not None
    assert distance_m(*INSIDE, *read.position) < 1


@given(some.text(max_size=40))
def test_any_text_is_read_or_left_alone(text: str) -> None:
    found = typed_position(text)
    assert found is None or isinstance(understood(found, in_jinan), object)
