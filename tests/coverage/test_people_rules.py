"""A file of population figures: what is understood, and what is told by row and column."""

from __future__ import annotations

import h3
import pytest

from undercity.coverage.people_rules import Reading, read

pytestmark = pytest.mark.once
HERE = (36.655, 117.003)
CELLS = sorted(h3.grid_disk(h3.latlng_to_cell(*HERE, 9), 1))
ABROAD = h3.latlng_to_cell(48.85, 2.35, 9)


def inside(lat: float, lon: float) -> int | None:
    return 7 if abs(lat - 36.65) < 0.5 and abs(lon - 117) < 0.5 else None


def of(text: str, resolution: int = 9) -> Reading:
    return read(text.encode(), resolution, inside)


def told(found: Reading) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in found.faults]


def test_a_plain_table_is_read_with_its_totals() -> None:
    found = of(f"cell,people,elderly\n{CELLS[0]},120,30\n{CELLS[1]},80.5,20\n\n")
    assert told(found) == []
    assert [(one.cell, one.people, one.elderly, one.territory) for one in found.cells] == [
        (h3.str_to_int(CELLS[0]), 120.0, 30.0, 7), (h3.str_to_int(CELLS[1]), 80.5, 20.0, 7)]
    assert (found.people, found.elderly, found.rows) == (200.5, 50.0, 2)


@pytest.mark.parametrize("text", [
    "\ufeff单元;常住人口\n{0};１２０\n", "H3\tPopulation\n{0}\t120\n", 'cell,people\n{0},"120"\n',
    "人口，单元\n120，{0}\n", "cell,people\n" + str(h3.str_to_int(CELLS[0])) + ",120\n"])
def test_headers_in_chinese_other_marks_and_wide_digits_are_understood(text: str) -> None:
    found = of(text.format(CELLS[0]))
    assert (told(found), found.people) == ([], 120.0)


def test_an_older_spreadsheets_encoding_is_understood() -> None:
    found = read(f"单元,人口\n{CELLS[0]},7\n".encode("gb18030"), 9, inside)
    assert (told(found), found.people) == ([], 7.0)


@pytest.mark.parametrize(("row", "column"), [
    ("nonsense,5", "cell"), (f"{h3.cell_to_parent(CELLS[0], 8)},5", "cell"), (f"{ABROAD},5", "cell"),
    (f"{CELLS[0]},-1", "people"), (f"{CELLS[0]},many", "people"), (f"{CELLS[0]},", "people"),
    (f"{CELLS[0]},999999", "people"), (f"{CELLS[0]},5,9", "elderly"), (f"{CELLS[0]},5,-1", "elderly"),
    (f'{CELLS[0]},"1,5"', "people"), (f"{CELLS[0]},nan", "people"), (f"{CELLS[0]},inf", "people")])
def test_each_fault_names_its_row_and_column(row: str, column: str) -> None:
    found = of(f"cell,people,elderly\n{CELLS[1]},10,1\n{row}\n")
    assert told(found) == [(3, column)]
    assert found.people == 10.0
    assert all(fault.remedy for fault in found.faults)


def test_thousands_may_be_marked() -> None:
    assert of(f'cell,people\n{CELLS[0]},"1,234.5"\n').people == 1234.5


def test_a_cell_may_stand_there_once() -> None:
    found = of(f"cell,people\n{CELLS[0]},5\n{CELLS[0]},6\n")
    assert told(found) == [(3, "cell")]
    assert found.people == 5.0


@pytest.mark.parametrize("text", ["", "cell\nx\n", "a,b\n1,2\n", "cell,people\n", "lat,people\n1,2\n"])
def test_a_file_without_what_is_needed_is_told_as_a_whole(text: str) -> None:
    found = of(text)
    assert found.cells == []
    assert len(found.faults) == 1
    assert found.faults[0].row < 2


def test_bytes_that_are_no_text_are_told() -> None:
    assert len(read(b"\x00\x01\xff\xfe" * 20, 9, inside).faults) == 1


def test_points_are_added_up_by_cell() -> None:
    lat, lon = h3.cell_to_latlng(CELLS[0])
    found = of(f"lat,lon,population\n{lat},{lon},10.25\n{lat + 1e-5},{lon},5\n{lat},{lon},0\n")
    assert told(found) == []
    assert [(one.cell, one.people) for one in found.cells] == [(h3.str_to_int(CELLS[0]), 15.25)]


@pytest.mark.parametrize(("row", "column"), [("48.85,2.35,5", "lat"), ("117.0,36.6,5", "lat"), ("x,117,5", "lat"),
                                             ("36.6,117.0,-5", "people")])
def test_points_that_cannot_be_are_told(row: str, column: str) -> None:
    assert told(of(f"lat,lon,people\n{row}\n")) == [(2, column)]


def test_the_total_of_points_is_the_total_of_cells() -> None:
    rows = [(36.60 + i * 0.003, 116.95 + j * 0.004, i + j + 0.5) for i in range(12) for j in range(12)]
    found = of("lat,lon,people\n" + "\n".join(f"{lat},{lon},{people}" for lat, lon, people in rows))
    assert found.people == sum(people for _lat, _lon, people in rows)
