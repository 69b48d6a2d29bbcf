"""What a cell of an office's spreadsheet says 单元格: full-width digits, units, Chinese numerals, days in many ways.

Every reader takes a cell as the file gives it (text, number, day, truth) and answers a plain value, or None when the
cell is empty. What cannot be understood raises `Unread` with a remedy; nothing is guessed where two readings differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _

# Signs offices write into a cell that holds nothing.
NOTHING = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "不详", "n/a", "na", "none", "null"})
UNITS = re.compile(r"(?:平方米|平米|立方米|立方|米|人|层|台|块|套|处|个|座|㎡|m2|m²|m³|m3|m)$", re.IGNORECASE)
NUMERALS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
COUNTED = re.compile("(?:([一二两三四五六七八九])千零?)?(?:([一二两三四五六七八九])百零?)?"
                     "(?:([一二三四五六七八九]?)十)?([〇零一二两三四五六七八九])?")
# A spreadsheet counts days from here; the numbers between are days of 1950 to 2099, others are not taken for days.
SERIAL_ZERO, SERIALS = date(1899, 12, 30), range(18264, 73051)
YEARS = range(1900, 2100)
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\s*\d{1,2}:\d{2}(?::\d{2})?)?")
DEGREES = re.compile(r"(?:东经|北纬|[NE])?(\d{1,3})[°度](?:(\d{1,2}(?:\.\d+)?)[′'分])?"
                     r"(?:(\d{1,2}(?:\.\d+)?)[″\"秒])?[NE]?", re.IGNORECASE)
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|~|—|–|至|到)+\s*(\d{1,2}):(\d{2})")
ALL_DAY = frozenset({"24小时", "全天", "全天开放", "24h", "24小时开放", "全天候", "24/7"})
YES, NO = frozenset({"是", "有", "对", "√", "✓", "y", "yes", "true", "1", "公开"}), frozenset(
    {"否", "没有", "×", "x", "n", "no", "false", "0", "不公开"})
# Digits, letters and the signs between numbers; Chinese punctuation of a name stays what it is.
_NARROW = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ufeff\u200b-\u200f]")
LONGEST_READ = 400

Reader = Callable[[Any], Any]


class Unread(ValueError):
    """A cell that cannot be understood: what is wrong, and what to write instead."""

    def __init__(self, message: str, remedy: str):
        super().__init__(message)
        self.message, self.remedy = message, remedy


def words(cell: Any) -> str:
    """A cell as one line of text: full-width letters and digits narrow, blanks single, invisible signs gone."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, float) and isfinite(cell) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    return " ".join(_ODD.sub("", str(cell)).translate(_NARROW).split())


def is_empty(cell: Any) -> bool:
    """Does the cell hold nothing, in one of the ways offices write that?"""
    return cell is None or (isinstance(cell, str) and words(cell).casefold() in NOTHING)


def text(longest: int) -> Reader:
    """A reader of words of at most so many characters."""

    def read(cell: Any) -> str:
        said = words(cell)
        if len(said) > longest:
            raise Unread(_("The text is longer than %(max)d characters.") % {"max": longest}, _("Shorten it."))
        return said

    return read


def _plain(cell: Any) -> str:
    """Words with every sign narrow, for numbers and days."""
    said = words(cell)
    if len(said) > LONGEST_READ:
        raise Unread(_("The text is longer than %(max)d characters.") % {"max": LONGEST_READ}, _("Shorten it."))
    return unicodedata.normalize("NFKC", said).replace("，", ",").strip()


def _counted(said: str) -> int | None:
    """Chinese numerals up to 9999; None when it is none, or could be two like 二三百 and 一百二."""
    found = COUNTED.fullmatch(said)
    if not said or found is None:
        return None
    thousands, hundreds, tens, ones = found.groups()
    if ones and tens is None and (hundreds or thousands) and said[-2] != "零":
        return None
    return sum((NUMERALS[digit] if digit else 1) * times for digit, times in (
        (thousands, 1000), (hundreds, 100), (tens, 10), (ones or "零", 1)) if digit is not None)


def _no_number() -> Unread:
    return Unread(_("This is no number."), _("Write digits only, for example 1200 or 12.5."))


def _float(cell: Any) -> float:
    if isinstance(cell, bool | date | time):
        raise _no_number()
    if isinstance(cell, int | float):
        value = float(cell)
    else:
        said = _plain(cell)
        bare = UNITS.sub("", said).strip()
        times = 1
        if bare.endswith("万"):
            bare, times = bare[:-1], 10_000
        counted = _counted(bare)
        if GROUPED.fullmatch(bare):
            bare = bare.replace(",", "")
        if counted is None and not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", bare):
            raise _no_number()
        value = round((float(bare) if counted is None else counted) * times, 6)
    if not isfinite(value):
        raise _no_number()
    return value


def number(least: float, most: float, places: int = 1) -> Reader:
    """A reader of numbers within bounds, rounded to so many places."""

    def read(cell: Any) -> float:
        value = _float(cell)
        if not least <= value <= most:
            raise Unread(_("%(value)s lies outside %(least)s to %(most)s.") % {
                "value": f"{value:g}", "least": f"{least:g}", "most": f"{most:g}"}, _("Check the number and its unit."))
        return round(value, places)

    return read


def whole(least: int, most: int) -> Reader:
    """A reader of whole numbers within bounds."""
    bounded = number(least, most, 6)

    def read(cell: Any) -> int:
        value = bounded(cell)
        if value != int(value):
            raise Unread(_("This is no whole number."), _("Round it."))
        return int(value)

    return read


def _day(year: int, month: int, of_month: int) -> date:
    try:
        found = date(year, month, of_month)
    except ValueError:
        found = date.min
    if found.year not in YEARS:
        raise Unread(_("There is no such day."), _("Write it like 2026-07-18."))
    return found


def day(cell: Any) -> str:
    """A day in ISO form: from a day, a text like 2026年7月1日 or 20260701, or a spreadsheet's serial number."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return _day(cell.year, cell.month, cell.day).isoformat()
    said = "" if isinstance(cell, bool) else _plain(cell)
    said = "".join(str(NUMERALS[sign]) if sign in NUMERALS else sign for sign in said) if "十" not in said else (
        _spelt(said))
    if re.fullmatch(r"\d{8}", said):
        return _day(int(said[:4]), int(said[4:6]), int(said[6:])).isoformat()
    if re.fullmatch(r"\d{5}(\.\d+)?", said) and int(float(said)) in SERIALS:
        return (SERIAL_ZERO + timedelta(days=int(float(said)))).isoformat()
    found = DAY.fullmatch(said)
    if found is None:
        raise Unread(_("This is no day that can be read without guessing."), _("Write it like 2026-07-18."))
    return _day(*map(int, found.groups())).isoformat()


def _spelt(said: str) -> str:
    """二〇二六年十月二十三日 with its numbers as digits."""

    def digits(found: re.Match[str]) -> str:
        run = found[0]
        counted = _counted(run)
        return str(counted) if counted is not None else "".join(str(NUMERALS.get(sign, sign)) for sign in run)

    return re.sub("[〇零一二两三四五六七八九十]+", digits, said)


def year(oldest: int, latest: int) -> Reader:
    """A reader of a year: 1998, 1998年, or any day in it."""

    def read(cell: Any) -> int:
        said = "" if isinstance(cell, bool | date) else _plain(cell)
        said = "".join(str(NUMERALS[sign]) if sign in NUMERALS else sign for sign in said).removesuffix("建")
        found = re.fullmatch(r"(\d{4})年?(?:[-/.]?\d{1,2}月?)?", said)
        value = int(found[1]) if found else int(day(cell)[:4])
        if not oldest <= value <= latest:
            raise Unread(_("The year of building is not possible."), _("Write the year as four digits."))
        return value

    return read


def _no_degrees() -> Unread:
    return Unread(_("These are no degrees."), _("Write degrees with a point, like 36.65."))


def degrees(most: float) -> Reader:
    """A reader of degrees, decimal or with minutes and seconds, up to `most` (90 or 180)."""

    def read(cell: Any) -> float:
        if isinstance(cell, bool | date | time):
            raise _no_degrees()
        # Seconds are a sign of their own, which a compatible form would tear in two.
        said = words(cell).replace(" ", "").replace("．", ".") if isinstance(cell, str) else ""
        found = DEGREES.fullmatch(said) if said else None
        if found:
            whole_degrees, minutes, seconds = (float(one or 0) for one in found.groups())
            if minutes >= 60 or seconds >= 60:
                raise _no_degrees()
            value = whole_degrees + minutes / 60 + seconds / 3600
        else:
            try:
                value = float(re.sub("(?i)^(东经|北纬|[NE])|[°度NE]+$", "", said) if said else cell)
            except (ValueError, TypeError):
                raise _no_degrees() from None
        if not isfinite(value):
            raise _no_degrees()
        if abs(value) > most:
            raise Unread(_("Latitude and longitude seem to be swapped.") if 90 < abs(value) <= 180 else
                         _("These are no degrees."), _("Write degrees with a point, like 36.65."))
        return round(value, 7)

    return read


def yes_no(cell: Any) -> bool:
    """A truth: 是, 否, 有, √, yes, 1."""
    said = words(cell).casefold()
    if said in YES or said in NO:
        return said in YES
    raise Unread(_("This is neither yes nor no."), _("Write 是 or 否."))


def one_of(names: Callable[[], Mapping[str, str]]) -> Reader:
    """A reader of one of several words: `names` gives every name (casefolded, without blanks) with what it means."""

    def read(cell: Any) -> str:
        known, said = names(), "".join(words(cell).split())
        found = known.get(said.casefold())
        if found is None:
            raise Unread(_("There is no “%(word)s” here.") % {"word": said[:40]},
                         _("Use one of: %(all)s.") % {"all": "、".join(_first_names(known))})
        return found

    return read


def _first_names(known: Mapping[str, str]) -> list[str]:
    firsts: dict[str, str] = {}
    for name, meaning in known.items():
        firsts.setdefault(meaning, name)
    return list(firsts.values())[:12]


def several_of(names: Callable[[], Mapping[str, str]]) -> Reader:
    """A reader of a list of such words, parted by 、,;/ or blanks; in the order of their codes."""
    one = one_of(names)

    def read(cell: Any) -> list[str]:
        return sorted({one(word) for word in re.split(r"[、,，;；/|\s]+", words(cell)) if word})

    return read


def hours(cell: Any) -> str:
    """Opening hours in OpenStreetMap's writing; 9:30—20:00 and 全天 are understood."""
    said = _plain(cell)
    if "".join(said.split()).casefold() in ALL_DAY:
        return "24/7"
    if found := CLOCK.fullmatch(said):
        first, first_minute, last, last_minute = map(int, found.groups())
        if first > 23 or last > 24 or first_minute > 59 or last_minute > 59:
            raise Unread(_("There is no such time of day."), _("Write for example “Jun 21-Aug 31 09:30-20:00”."))
        return f"{first:02}:{first_minute:02}-{last:02}:{last_minute:02}"
    return said
