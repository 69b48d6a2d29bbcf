"""CSV files as spreadsheets take them: with a mark of their encoding, and no cell a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponseBase, StreamingHttpResponse

# What every export of invented figures about real bodies says in a demonstration, in either language.
DEMO_MARK = "演示数据"
# A spreadsheet would take a word beginning like this for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(word: str) -> str:
    """A word no spreadsheet calculates."""
    return f"'{word}" if word.startswith(FORMULA) else word


def csv_response(name: str, rows: Iterable[Iterable[object]]) -> HttpResponseBase:
    """A file made row by row while it is sent, however long it is; in a demonstration marked so, in name and first row.

    Words others wrote go through `harmless` first.
    """
    marked = f"{DEMO_MARK}-{name}" if settings.DEMO else name
    answer = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(marked)}.csv"
    return answer


def _lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    out = io.StringIO()
    sheet = csv.writer(out)
    out.write("\ufeff")
    if settings.DEMO:
        sheet.writerow([DEMO_MARK])
    for row in rows:
        sheet.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()
