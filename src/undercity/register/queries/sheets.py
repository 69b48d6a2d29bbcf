"""An office's file read as a table 电子表格: xlsx, xls, ods or csv, its headers found, its merged cells filled down.

A file that holds something secret is refused before anything of it is stored.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from math import isfinite
from typing import Any

from django.utils.translation import get_language, gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from undercity.errors import RuleBroken, TooLarge
from undercity.register.parts import headers_known
from undercity.register.rules.headers import LOOKED_AT, Merge, find_head
from undercity.register.rules.secrets import Secret, StopList, find_secrets, stop_list
from undercity.register.shipped_words import secrets

BYTES_MAX = 16 * 1024 * 1024
UNPACKED_MAX = 300 * 1024 * 1024
ROWS_MAX, COLUMNS_MAX = 50_000, 80
CELL_MAX = 2000
SHOWN = 8
ENCODINGS = ("utf-8-sig", "gb18030")
# A package begins so (xlsx, ods), an old workbook (xls) so.
PACKED, OLD = b"PK", b"\xd0\xcf\x11\xe0"

Cell = str | int | float | bool | date | datetime | None
Sheet = tuple[str, list[list[Any]], list[Merge]]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet below its headers: each row with the number people see, and what was done to the sheet."""

    headers: list[str]
    rows: list[tuple[int, list[Cell]]]
    remarks: list[str]
    sha256: str


@cache
def listed_secrets() -> StopList:
    """The stop-list, ready."""
    return stop_list(secrets())


def read_table(content: bytes) -> Table:
    """The sheet of a file that knows most columns. RuleBroken with the remedy when it cannot be, or must not be, read.
    """
    if len(content) > BYTES_MAX:
        raise TooLarge(_("The file is larger than %(max)d MB.") % {"max": BYTES_MAX // 1024 // 1024}, field="file",
                       remedy=_("Send it in parts."))
    sheets = _sheets(content)
    _refuse_secrets(sheets)
    best = _best(sheets)
    if best is None:
        raise RuleBroken(_("No row of the file names a column the register knows."), field="file",
                         remedy=_("Name the columns in one row, for example: %(names)s.") % {
                             "names": "、".join(names[0] for names in headers_known().values())})
    name, rows, merged = best
    head = find_head(rows, headers_known(), merged)
    assert head is not None
    remarks = []
    if filled := _fill_merged(rows, merged, head.below):
        remarks.append(_("%(count)d merged cells were read as if each cell held the value.") % {"count": filled})
    if len(sheets) > 1:
        remarks.append(_("The sheet “%(name)s” was read; %(others)d others were not.") % {
            "name": name, "others": len(sheets) - 1})
    width = max(column for column, header in enumerate(head.headers, 1) if header)
    body = [(number, _cells(row, width)) for number, row in enumerate(rows[head.below:], head.below + 1)]
    body = [(number, row) for number, row in body if any(cell is not None for cell in row)]
    if not body:
        raise RuleBroken(_("The file holds no row below its headers."), field="file",
                         remedy=_("Put one work or place in each row."))
    if len(body) > ROWS_MAX:
        raise TooLarge(_("The file holds more than %(max)d rows.") % {"max": ROWS_MAX}, field="file",
                       remedy=_("Send it in parts."))
    return Table(head.headers[:width], body, remarks, hashlib.sha256(content).hexdigest())


def _best(sheets: Sequence[Sheet]) -> Sheet | None:
    known = [(find_head(rows, headers_known(), merged), (name, rows, merged)) for name, rows, merged in sheets]
    known = [one for one in known if one[0] is not None]
    names = {name for one in headers_known().values() for name in one}
    return max(known, key=lambda one: len(set(one[0].headers) & names) if one[0] else 0)[1] if known else None


def _cells(row: Sequence[Any], width: int) -> list[Cell]:
    return [_cell(row[column]) if column < len(row) else None for column in range(width)]


def _cell(cell: Any) -> Cell:
    if isinstance(cell, str):
        return cell.replace("\x00", "�")[:CELL_MAX].strip() or None
    if isinstance(cell, float) and not isfinite(cell):
        return str(cell)
    if isinstance(cell, time | timedelta):
        return str(cell)
    return cell  # type: ignore[no-any-return]  # a number, a day or a truth, as the library's own stub has it


def _refuse_secrets(sheets: Sequence[Sheet]) -> None:
    found: list[Secret] = []
    for name, rows, _merged in sheets:
        found += find_secrets(name, rows, range(LOOKED_AT), listed_secrets())
    if not found:
        return
    chinese = (get_language() or "zh").startswith("zh")
    why = {kind["code"]: kind["why_zh" if chinese else "why_en"] for kind in secrets()["kind"]}
    lines = [_("row %(row)d, column %(column)d: “%(word)s” – %(why)s") % {
        "row": one.row, "column": one.column, "word": one.word, "why": why[one.kind]} for one in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(_("and %(count)d more") % {"count": len(found) - SHOWN})
    raise RuleBroken(
        _("Nothing secret goes onto a network: the file was refused as a whole and nothing of it kept. %(where)s") % {
            "where": "; ".join(lines)},
        field="file", remedy=_("Delete these columns and cells, save the file anew, and send it again."),
        details={"secrets": len(found)})


def _sheets(content: bytes) -> list[Sheet]:
    if content[:2] == PACKED or content[:4] == OLD:
        return _workbook(content)
    return [("", _csv(content), [])]


def _unreadable() -> RuleBroken:
    return RuleBroken(_("The file cannot be read as a spreadsheet."), field="file",
                      remedy=_("Save it as .xlsx, .xls, .ods or .csv without a password, and send it again."))


def _workbook(content: bytes) -> list[Sheet]:
    try:
        if content[:2] == PACKED:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                if sum(one.file_size for one in packed.infolist()) > UNPACKED_MAX:
                    raise _unreadable()
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [_sheet(book.get_sheet_by_name(one.name)) for one in book.sheets_metadata
                if not str(one.typ).endswith(("ChartSheet", "Vba", "MacroSheet", "DialogSheet"))]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, KeyError) as error:
        raise _unreadable() from error


def _sheet(sheet: CalamineSheet) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False, nrows=ROWS_MAX + LOOKED_AT + 1)
    return sheet.name, [list(row[:COLUMNS_MAX]) for row in rows], list(sheet.merged_cell_ranges or ())


def _fill_merged(rows: list[list[Any]], merged: Sequence[Merge], below: int) -> int:
    """Give every cell of a merged range its value; how many were filled."""
    filled = 0
    for (top, left), (bottom, right) in merged:
        if top < below or top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in range(top, min(bottom, len(rows) - 1) + 1):
            for column in range(left, min(right, len(rows[row]) - 1) + 1):
                if (row, column) != (top, left) and rows[row][column] in ("", None):
                    rows[row][column] = value
                    filled += 1
    return filled


def _csv(content: bytes) -> list[list[Any]]:
    for encoding in ENCODINGS:
        try:
            said = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _unreadable()
    try:
        first = said.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        rows = [row[:COLUMNS_MAX] for row in csv.reader(io.StringIO(said.replace("\x00", "�"), newline=""),
                                                       delimiter=delimiter)]
    except csv.Error as error:
        raise _unreadable() from error
    return [list(row) for row in rows]


def packed(rows: list[tuple[int, list[Cell]]]) -> bytes:
    """A table as bytes to keep while it is on its way: days marked as such, compressed."""
    return zlib.compress(json.dumps(rows, ensure_ascii=False, default=_marked).encode(), 3)


def _marked(value: Any) -> dict[str, str]:
    return {"day": value.isoformat()}


def unpacked(kept: bytes) -> list[tuple[int, list[Cell]]]:
    """The table kept so."""
    return [(number, [datetime.fromisoformat(cell["day"]) if isinstance(cell, dict) else cell for cell in row])
            for number, row in json.loads(zlib.decompress(kept))]
