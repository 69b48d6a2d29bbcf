"""What must never enter 涉密不上网: columns and words of the stop-list found in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from undercity.register.rules.cells import words


@dataclass(frozen=True, slots=True)
class Secret:
    """Where something secret stands: the sheet, the row and the column people see, and the kind it is of."""

    sheet: str
    row: int
    column: int
    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class StopList:
    """The words of the list as patterns: of headers, and of any cell."""

    headers: re.Pattern[str]
    cells: re.Pattern[str]
    kinds: Mapping[str, str]


def stop_list(told: Mapping[str, Any]) -> StopList:
    """The list of a file made ready."""
    kinds: dict[str, str] = {}
    for kind in told["kind"]:
        kinds.update({word.casefold(): kind["code"] for word in (*kind["headers"], *kind["cells"])})

    def pattern(part: str) -> re.Pattern[str]:
        found = sorted({word for kind in told["kind"] for word in kind[part]}, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, found)), re.IGNORECASE)

    return StopList(pattern("headers"), pattern("cells"), kinds)


def find_secrets(sheet: str, rows: Iterable[Sequence[Any]], head_rows: range, listed: StopList) -> list[Secret]:
    """Every secret column and cell of a sheet. Short texts in the head are read as headers; blanks do not hide a word.

    Rows and columns are numbered from 1, as people see them.
    """
    found = []
    for number, row in enumerate(rows, 1):
        texts = [cell for cell in row if isinstance(cell, str)]
        joined = "\n".join(texts)
        # Most rows hold nothing of it: one look at the whole row first.
        bare = "".join(joined.split()) if number - 1 not in head_rows else joined
        if number - 1 not in head_rows and not listed.cells.search(bare):
            continue
        for column, cell in enumerate(row, 1):
            if not isinstance(cell, str):
                continue
            said = "".join(words(cell).split())
            hit = listed.cells.search(said) or (listed.headers.search(said) if number - 1 in head_rows
                                                and len(said) <= 40 else None)
            if hit:
                found.append(Secret(sheet, number, column, listed.kinds[hit[0].casefold()], hit[0]))
    return found
