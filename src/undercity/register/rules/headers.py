"""Which column of a spreadsheet is which 表头对应: where the headers stand, and what they are taken for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from undercity.register.rules.cells import is_empty, words
from undercity.science.coordinates import Datum

# Titles, units and dates of a form stand above its headers, seldom in more lines.
LOOKED_AT = 15
_BRACKETS = re.compile(r"[（(\[【].*?[）)\]】]")
_DATUMS = ((Datum.GCJ02, re.compile("gcj-?0?2|国测局|火星|高德|腾讯", re.IGNORECASE)),
           (Datum.BD09, re.compile("bd-?0?9|百度", re.IGNORECASE)),
           (Datum.WGS84, re.compile("wgs-?84|cgcs2000|2000国家|gps", re.IGNORECASE)))


@dataclass(frozen=True, slots=True)
class Head:
    """The headers as texts, the row (from 0) in which they stand, and the first row below them."""

    headers: list[str]
    row: int
    below: int


def plain(header: str) -> str:
    """A header as headers are compared: no blanks, no brackets, no marks of what must be filled, letters small."""
    bare = _BRACKETS.sub("", words(header))
    return "".join(bare.split()).strip("*＊:：.、").casefold()


def fingerprint(headers: Sequence[str]) -> str:
    """A set of headers as 64 hexadecimal digits, whatever their order."""
    return hashlib.sha256("\n".join(sorted(plain(one) for one in headers if one.strip())).encode()).hexdigest()


Merge = tuple[tuple[int, int], tuple[int, int]]


def find_head(rows: Sequence[Sequence[Any]], known: Mapping[str, Sequence[str]],
              merged: Sequence[Merge] = ()) -> Head | None:
    """The headers of a sheet: the row near its top that knows most columns, with the row of groups over it, or the
    row under its groups. None when no row names a single column.
    """
    names = {plain(name) for one in known.values() for name in one}
    best: int | None = None
    most = 0
    for number, row in enumerate(rows[:LOOKED_AT]):
        hits = len({plain(cell) for cell in row if isinstance(cell, str)} & names)
        if hits > most:
            best, most = number, hits
    if best is None:
        return None
    for upper in (best - 1, best):
        if upper >= 0 and upper + 1 < len(rows) and (groups := _groups(rows[upper], upper, merged)):
            return Head(_two_rows(rows[upper], rows[upper + 1], groups, names), upper, upper + 2)
    return Head([words(cell) for cell in rows[best]], best, best + 1)


def _groups(row: Sequence[Any], number: int, merged: Sequence[Merge]) -> list[range]:
    """The columns of each group of headers in a row; none in a title, which fills its row alone."""
    if sum(not is_empty(cell) for cell in row) < 2:
        return []
    return [range(start[1], end[1] + 1) for start, end in merged
            if start[0] == end[0] == number and start[1] < end[1]]


def _two_rows(upper: Sequence[Any], lower: Sequence[Any], groups: Sequence[range], names: set[str]) -> list[str]:
    found = []
    for column in range(max(len(upper), len(lower))):
        own = words(lower[column]) if column < len(lower) else ""
        first = next((group.start for group in groups if column in group), column)
        over = words(upper[first]) if first < len(upper) else ""
        # 主出入口 over 经度 is another column than 经度 alone.
        found.append(f"{over}{own}" if not own or plain(over + own) in names else own)
    return found


def guess(headers: Sequence[str], known: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Field → column, as the headers suggest; each column once, a usual name before a rarer one."""
    places: dict[str, int] = {}
    for column, header in enumerate(headers):
        places.setdefault(plain(header), column)
    found: dict[str, int] = {}
    ranked = sorted(((rank, field, name) for field, names in known.items() for rank, name in enumerate(names)),
                    key=lambda one: one[0])
    for _rank, field, name in ranked:
        there = places.get(plain(name))
        if field not in found and there is not None and there not in found.values():
            found[field] = there
    return found


def datum_of(headers: Sequence[str]) -> Datum | None:
    """What the headers themselves say positions count in, like 经度（GCJ-02）; None when they do not, or disagree."""
    said = {datum for header in headers for datum, pattern in _DATUMS if pattern.search(words(header))}
    return said.pop() if len(said) == 1 else None
