"""Unit grids: what a file must be before any of it is stored, dated versions, and whose a point is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings as hypothesis_settings, strategies as st
from shapely.geometry import Point, box, mapping, shape

from tests.city import SPOT, City
from undercity.errors import RuleBroken
from undercity.places.grid_rules import Known, read

KNOWN = Known(frozenset({"370103"}), frozenset({"370103901"}), frozenset({"inspector-1", "inspector-2"}),
              lambda lat, lon: 36 < lat < 37 and 116 < lon < 118)
SIDE = 0.001


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def feature(number: int, row: int, column: int, **more: Any) -> dict[str, Any]:
    """A grid of about 100 m in a net of rows from the north and columns from the west."""
    west, north = 117 + column * SIDE, 36.65 - row * SIDE
    return {"type": "Feature", "geometry": mapping(box(west, north - SIDE, west + SIDE, north)),
            "properties": {"code": f"370103901001{number:03}", "responsibility": "一号责任网格",
                           "inspector": "inspector-1", **more}}


def net(rows: int = 3, columns: int = 3) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [
        feature(row * columns + column + 1, row, column) for row in range(rows) for column in range(columns)]}


def faults(collection: Any, tolerance: float = 10) -> list[str]:
    return [str(one) for one in read(collection, KNOWN, tolerance_m2=tolerance).faults]


def test_a_whole_net_has_no_fault() -> None:
    found = read(net(), KNOWN, tolerance_m2=10)
    assert (found.faults, found.warnings, len(found.cells)) == ([], [], 9)


@pytest.mark.parametrize(("where", "value", "said"), [
    ("code", "37010390100100", "15 digits"), ("code", "37010390100１００１", "15 digits"),
    ("code", "990103901001001", "no district"), ("code", "370103901001002", "has this code already"),
    ("inspector", "nobody", "inspector-1, inspector-2"), ("inspector", "inspector-2", "one inspector"),
    ("responsibility", "", "missing or too long"), ("responsibility", "长" * 61, "missing or too long")])
def test_a_wrong_property_names_feature_property_and_remedy(where: str, value: str, said: str) -> None:
    wrong = net()
    wrong["features"][-1]["properties"][where] = value
    told = faults(wrong)
    assert len(told) == 1
    assert "feature 9" in told[0]
    assert f": {where}: " in told[0]
    assert said in told[0]


@pytest.mark.parametrize(("geometry", "said"), [
    (None, "no polygon"), ({"type": "Point", "coordinates": [117, 36.6]}, "no polygon"),
    ({"type": "Polygon", "coordinates": "x"}, "cannot be read"),
    ({"type": "Polygon", "coordinates": [[[117, "a"], [117.1, 36.6], [117, 36.7], [117, "a"]]]}, "cannot be read"),
    ({"type": "Polygon", "coordinates": []}, "it is empty"),
    (mapping(shape({"type": "Polygon", "coordinates": [[[117, 36.6], [117.1, 36.7], [117.1, 36.6], [117, 36.7],
                                                        [117, 36.6]]]})), "not valid"),
    (mapping(box(36.6, 117, 36.7, 117.1)), "swapped"), (mapping(box(10, 10, 11, 11)), "outside the city")])
def test_a_wrong_geometry_says_what_it_is(geometry: Any, said: str) -> None:
    wrong = net()
    wrong["features"][4]["geometry"] = geometry
    told = faults(wrong)
    assert len(told) == 1
    assert said in told[0]


@pytest.mark.parametrize("given", [None, [], {}, {"features": []}, {"features": "x"}, 7])
def test_what_is_no_collection_is_said_to_be_none(given: Any) -> None:
    assert "FeatureCollection" in faults(given)[0]


def test_rubbish_as_a_feature_is_a_fault_of_that_feature() -> None:
    assert all("feature 1" in one for one in faults({"features": [7]}))


def test_a_hole_is_told_with_place_and_size() -> None:
    holed = net()
    del holed["features"][4]
    told = faults(holed)
    assert len(told) == 1
    assert "36.648" in told[0]
    assert 9500 < int(told[0].split("covers ")[1].split(" ")[0]) < 10500


def test_a_slit_open_to_the_outside_is_a_gap_and_a_bay_is_the_edge() -> None:
    slit, bay = net(), net()
    # The middle column ends 5 m before the east one, from north to south.
    for index in (1, 4, 7):
        west, south, _east, north = shape(slit["features"][index]["geometry"]).bounds
        slit["features"][index]["geometry"] = mapping(box(west, south, west + SIDE * 0.945, north))
    del bay["features"][1]
    assert any("No grid covers" in one for one in faults(slit))
    assert faults(bay) == []


def test_an_overlap_is_told_with_both_codes_and_its_size() -> None:
    wide = net()
    west, south, east, north = shape(wide["features"][0]["geometry"]).bounds
    wide["features"][0]["geometry"] = mapping(box(west, south, east + SIDE / 2, north))
    told = faults(wide)
    assert len(told) == 1
    assert "370103901001001" in told[0]
    assert "370103901001002" in told[0]
    assert faults(wide, tolerance=6000) == []


def test_an_odd_order_is_a_warning_only() -> None:
    odd = net()
    one, other = odd["features"][0]["properties"], odd["features"][1]["properties"]
    one["code"], other["code"] = other["code"], one["code"]
    found = read(odd, KNOWN, tolerance_m2=10)
    assert found.faults == []
    assert [warning.field for warning in found.warnings] == ["code"]


@given(rows=st.integers(1, 5), columns=st.integers(1, 5), lost=st.integers(0, 24))
@hypothesis_settings(max_examples=25, deadline=None)
def test_gaps_are_exactly_the_cells_lost_inside(rows: int, columns: int, lost: int) -> None:
    whole = net(rows, columns)
    row, column = divmod(lost % (rows * columns), columns)
    inside = 0 < row < rows - 1 and 0 < column < columns - 1
    del whole["features"][row * columns + column]
    assert bool(whole["features"] and faults(whole)) is inside


def test_degrees_of_another_datum_come_out_where_they_belong() -> None:
    from undercity.science.coordinates import Datum, distance_m, from_wgs84

    shifted = deepcopy(net(1, 1))
    outline = shape(shifted["features"][0]["geometry"])
    shifted["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [[
        list(from_wgs84(lat, lon, Datum.GCJ02)[::-1]) for lon, lat in outline.exterior.coords]]}
    cell = read(shifted, KNOWN, tolerance_m2=10, datum=Datum.GCJ02).cells[0]
    assert distance_m(cell.outline.centroid.y, cell.outline.centroid.x, outline.centroid.y, outline.centroid.x) < 1


def test_every_spot_of_the_sample_lies_in_one_grid_of_its_street(city: City) -> None:
    from undercity.org.queries import directory
    from undercity.places.grids import net as net_of

    found, book = net_of(city.at.date()), directory()
    assert found is not None
    assert found.invented
    for body, outline in book.outlines.items():
        if book.cards[body].kind == "street":
            spot = shape(outline).representative_point()
            grid = found.at(spot.y, spot.x)
            assert grid is not None
            assert grid.territory == body
            assert shape(grid.outline).covers(Point(spot.x, spot.y))


def test_a_point_has_an_inspector_and_a_case_keeps_its_grid(city: City) -> None:
    from undercity.ledger.models import Entry
    from undercity.org.models import Post
    from undercity.places.grids import grid_at, inspector_for

    case = city.reported()
    grid, inspector = grid_at(*SPOT, city.at.date()), inspector_for(*SPOT, city.at.date())
    assert grid is not None
    assert inspector is not None
    assert Post.objects.get(pk=inspector.post).role == "inspector"
    assert inspector.appointment is not None
    assert case.unit_grid == grid.code == Entry.objects.get(stream=case.uid, sequence=1).facts["unit_grid"]
    assert inspector_for(1.0, 1.0, city.at.date()) is None
    assert grid_at(*SPOT, date(2020, 1, 1)) is None


def test_a_later_version_leaves_the_earlier_one_for_old_cases(city: City) -> None:
    from undercity.places.actions import load_grids
    from undercity.places.grids import grid_at

    lat, lon = SPOT
    later = {"type": "FeatureCollection", "features": [{
        "type": "Feature", "geometry": mapping(box(lon - SIDE, lat - SIDE, lon + SIDE, lat + SIDE)),
        "properties": {"code": "370103901001999", "responsibility": "新网格", "inspector": ""}}]}
    case = city.reported()
    load_grids(later, valid_from=date(2026, 8, 1), source="测试")
    after, before = grid_at(*SPOT, date(2026, 8, 1)), grid_at(*SPOT, date(2026, 7, 31))
    assert after is not None
    assert before is not None
    assert (after.code, after.post) == ("370103901001999", None)
    assert before.code == case.unit_grid
    with pytest.raises(RuleBroken, match="already"):
        load_grids(later, valid_from=date(2026, 8, 1), source="测试")


def test_a_file_with_one_fault_stores_nothing(city: City, tmp_path: Path, capsys: Any) -> None:
    from undercity.places.models import GridVersion, UnitGrid
    from undercity.site.verbs import run

    wrong = net()
    wrong["features"][0]["properties"]["code"] = "1"
    path, stored = tmp_path / "网格.geojson", UnitGrid.objects.count()
    path.write_text(json.dumps(wrong, ensure_ascii=False), encoding="utf-8")
    assert run(["grid", "load", str(path), "--from", "2026-09-01"]) != 0
    assert run(["grid", "load", str(path), "--check"]) != 0
    told = capsys.readouterr()
    assert "15" in told.out + told.err
    assert (GridVersion.objects.count(), UnitGrid.objects.count()) == (1, stored)
    path.write_text("{", encoding="utf-8")
    assert run(["grid", "load", str(path), "--check"]) != 0
