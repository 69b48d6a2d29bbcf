"""Population figures as a file brings them: what is checked before any is stored. Pure.

Two kinds of table are understood. *Cells*: a column with H3 cells of one resolution, one with people, may be one with
old people; a cell may stand there once. *Points*: latitude and longitude (WGS 84) and people, as a raster becomes when
it is written as a table; points are added up by the cell they lie in.
"""

from __future__ import annotations

import csv
import io
import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import h3
from django.utils.translation import gettext as _

HEADERS: dict[str, tuple[str, ...]] = {
    "cell": ("cell", "h3", "h3_cell", "h3index", "单元", "网格单元", "六边形"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "lon": ("lon", "lng", "long", "longitude", "x", "经度"),
    "people": ("people", "population", "pop", "人口", "人口数", "常住人口"),
    "elderly": ("elderly", "old", "pop60", "60+", "60岁以上", "60岁及以上", "老年人口"),
}
ROWS_MOST = 500_000
# Nobody lives so closely; what is above is a total in the wrong column.
DENSEST = {8: 150_000.0, 9: 40_000.0}
DIGITS = 3
Lines = Iterable[list[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: in which row (as a spreadsheet counts; 0: the whole file), in which column, and the remedy."""

    row: int
    column: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = _("row %(row)d") % {"row": self.row} if self.row else _("file")
        return f"{where}, {self.column}: {self.message} {self.remedy}"


@dataclass(frozen=True, slots=True)
class CellRow:
    """People of one H3 cell, and the body its middle lies in."""

    cell: int
    people: float
    elderly: float | None
    territory: int


@dataclass
class Reading:
    """A file read: good cells, faults by row, and what is only odd."""

    resolution: int
    cells: list[CellRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def people(self) -> float:
        """All of them together."""
        return round(math.fsum(one.people for one in self.cells), DIGITS)

    @property
    def elderly(self) -> float | None:
        """The old ones together; None when the file does not say it of every cell."""
        known = [one.elderly for one in self.cells if one.elderly is not None]
        return round(math.fsum(known), DIGITS) if known and len(known) == len(self.cells) else None


def decoded(body: bytes) -> str | None:
    """The text of a file in UTF-8 or, as older spreadsheets write, GB 18030; None when it is neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def read(body: bytes, resolution: int, territory: Callable[[float, float], int | None]) -> Reading:
    """Read a CSV. `territory(lat, lon)`: the body a position lies in, None outside the city."""
    found = Reading(resolution)
    text = decoded(body)
    if text is None or "\0" in text:
        found.faults.append(Fault(0, "–", _("This is no table of text."), _("Save it as CSV in UTF-8.")))
        return found
    lines = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    try:
        head = [_plain(one).lower() for one in next(lines, [])]
        columns = {name: next((head.index(one) for one in known if one in head), -1) for name, known in HEADERS.items()}
        pointed = columns["cell"] < 0 and min(columns["lat"], columns["lon"]) >= 0
        if columns["people"] < 0 or (columns["cell"] < 0 and not pointed):
            found.faults.append(Fault(1, ", ".join(head)[:60] or "–", _("The columns needed are not there."), _(
                "Head them “cell” and “people”, or “lat”, “lon” and “people”; “elderly” may come.")))
            return found
        (_points if pointed else _cells)(found, lines, columns, territory)
    except csv.Error as error:
        found.faults.append(Fault(lines.line_num, "–", _("This row cannot be read: %(why)s.") % {"why": error},
                                  _("Save the file as CSV once more.")))
    if not found.cells and not found.faults:
        found.faults.append(Fault(0, "–", _("There are no rows in it."), _("Give at least one cell with people.")))
    return found


def _cells(found: Reading, lines: Lines, columns: dict[str, int],
           territory: Callable[[float, float], int | None]) -> None:
    seen: dict[int, int] = {}
    for row, words in enumerate(lines, 2):
        if _skipped(found, row, words):
            continue
        faults: list[Fault] = []
        cell = _cell(row, _word(words, columns["cell"]), found.resolution, faults)
        people, elderly = _counts(row, words, columns, found.resolution, faults)
        if cell is not None and cell in seen:
            faults.append(Fault(row, "cell", _("This cell stands in row %(row)d already.") % {"row": seen[cell]},
                                _("Keep one of them, or add them up.")))
        elif cell is not None:
            seen[cell] = row
            where = territory(*h3.cell_to_latlng(h3.int_to_str(cell)))
            if where is None:
                faults.append(Fault(row, "cell", _("It lies outside the city."), _("Leave it out.")))
            elif not faults and people is not None:
                found.cells.append(CellRow(cell, people, elderly, where))
        found.faults += faults


def _points(found: Reading, lines: Lines, columns: dict[str, int],
            territory: Callable[[float, float], int | None]) -> None:
    sums: dict[int, list[float]] = {}
    middles: dict[int, int | None] = {}
    edge: set[int] = set()
    for row, words in enumerate(lines, 2):
        if _skipped(found, row, words):
            continue
        faults: list[Fault] = []
        lat, lon = (_value(row, name, _word(words, columns[name]), faults) for name in ("lat", "lon"))
        people, elderly = _counts(row, words, columns, found.resolution, faults)
        if lat is not None and lon is not None and not (abs(lat) <= 90 and abs(lon) <= 180):
            faults.append(Fault(row, "lat", _("This is no position on earth."), _(
                "Latitude comes first, in degrees of WGS 84.")))
        elif lat is not None and lon is not None and people and not faults:
            cell = int(h3.str_to_int(h3.latlng_to_cell(lat, lon, found.resolution)))
            if cell not in middles:
                middles[cell] = territory(*h3.cell_to_latlng(h3.int_to_str(cell)))
            if middles[cell] is not None:
                kept = sums.setdefault(cell, [0.0, 0.0])
                kept[0] += people
                kept[1] += elderly or 0.0
            elif territory(lat, lon) is None:
                faults.append(Fault(row, "lat", _("It lies outside the city."), _("Leave it out.")))
            else:
                edge.add(cell)
        found.faults += faults
    with_old = columns["elderly"] >= 0
    for cell, (all_of_them, old) in sums.items():
        where = middles[cell]
        assert where is not None
        found.cells.append(CellRow(cell, round(all_of_them, DIGITS), round(old, DIGITS) if with_old else None, where))
    if edge:
        found.warnings.append(_("%(n)d cells at the edge were left out: their middle lies outside the city.")
                              % {"n": len(edge)})


def _skipped(found: Reading, row: int, words: Sequence[str]) -> bool:
    """Empty rows are no rows; of too many the rest is not read."""
    if not any(word.strip() for word in words):
        return True
    found.rows += 1
    if found.rows == ROWS_MOST + 1:
        found.faults.append(Fault(row, "–", _("There are more than %(most)d rows.") % {"most": ROWS_MOST},
                                  _("Take coarser cells, or points already added up.")))
    return found.rows > ROWS_MOST


def _cell(row: int, text: str, resolution: int, faults: list[Fault]) -> int | None:
    name = text.lower().removeprefix("0x")
    if text.isdecimal() and len(text) > 16:
        name = f"{int(text):x}"
    if not h3.is_valid_cell(name):
        faults.append(Fault(row, "cell", _("“%(text)s” is no H3 cell.") % {"text": text[:20]},
                            _("Fifteen characters of 0–9 and a–f, for example 89319306b2fffff.")))
        return None
    if h3.get_resolution(name) != resolution:
        faults.append(Fault(row, "cell", _("This cell has resolution %(it)d, not %(asked)d.") % {
            "it": h3.get_resolution(name), "asked": resolution}, _("All cells of a file have the same resolution.")))
        return None
    return int(h3.str_to_int(name))


def _counts(row: int, words: Sequence[str], columns: dict[str, int], resolution: int,
            faults: list[Fault]) -> tuple[float | None, float | None]:
    people = _value(row, "people", _word(words, columns["people"]), faults)
    text = _word(words, columns["elderly"]) if columns["elderly"] >= 0 else ""
    elderly = _value(row, "elderly", text, faults) if text else None
    for name, value in (("people", people), ("elderly", elderly)):
        if value is not None and value < 0:
            faults.append(Fault(row, name, _("There cannot be fewer than nobody."), _("Write 0 or more.")))
            return None, None
    if people is not None and people > DENSEST[resolution]:
        faults.append(Fault(row, "people", _("So many people do not live in one cell."), _("Is this a total?")))
    if people is not None and elderly is not None and elderly > people:
        faults.append(Fault(row, "elderly", _("More old people than people."), _("Are the columns swapped?")))
    return people, elderly


def _value(row: int, column: str, text: str, faults: list[Fault]) -> float | None:
    # 1,234 is one thousand two hundred and thirty-four; a comma before anything but three digits is no number.
    plain = text
    if "," in text:
        first, *rest = text.split(",")
        plain = text.replace(",", "") if first.lstrip("-").isdecimal() and all(
            len(one.partition(".")[0]) == 3 for one in rest) else "–"
    try:
        value = float(plain)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        faults.append(Fault(row, column, _("“%(text)s” is no number.") % {"text": text[:20]},
                            _("Write it in digits.") if text else _("Write 0 where nobody lives.")))
        return None
    return round(value, DIGITS) if column not in {"lat", "lon"} else value


def _word(words: Sequence[str], column: int) -> str:
    return _plain(words[column]) if column < len(words) else ""


def _plain(text: str) -> str:
    # Full-width digits and letters as narrow ones.
    return unicodedata.normalize("NFKC", text).strip()


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max((",", "\t", ";", "，"), key=head.count)

