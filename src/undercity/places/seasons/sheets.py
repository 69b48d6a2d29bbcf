"""Small CSV files as people make them: with either language's heading, UTF-8 or GB 18030, dates as they write them."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from undercity.clock import ZONE
from undercity.errors import RuleBroken, TooLarge

MOST_BYTES = 2_000_000
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


def rows_of(raw: bytes, columns: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column; `columns` names each with every heading it may have. RuleBroken says what is
    missing. A first line without headings, as our own exports have in a demonstration, is passed over."""
    if len(raw) > MOST_BYTES:
        raise TooLarge(_("The file is larger than %(mb)d MB.") % {"mb": MOST_BYTES // 1_000_000}, field="file",
                       remedy=_("Send it in parts."))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    lines = csv.reader(io.StringIO(text.replace("\0", "")))
    places: dict[str, int] | None = None
    for number, cells in enumerate(lines, 1):
        plain = [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
        if places is None:
            places = _places(plain, columns)
            if places is None and number > 1:
                break
        elif any(plain):
            yield number, {name: plain[at] if at < len(plain) else "" for name, at in places.items()}
    if places is None:
        raise RuleBroken(_("The columns are not named."), field="file", remedy=_("First line: %(names)s.") % {
            "names": ", ".join(" / ".join(titles) for titles in columns.values())})


def _places(cells: list[str], columns: Mapping[str, tuple[str, ...]]) -> dict[str, int] | None:
    low = [cell.lower() for cell in cells]
    found = {name: low.index(title) for name, titles in columns.items() for title in titles if title in low}
    return found if len(found) == len(columns) else None


def day_of(cell: str) -> date | None:
    """A day as people write it; None when it is none."""
    for pattern in DAYS:
        try:
            return datetime.strptime(cell.split(" ")[0], pattern).replace(tzinfo=ZONE).date()
        except ValueError:
            continue
    return None


def number_of(cell: str) -> Decimal | None:
    """A finite number; None when it is none."""
    try:
        found = Decimal(cell.replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def refused(faults: list[str], total: int) -> RuleBroken:
    """Everything wrong with a file, line by line; nothing was stored."""
    told = faults[:20]
    if len(faults) > len(told):
        told.append(_("… and %(n)d more.") % {"n": len(faults) - len(told)})
    return RuleBroken("\n".join(told), field="file", remedy=_("Nothing was stored; correct these lines."),
                      details={"faults": len(faults), "rows": total})
