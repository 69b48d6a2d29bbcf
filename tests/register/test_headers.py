"""Which column is which: headers of one row and of two, under titles, in brackets, in any order."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as some

from undercity.register.rules.headers import datum_of, find_head, fingerprint, guess, plain
from undercity.science.coordinates import Datum

pytestmark = pytest.mark.once
KNOWN = {"place.name_zh": ["工程名称", "名称"], "place.lat": ["纬度"], "place.lon": ["经度"],
         "work.way_lon": ["主出入口经度"], "work.way_lat": ["主出入口纬度"], "work.area_m2": ["建筑面积"]}


def test_the_headers_are_found_below_titles_and_notes() -> None:
    rows = [["济南市工程台账"], ["填报单位", None, "2026年"], ["序号", "工程名称（全称）", "经 度", "纬度"],
            [1, "某工程", 117.0, 36.6]]
    found = find_head(rows, KNOWN)
    assert found is not None
    assert (found.row, found.below) == (2, 3)
    assert guess(found.headers, KNOWN) == {"place.name_zh": 1, "place.lon": 2, "place.lat": 3}


def test_two_rows_of_headers_under_merged_groups_are_one() -> None:
    rows = [["台账"], ["名称", "主出入口", None, "建筑面积"], [None, "经度", "纬度", None],
            ["某工程", 117.0, 36.6, 100]]
    found = find_head(rows, KNOWN, [((0, 0), (0, 3)), ((1, 1), (1, 2)), ((1, 0), (2, 0)), ((1, 3), (2, 3))])
    assert found is not None
    assert (found.headers, found.below) == (["名称", "主出入口经度", "主出入口纬度", "建筑面积"], 3)


def test_a_group_that_makes_no_other_column_leaves_its_own_name() -> None:
    rows = [["名称", "位置", None], [None, "经度", "纬度"], ["某工程", 117.0, 36.6]]
    found = find_head(rows, KNOWN, [((0, 1), (0, 2)), ((0, 0), (1, 0))])
    assert found is not None
    assert guess(found.headers, KNOWN) == {"place.name_zh": 0, "place.lon": 1, "place.lat": 2}


def test_a_sheet_without_a_known_header_has_none() -> None:
    assert find_head([["甲", "乙"], [1, 2]], KNOWN) is None


@pytest.mark.parametrize(("header", "same"), [("建筑面积（㎡）", "建筑面积"), ("* 工程名称：", "工程名称"),
                                              ("经　度", "经度"), ("Name [zh]", "name"),
                                              ("建 筑 面 积 (m2)", "建筑面积")])
def test_headers_are_compared_without_their_trimmings(header: str, same: str) -> None:
    assert plain(header) == same


def test_the_usual_name_wins_and_each_column_counts_once() -> None:
    assert guess(["名称", "工程名称", "名称"], KNOWN) == {"place.name_zh": 1}


@given(some.permutations(["工程名称", "经度", "纬度", "建筑面积", ""]))
def test_a_set_of_headers_has_one_fingerprint(headers: list[str]) -> None:
    assert fingerprint(headers) == fingerprint(["工程名称", "经度", "纬度", "建筑面积"])


@pytest.mark.parametrize(("headers", "datum"), [
    (["经度（GCJ-02）", "纬度"], Datum.GCJ02), (["百度经度", "百度纬度"], Datum.BD09), (["经度(WGS84)"], Datum.WGS84),
    (["高德经度"], Datum.GCJ02), (["经度", "纬度"], None), (["百度经度", "高德纬度"], None)])
def test_what_headers_say_of_positions(headers: list[str], datum: Datum | None) -> None:
    assert datum_of(headers) is datum
