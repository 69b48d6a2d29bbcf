"""Spreadsheets 电子表格 written row by row into a file, so that the rows are never together in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponseBase, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from undercity.org.csv_files import DEMO_MARK, harmless

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PART = 64 * 1024


def xlsx_response(name: str, rows: Iterable[Iterable[object]]) -> HttpResponseBase:
    """A workbook of one sheet, sent from a file of its own that is gone when it is sent; no cell is a formula."""
    marked = f"{DEMO_MARK}-{name}" if settings.DEMO else name
    answer = StreamingHttpResponse(_parts(marked, rows), content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(marked)}.xlsx"
    return answer


def _parts(name: str, rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A3" if settings.DEMO else "A2"
    if settings.DEMO:
        sheet.append([DEMO_MARK])
    for row in rows:
        sheet.append([_cell(value) for value in row])
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while part := file.read(PART):
            yield part


def _cell(value: object) -> object:
    return harmless(ILLEGAL_CHARACTERS_RE.sub("", value)) if isinstance(value, str) else value
