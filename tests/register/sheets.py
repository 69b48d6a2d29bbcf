"""Spreadsheets as offices send them, made by the tests: merged titles, Chinese headers, digits of every kind."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook

from undercity.science.coordinates import Datum, from_wgs84

HEADERS = (
    "序号", "工程编号", "工程名称", "所属区县", "工程地址", "平时用途", "开放时间", "建筑面积（㎡）", "容积",
    "地下层数", "埋深", "应急容纳人数", "完好等级", "水泵", "挡水板", "管理使用单位", "竣工年份", "管理类别",
    "建筑形式", "投用日期", "经度", "纬度", "出入口宽度", "出入口底标高", "备注")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
SPOT = (36.655, 117.003)


def row_of(number: int, **changes: Any) -> dict[str, Any]:
    """One good row by its headers; positions are in Shizhong district, told in GCJ-02."""
    lat, lon = from_wgs84(36.645 + number % 97 * 1e-4, 116.995 + number % 89 * 1e-4, Datum.GCJ02)
    row = dict(zip(HEADERS, (
        number, f"虚构-测-{number:05}", f"虚构·第{number}号工程", "市中区", f"示例路{number}号（虚构）", "地下停车场",
        "全天", 4000, 14000, 1, 5, 1500, "良好", 2, 3, "工程管理处", 2010, "结建工程", "附建式", date(2012, 5, 1),
        round(lon, 6), round(lat, 6), 3.0, 41.5, None), strict=True))
    return {**row, **changes}


def messy(count: int, seed: int = 5) -> Iterator[dict[str, Any]]:
    """Good rows, each written in a way of its own: full-width digits, units, serial numbers, texts, numerals."""
    dice = random.Random(seed)
    ways: tuple[tuple[str, Sequence[Any]], ...] = (
        ("建筑面积（㎡）", (4000, "4000", "４０００", "4,000㎡", "4000 平方米", "0.4万", 4000.0)),
        ("地下层数", (1, "1", "１", "一层", "1层")), ("埋深", (5, "5米", "５.０m", 5.0)),
        ("投用日期", (date(2012, 5, 1), datetime(2012, 5, 1), "2012年5月1日", "2012.5.1", "20120501", 41030, "41030",
                      "２０１２－０５－０１", "二〇一二年五月一日")),
        ("竣工年份", (2010, "2010年", "２０１０", "2010-06", "二〇一〇年")),
        ("开放时间", ("全天", "24小时", "24/7")), ("完好等级", ("良好", "完好", " 良好 ", "good")),
        ("平时用途", ("地下停车场", "停车", "parking", "car park")),
        ("应急容纳人数", (1500, "1500人", "1,500", "一千五百")),
        ("所属区县", ("市中区", "市中", "济南市市中区", "shizhong")))
    for number in range(1, count + 1):
        yield row_of(number, **{header: dice.choice(said) for header, said in ways})


def xlsx(rows: Sequence[dict[str, Any]], *, title: bool = True, extra: Sequence[str] = ()) -> bytes:
    """A workbook: a title merged over all columns, a line of the unit that fills it in, headers, rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    headers = [*(rows[0] if rows else HEADERS), *extra]
    if title:
        sheet.append(["济南市人防工程平时使用台账（虚构）"])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(headers))
        sheet.append(["填报单位：示例单位", None, None, "2026年7月"])
    sheet.append(headers)
    for row in rows:
        sheet.append([row.get(header) for header in headers])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(rows: Sequence[dict[str, Any]], encoding: str = "gb18030") -> bytes:
    """The same as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def as_ods(rows: Sequence[dict[str, Any]]) -> bytes:
    """The same as LibreOffice keeps it: every cell with its type."""
    def cell(value: Any) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, date):
            return (f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}">'
                    f"<text:p>{value}</text:p></table:table-cell>")
        if isinstance(value, int | float):
            return (f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p>'
                    "</table:table-cell>")
        return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'

    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    body = "".join(f"<table:table-row>{''.join(map(cell, line))}</table:table-row>" for line in lines)
    spaces = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
                     for name in ("office", "table", "text"))
    content = (f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces} office:version="1.2">'
               f'<office:body><office:spreadsheet><table:table table:name="台账">{body}</table:table>'
               "</office:spreadsheet></office:body></office:document-content>")
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = ('<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.2" '
                'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
                f'manifest:full-path="/" manifest:media-type="{kind}"/><manifest:file-entry '
                'manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", kind)
        packed.writestr("META-INF/manifest.xml", manifest)
        packed.writestr("content.xml", content)
    return out.getvalue()
