"""A CSV file of readings 读数表 read row by row: what would become of each, without storing anything.

Headers in Chinese or English, in any order; comma, semicolon or tab; UTF-8 or GB 18030; full-width digits.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from undercity.errors import RuleBroken, TooLarge
from undercity.org.powers import Actor
from undercity.readings.models import Reading
from undercity.readings.queries.books import known_devices
from undercity.readings.queries.terms import terms_on
from undercity.readings.queries.visible import kept_by
from undercity.readings.rules import Fit, Said, judged, plain
from undercity.readings.states import BY_CODE, REMEDIES, Quantity, Reason

BYTES_MAX, ROWS_MAX = 8 * 1024 * 1024, 20_000
HEADS: dict[str, str] = {
    "device": "device", "设备": "device", "设备编号": "device", "quantity": "quantity", "监测量": "quantity",
    "监测项": "quantity", "指标": "quantity", "at": "at", "time": "at", "时间": "at", "监测时间": "at",
    "测量时间": "at", "value": "value", "值": "value", "数值": "value", "读数": "value"}
NEEDED = ("device", "quantity", "at", "value")
CHINESE: dict[str, Quantity] = {
    "室内温度": Quantity.TEMPERATURE_IN, "室外温度": Quantity.TEMPERATURE_OUT, "湿度": Quantity.HUMIDITY,
    "在场人数": Quantity.OCCUPANCY, "人数": Quantity.OCCUPANCY, "二氧化碳": Quantity.CO2, "co2": Quantity.CO2,
    "水位": Quantity.WATER_LEVEL, "集水坑水位": Quantity.WATER_LEVEL,
    "雨量": Quantity.RAINFALL, "降雨": Quantity.RAINFALL, "积水": Quantity.STREET_DEPTH,
    "路面积水": Quantity.STREET_DEPTH, "河道水位": Quantity.RIVER_LEVEL, "河水位": Quantity.RIVER_LEVEL}


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that would be kept apart: its number as people see it, the column, what is wrong, what to do."""

    row: int
    column: str
    cell: str
    reason: Reason
    remedy: Any


@dataclass(frozen=True, slots=True)
class Looked:
    """A file looked through: every row as said, which of them are wrong, and how many are known already."""

    said: list[Said]
    wrong: list[WrongRow]
    known: int

    @property
    def good(self) -> int:
        """Rows that would be stored anew."""
        return len(self.said) - len(self.wrong) - self.known


def rows_of(content: bytes) -> list[Said]:
    """The rows of a file; RuleBroken when it is no such file."""
    if len(content) > BYTES_MAX:
        raise TooLarge(_("The file is larger than %(mb)d MB.") % {"mb": BYTES_MAX // 1024 ** 2}, field="file",
                       remedy=_("Cut it into parts."))
    text = _text(content)
    first = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    try:
        head = [HEADS.get(plain(cell).casefold(), "") for cell in next(lines, [])]
        if missing := [name for name in NEEDED if name not in head]:
            raise RuleBroken(_("These columns are missing: %(names)s.") % {"names": ", ".join(missing)}, field="file",
                             remedy=_("The first row names device, quantity, at and value."))
        found: list[Said] = []
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(found) == ROWS_MAX:
                raise TooLarge(_("The file has more than %(rows)d rows.") % {"rows": ROWS_MAX}, field="file",
                               remedy=_("Cut it into parts."))
            row = dict(zip(head, cells, strict=False))
            quantity = plain(row.get("quantity", ""))
            meant = CHINESE.get(quantity.casefold())
            found.append(Said(plain(row.get("device", "")), meant.code if meant else quantity, row.get("at", ""),
                              row.get("value", "")))
    except csv.Error as error:
        raise RuleBroken(_("This is no CSV file: %(why)s.") % {"why": error}, field="file",
                         remedy=_("Save the sheet as CSV.")) from error
    if not found:
        raise RuleBroken(_("The file holds no rows."), field="file", remedy=_("Choose another file."))
    return found


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RuleBroken(_("The file is no text in UTF-8 or GB 18030."), field="file", remedy=_("Save the sheet as CSV."))


COLUMN: dict[Reason, str] = {
    Reason.UNKNOWN_DEVICE: "device", Reason.STOPPED_DEVICE: "device", Reason.UNKNOWN_QUANTITY: "quantity",
    Reason.BAD_TIME: "at", Reason.FUTURE: "at", Reason.TOO_OLD: "at", Reason.NO_TIME: "at"}


def look_through(said: Sequence[Said], *, by: Actor, at: datetime) -> Looked:
    """What would become of each row. A device of others is as unknown as one that is not there."""
    mine = set(kept_by(by).filter(key__in={one.device for one in said}).values_list("key", flat=True))
    devices = {key: known for key, known in known_devices({one.device for one in said}).items() if key in mine}
    found = [judged(one, devices=devices, terms=terms_on(at.date()), now=int(at.timestamp())) for one in said]
    stands = _stands([one for one in found if isinstance(one, Fit)])
    wrong, known = [], 0
    for number, (one, verdict) in enumerate(zip(said, found, strict=True), 2):
        reason = verdict if isinstance(verdict, Reason) else None
        if isinstance(verdict, Fit):
            value = stands.setdefault((verdict.series, verdict.at), (number, verdict.value))
            if value[1] != verdict.value:
                reason = Reason.OTHER_VALUE
            elif value[0] != number:
                known += 1
        if reason is not None:
            column = COLUMN.get(reason, "value")
            wrong.append(WrongRow(number, column, str(getattr(one, column))[:60], reason, REMEDIES[reason]))
    return Looked(list(said), wrong, known)


def _stands(fits: Sequence[Fit]) -> dict[tuple[int, int], tuple[int, int]]:
    """(series, at) → (0, value) of what is stored already."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    moments: dict[int, list[int]] = {}
    for fit in fits:
        moments.setdefault(fit.series, []).append(fit.at)
    for series, ats in moments.items():
        rows = Reading.objects.filter(series_id=series, at__gte=min(ats), at__lte=max(ats))
        found.update({(series, at): (0, value) for at, value in rows.values_list("at", "value").iterator()})
    return found


assert set(CHINESE.values()) == set(BY_CODE.values())
