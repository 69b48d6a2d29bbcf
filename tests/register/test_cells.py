"""What a cell says: every way offices write a number, a day, a position; and what is not guessed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, strategies as some

from undercity.register.rules import cells

pytestmark = pytest.mark.once
WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
DAYS = some.dates(date(1950, 1, 1), date(2098, 12, 31))


@given(some.integers(0, 9_999_999), some.sampled_from(["", "㎡", " 平方米", "m²", "立方米", "人", "台"]),
       some.booleans(), some.booleans())
def test_a_whole_number_is_read_in_every_dress(number: int, unit: str, wide: bool, grouped: bool) -> None:
    said = f"{number:,}" if grouped else str(number)
    said = (said.translate(WIDE) if wide else said) + unit
    assert cells.whole(0, 10_000_000)(said) == number
    assert cells.whole(0, 10_000_000)(float(number)) == number


@given(some.decimals(-50, 5000, places=2), some.booleans())
def test_a_number_is_read_as_it_is_written(number: Any, wide: bool) -> None:
    said = str(number).translate(WIDE) if wide else str(number)
    assert cells.number(-100, 10_000, 2)(said) == pytest.approx(float(number))


@pytest.mark.parametrize(("said", "number"), [("三", 3), ("十二", 12), ("二十", 20), ("一百零五", 105),
                                              ("两千三百", 2300), ("1.2万", 12000), ("0.4万㎡", 4000),
                                              ("一层", 1), ("3层", 3)])
def test_numerals_and_units_of_offices(said: str, number: int) -> None:
    assert cells.whole(0, 100_000)(said) == number


@pytest.mark.parametrize("said", ["约3000", "3000左右", "二三百", "一百二", "1,20", "3 000 000 0", "NaN", "inf",
                                  "1e5", True, date(2020, 1, 1), "3.5.1", "很大", "１２，３"])
def test_what_could_be_read_in_two_ways_is_not_read(said: Any) -> None:
    with pytest.raises(cells.Unread) as unread:
        cells.number(0, 1e9)(said)
    assert unread.value.remedy


def _chinese(day: date) -> str:
    digits = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))

    def counted(number: int) -> str:
        tens, ones = divmod(number, 10)
        return ("" if tens == 0 else "十" if tens == 1 else digits[str(tens)] + "十") + (
            digits[str(ones)] if ones else "")

    return f"{''.join(digits[sign] for sign in str(day.year))}年{counted(day.month)}月{counted(day.day)}日"


@given(DAYS)
def test_a_day_is_read_from_every_form_of_it(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    written = [day, datetime(day.year, day.month, day.day, 8, 30), f"{day:%Y-%m-%d}",
               f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}",
               f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}",
               f"{day:%Y-%m-%d}".translate(WIDE), f"{day:%Y-%m-%d} 08:30:00", int(f"{day:%Y%m%d}"), serial,
               float(serial), str(serial), serial + 0.75, _chinese(day)]
    assert {cells.day(one) for one in written} == {day.isoformat()}


@given(DAYS)
def test_a_day_written_out_is_read_back(day: date) -> None:
    assert cells.day(cells.words(day)) == day.isoformat()
    assert cells.year(1950, 2100)(day) == day.year


@pytest.mark.parametrize("said", ["07/01/2026", "26-7-1", "2026-13-01", "2026-02-30", "2026年", "7月1日", 2026, 12,
                                  99999, "明年", True, "20261301", "1026-01-01"])
def test_a_day_is_never_guessed(said: Any) -> None:
    with pytest.raises(cells.Unread):
        cells.day(said)


@given(some.floats(-90, 90, allow_nan=False))
def test_degrees_with_minutes_and_seconds_are_the_same_place(degrees: float) -> None:
    size = abs(degrees)
    whole = int(size)
    minutes = int((size - whole) * 60)
    seconds = round(((size - whole) * 60 - minutes) * 60, 4)
    if seconds >= 60:
        return
    assert cells.degrees(90)(f"{whole}°{minutes}′{seconds:.4f}″") == pytest.approx(size, abs=1e-6)
    assert cells.degrees(90)(round(degrees, 6)) == pytest.approx(degrees, abs=1e-6)


@pytest.mark.parametrize("said", ["东经117.02°", "E117.02", "117.02°E", "１１７．０２", "117°1′12″", "117度1分12秒"])
def test_longitude_as_offices_write_it(said: str) -> None:
    assert cells.degrees(180)(said) == pytest.approx(117.02)


def test_swapped_positions_are_said_to_be_so() -> None:
    with override("en"), pytest.raises(cells.Unread) as unread:
        cells.degrees(90)(117.02)
    assert "swapped" in unread.value.message


@given(some.text(max_size=60))
def test_words_are_stable_and_hold_no_unseen_sign(said: str) -> None:
    once = cells.words(said)
    assert cells.words(once) == once
    assert "\x00" not in once
    assert "\n" not in once


@given(some.one_of(some.text(max_size=40), some.integers(), some.floats(), some.booleans(), some.none(), some.dates(),
                   some.datetimes(), some.timedeltas(timedelta(0), timedelta(2))))
def test_no_cell_whatever_breaks_a_reader(cell: Any) -> None:
    for read in (cells.number(0, 100), cells.whole(0, 100), cells.day, cells.year(1950, 2026), cells.degrees(90),
                 cells.yes_no, cells.hours, cells.text(20), cells.one_of(lambda: {"a": "b"}),
                 cells.several_of(lambda: {"a": "b"})):
        if not cells.is_empty(cell):
            with suppress(cells.Unread):
                read(cell)


@pytest.mark.parametrize(("said", "hours"), [
    ("9:30-20:00", "09:30-20:00"), ("９：３０—２０：００", "09:30-20:00"), ("9:00至17:30", "09:00-17:30"),
    ("全天", "24/7"), ("24小时", "24/7"), ("Jun 21-Aug 31 09:30-20:00", "Jun 21-Aug 31 09:30-20:00")])
def test_hours_of_offices_become_those_of_the_map(said: str, hours: str) -> None:
    assert cells.hours(said) == hours


@pytest.mark.parametrize("cell", [None, "", "  ", "　", "-", "—", "/", "无", "N/A"])
def test_an_empty_cell_is_empty_however_it_is_written(cell: Any) -> None:
    assert cells.is_empty(cell)
