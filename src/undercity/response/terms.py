"""The dated numbers of the response, and where each is from; see `terms.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent / "terms.toml"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds on a day."""

    valid_from: date
    decide_minutes: int
    decide_source: dict[str, str]
    report_minutes: int
    report_source: dict[str, str]
    message_hours: int
    message_source: dict[str, str]


@cache
def _rows() -> tuple[Terms, ...]:
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["term"]
    return tuple(sorted((Terms(**row) for row in rows), key=lambda row: row.valid_from))


def terms(on: date) -> Terms:
    """The terms of a day; before the first the first."""
    return [row for row in _rows() if row.valid_from <= on][-1] if on >= _rows()[0].valid_from else _rows()[0]
