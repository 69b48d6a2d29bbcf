"""A hotline's spreadsheet 热线工单表 read strictly: a row is the draft of a report, or what is wrong with it.

Nothing is stored here. What a cell holds is text, whatever it looks like.
"""

from __future__ import annotations

import csv
import difflib
import io
import tomllib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import InvalidFileException

from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.cases.whereabouts import Whereabouts, locate
from undercity.clock import ZONE, timeline
from undercity.errors import Refused, RuleBroken, TooLarge
from undercity.org.csv_files import harmless
from undercity.science.coordinates import Datum

MAPPING = Path(__file__).resolve().parents[1] / "schemes" / "hotline.toml"
ROWS_MAX, COLUMNS_MAX = 2000, 60
BYTES_MAX = 8 * 1024 * 1024
# What a workbook may unpack to: rows of this many at this length fill a tenth of it.
UNPACKED_MAX = 100 * 1024 * 1024
LONGEST = {"order": 40, "text": 4000, "category": 120, "address": 300, "name": 60, "phone": 40}
NEEDED = ("order", "text", "category")
DATUMS = {"wgs84": Datum.WGS84, "wgs-84": Datum.WGS84, "gps": Datum.WGS84, "gcj02": Datum.GCJ02, "gcj-02": Datum.GCJ02,
          "国测局": Datum.GCJ02, "火星": Datum.GCJ02, "高德": Datum.GCJ02, "bd09": Datum.BD09, "bd-09": Datum.BD09,
          "百度": Datum.BD09}
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d",
           "%Y年%m月%d日 %H:%M", "%Y年%m月%d日")


@dataclass(frozen=True, slots=True)
class Table:
    """A spreadsheet as texts: its headers, and its rows with the row numbers people see."""

    head: list[str]
    rows: list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong in one cell: the row and the column people see, and what to do about it."""

    row: int
    column: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A good row, ready to be taken."""

    row: int
    order: str
    called_at: datetime
    text: str
    category: str
    address: str
    name: str
    phone: str
    at: Whereabouts


@dataclass(frozen=True, slots=True)
class Checked:
    """A spreadsheet looked through: good rows, faults, and numbers of orders that were taken before."""

    rows: int
    good: list[Draft]
    wrong: list[Wrong]
    known: list[str]

    @property
    def bad_rows(self) -> list[int]:
        """The rows with a fault, each once."""
        return sorted({one.row for one in self.wrong})


@cache
def _mappings() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(MAPPING.read_text(encoding="utf-8"))["mapping"]
    return sorted(found, key=lambda one: one["valid_from"])


def _plain(header: str) -> str:
    return "".join(header.split()).casefold()


def columns(head: Sequence[str], day: date) -> dict[str, int]:
    """What we call a column → where it stands, by the mapping in force. RuleBroken when a needed one is missing."""
    mapping = [one for one in _mappings() if one["valid_from"] <= day][-1]
    places = {_plain(header): place for place, header in reversed(list(enumerate(head))) if header.strip()}
    found = {name: places[_plain(header)] for name, headers in mapping.items() if isinstance(headers, list)
             for header in reversed(headers) if _plain(header) in places}
    missing = [mapping[name][0] for name in NEEDED if name not in found]
    if missing:
        raise RuleBroken(_("The first row lacks the column %(names)s.") % {"names": "、".join(missing)}, field="file",
                         remedy=_("Name the columns in the first row, for example: %(names)s.") % {
                             "names": "、".join(one[0] for one in mapping.values() if isinstance(one, list))})
    return found


def table(name: str, content: bytes) -> Table:
    """The first sheet of an .xlsx file, or a .csv file in UTF-8 or GB 18030. RuleBroken when it cannot be read."""
    if len(content) > BYTES_MAX:
        raise TooLarge(_("The file is larger than %(max)d MB.") % {"max": BYTES_MAX // 1024 // 1024}, field="file",
                       remedy=_("Send it in parts."))
    rows = [(number, [str(cell) for cell in row])
            for number, row in enumerate(_xlsx(content) if content[:2] == b"PK" else _csv(content), 1)
            if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise RuleBroken(_("The file holds no row below its headers."), field="file",
                         remedy=_("Send a spreadsheet with headers in the first row and one order a row."))
    if len(rows) > ROWS_MAX + 1:
        raise TooLarge(_("The file holds more than %(max)d rows.") % {"max": ROWS_MAX}, field="file",
                       remedy=_("Send it in parts."))
    # A workbook pads its rows; what no header names is no column.
    width = max(place for place, header in enumerate(rows[0][1], 1) if header.strip())
    return Table(rows[0][1][:width], [(number, row[:width]) for number, row in rows[1:]])


def _xlsx(content: bytes) -> Iterable[list[str]]:
    unreadable = RuleBroken(_("The file cannot be read as a spreadsheet."), field="file",
                            remedy=_("Save it as .xlsx or as .csv and send it again."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED_MAX:
                raise unreadable
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_row=ROWS_MAX + 10, max_col=COLUMNS_MAX, values_only=True)
        return [[_text(cell) for cell in row] for row in rows]
    # A broken workbook fails anywhere in the library, in many ways.
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, TypeError, OSError, SyntaxError,
            AttributeError) as error:
        raise unreadable from error


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _csv(content: bytes) -> Iterable[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise RuleBroken(_("The file cannot be read as a spreadsheet."), field="file",
                         remedy=_("Save it as .xlsx or as .csv and send it again."))
    try:
        return [row[:COLUMNS_MAX] for row in csv.reader(io.StringIO(text.replace("\x00", "�"), newline=""))]
    except csv.Error as error:
        raise RuleBroken(_("The file cannot be read as a spreadsheet."), field="file",
                         remedy=_("Save it as .xlsx or as .csv and send it again.")) from error


def check(given: Table, *, at: datetime, datum: Datum) -> Checked:
    """Look every row through. `datum`: what positions count in where the row itself does not say."""
    places = columns(given.head, at.astimezone(ZONE).date())
    known = _known(row[places["order"]].strip() for _, row in given.rows if places["order"] < len(row))
    names = {one.minor_zh: code for code, one in reversed(scheme().categories.items())}
    seen: dict[str, int] = {}
    good, wrong, before = [], list[Wrong](), []
    for number, row in given.rows:
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        if cells["order"] in known:
            before.append(cells["order"])
            continue
        reader = _Row(number, cells, {name: given.head[place] for name, place in places.items()})
        draft = reader.draft(at, datum, names, seen)
        if reader.wrong:
            wrong += reader.wrong
        elif draft is not None:
            good.append(draft)
    return Checked(len(given.rows), good, wrong, before)


def _known(orders: Iterable[str]) -> set[str]:
    wanted, found = sorted({order for order in orders if order}), set[str]()
    for first in range(0, len(wanted), 500):
        found |= set(Case.objects.filter(timeline=timeline(), order__in=[
            one[:40].replace("\x00", "") for one in wanted[first:first + 500]]).values_list("order", flat=True))
    return found


class _Row:
    """One row while it is read."""

    def __init__(self, number: int, cells: Mapping[str, str], headers: Mapping[str, str]):
        self.number, self.cells, self.headers = number, cells, headers
        self.wrong: list[Wrong] = []

    def bad(self, name: str, message: str, remedy: str) -> None:
        self.wrong.append(Wrong(self.number, self.headers.get(name, ""), message, remedy))

    def draft(self, at: datetime, datum: Datum, names: Mapping[str, str], seen: dict[str, int]) -> Draft | None:
        for name, longest in LONGEST.items():
            value = self.cells.get(name, "")
            if not value and name in NEEDED:
                self.bad(name, _("The cell is empty."), _("Fill it in."))
            elif len(value) > longest:
                self.bad(name, _("The text is longer than %(max)d characters.") % {"max": longest}, _("Shorten it."))
            elif "\x00" in value:
                self.bad(name, _("The text holds a zero character."), _("Send plain text."))
        order = self.cells["order"]
        if order and order in seen:
            self.bad("order", _("Row %(row)d has this number already.") % {"row": seen[order]},
                     _("Give each order a row of its own."))
        seen.setdefault(order, self.number)
        called, category, where = self._called(at), self._category(names), self._where(datum)
        if self.wrong or where is None:
            return None
        return Draft(self.number, order, called, self.cells["text"], category, self.cells.get("address", ""),
                     self.cells.get("name", ""), self.cells.get("phone", ""), where)

    def _called(self, at: datetime) -> datetime:
        given = self.cells.get("called", "")
        if not given:
            return at
        for pattern in FORMATS:
            try:
                called = datetime.strptime(given, pattern).replace(tzinfo=ZONE)
            except ValueError:
                continue
            if called > at:
                self.bad("called", _("This moment is still to come."), _("Check the day and the time."))
            elif (at - called).days > 366:
                self.bad("called", _("This call is more than a year old."), _("Check the year."))
            return called
        self.bad("called", _("This is no date."), _("Write it like 2026-07-18 16:30."))
        return at

    def _category(self, names: Mapping[str, str]) -> str:
        given = self.cells["category"]
        if given in scheme().categories:
            return given
        if given and given not in names:
            near = difflib.get_close_matches(given[:60], names, n=3, cutoff=0.3)
            self.bad("category", _("There is no category “%(code)s”.") % {"code": given[:60]},
                     _("Did you mean: %(names)s?") % {"names": "、".join(near)} if near
                     else _("Write the name of a subclass, for example %(name)s.") % {"name": next(iter(names), "")})
        return names.get(given, "")

    def _where(self, datum: Datum) -> Whereabouts | None:
        said = self.cells.get("datum", "").casefold()
        chosen = datum if not said else next((one for word, one in DATUMS.items() if word in said), None)
        if chosen is None:
            self.bad("datum", _("There is no datum “%(datum)s”.") % {"datum": said[:20]},
                     _("Use one of: %(all)s.") % {"all": "WGS84, GCJ02, BD09"})
            return None
        lat, lon = self._degrees("lat"), self._degrees("lon")
        if any(value is not None and not isfinite(value) for value in (lat, lon)):
            return None
        try:
            return locate(lat, lon, self.cells.get("address", ""), datum=chosen)
        except Refused as refusal:
            self.bad("lat" if "lat" in self.headers and any(self.cells.get(one) for one in ("lat", "lon"))
                     else "address", str(refusal.message), str(refusal.remedy))
            return None

    def _degrees(self, name: str) -> float | None:
        given = self.cells.get(name, "")
        if not given:
            return None
        try:
            value = float(given)
        except ValueError:
            value = float("nan")
        if not isfinite(value):
            self.bad(name, _("This is no number."), _("Write degrees with a point, like 36.65."))
            return float("nan")
        return value


def wrong_rows(given: Table, checked: Checked) -> bytes:
    """The bad rows as an .xlsx file: as they came, with what is wrong in the last column."""
    reasons: dict[int, list[str]] = {}
    for one in checked.wrong:
        reasons.setdefault(one.row, []).append(f"{one.column}: {one.message} {one.remedy}")
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([_cell(header) for header in given.head] + [_("Mistake")])
    for number, row in given.rows:
        if number in reasons:
            padded = [*row, *[""] * (len(given.head) - len(row))]
            sheet.append([_cell(cell) for cell in padded] + [_cell("\n".join(reasons[number]))])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(text: str) -> str:
    return harmless(ILLEGAL_CHARACTERS_RE.sub("�", text)[:32_000])
