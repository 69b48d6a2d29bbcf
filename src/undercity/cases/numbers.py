"""Case numbers 案卷号: the day of the report in the city's zone and the row's running number."""

from __future__ import annotations

import re
from datetime import datetime

from undercity.clock import ZONE

_NUMBER = re.compile(r"(\d{8})-(\d{6,18})\Z")


def number_of(row: int, reported_at: datetime) -> str:
    """20260718-000501"""
    return f"{reported_at.astimezone(ZONE):%Y%m%d}-{row:06d}"


def row_of(number: str) -> int | None:
    """The running number in a case number; None when it is none."""
    found = _NUMBER.match(number.strip())
    return int(found[2]) if found else None
