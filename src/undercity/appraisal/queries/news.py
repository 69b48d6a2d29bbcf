"""What the record says that the facts do not know yet, as rows for them. Reads in short statements, holds no lock."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

from django.db import connection

from undercity.appraisal.columns import DUTIES, REPORTS
from undercity.appraisal.gaps import Gap, holes, remaining
from undercity.appraisal.queries.export import Standing, late_numbers
from undercity.appraisal.told import READ, Told, microseconds, month_of
from undercity.clock import REAL

ENTRIES = "SELECT number, stream, at, verb, facts FROM ledger_entry WHERE timeline = %s AND verb IN ({verbs}) AND "
DUTY_ROWS = ("SELECT id, stream, subject, subject_kind, kind, body_id, post_id, territory_id, assigned_at, due_at, "
             "done_at, outcome, rework, escalations FROM ledger_duty WHERE timeline = %s AND ")
ALL_NUMBERS = "SELECT number FROM ledger_entry WHERE number > %s ORDER BY number LIMIT %s"
AT_ONCE = 500
SCANNED_AT_ONCE = 50_000
VERBS = tuple(sorted(READ))
_ENTRIES = ENTRIES.format(verbs=", ".join(["%s"] * len(VERBS)))


@dataclass
class Sheets:
    """CSV files of new rows, one a table and month, and one of the streams they are about; in a folder of their own."""

    folder: Path
    stack: ExitStack
    written: dict[tuple[str, str], Path] = field(default_factory=dict)
    _open: dict[tuple[str, str], Any] = field(default_factory=dict)

    def put(self, table: str, month: str, row: Sequence[Any]) -> None:
        """One more row."""
        sheet = self._open.get((table, month))
        if sheet is None:
            path = self.folder / f"{table}-{month}.csv"
            handle: TextIO = self.stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            sheet = self._open[table, month] = csv.writer(handle)
            self.written[table, month] = path
        sheet.writerow(row)


@dataclass(frozen=True)
class News:
    """How far the record was read: the streams touched (None: all there are), the position reached, what is missing."""

    streams: list[Any] | None
    position: int
    gaps: list[Gap]


def news(was: Standing, *, at: int) -> News:
    """The streams with entries that the facts lack, `at` being this moment in whole seconds."""
    if was.position == 0:
        position, missing = holes(0, _numbers(0), at)
        return News(None, position, missing)
    came = late_numbers(was.gaps)
    position, missing = holes(was.position, _numbers(was.position), at)
    return News(_touched(was.position, position, came), position, remaining(was.gaps, came, at) + missing)


def _numbers(after: int) -> Iterator[int]:
    while True:
        rows = _all(ALL_NUMBERS, [after, SCANNED_AT_ONCE])
        yield from (row[0] for row in rows)
        if len(rows) < SCANNED_AT_ONCE:
            return
        after = rows[-1][0]


def _touched(after: int, position: int, came: Sequence[int]) -> list[Any]:
    streams = {row[0] for row in _all(
        "SELECT DISTINCT stream FROM ledger_entry WHERE number > %s AND number <= %s AND timeline = %s",
        [after, position, REAL])}
    for part in _parts(came):
        streams.update(row[0] for row in _all(
            f"SELECT DISTINCT stream FROM ledger_entry WHERE number IN ({_marks(part)}) AND timeline = %s",
            [*part, REAL]))
    return sorted(streams)


def write(sheets: Sheets, streams: list[Any] | None) -> None:
    """All rows of these streams (None: of all) into the sheets."""
    if streams is None:
        cases = _all_cases()
        _cases(sheets, cases.items())
        _duties(sheets, _all_duties(), cases)
        return
    for part in _parts(streams):
        cases = {}
        within = f"stream IN ({_marks(part)})"
        for number, stream, at, verb, facts in _all(f"{_ENTRIES}{within} ORDER BY stream, sequence",
                                                    [REAL, *VERBS, *part]):
            cases.setdefault(stream, Told()).hear(number, _microseconds(at), verb, facts)
        _cases(sheets, cases.items())
        _duties(sheets, _all(f"{DUTY_ROWS}{within} ORDER BY stream, id", [REAL, *part]), cases)


def _all_cases() -> dict[Any, Told]:
    # In the order of their numbers, which within a stream is that of its sequence: whoever writes the next entry of a
    # stream has seen the one before, and takes its number afterwards.
    cases: dict[Any, Told] = {}
    after = 0
    while True:
        rows = _all(f"{_ENTRIES}number > %s ORDER BY number LIMIT %s", [REAL, *VERBS, after, SCANNED_AT_ONCE])
        for number, stream, at, verb, facts in rows:
            cases.setdefault(stream, Told()).hear(number, _microseconds(at), verb, facts)
        if len(rows) < SCANNED_AT_ONCE:
            return cases
        after = rows[-1][0]


def _all_duties() -> Iterator[tuple[Any, ...]]:
    after: list[Any] = []
    while True:
        beyond = "(stream, id) > (%s, %s)" if after else "1 = 1"
        rows = _all(f"{DUTY_ROWS}{beyond} ORDER BY stream, id LIMIT %s", [REAL, *after, SCANNED_AT_ONCE])
        yield from rows
        if len(rows) < SCANNED_AT_ONCE:
            return
        after = [rows[-1][1], rows[-1][0]]


def _cases(sheets: Sheets, cases: Iterable[tuple[Any, Told]]) -> None:
    for stream, case in cases:
        # A case whose report is not in the record's real timeline has nothing to say.
        if case.source:
            row = (stream, *case.row())
            for month in case.months():
                sheets.put(REPORTS, month, row)


def _duties(sheets: Sheets, rows: Iterable[tuple[Any, ...]], cases: dict[Any, Told]) -> None:
    """Rows of duties, those of one stream beside each other in the order in which they were given."""
    for stream, several in groupby(rows, key=lambda row: row[1]):
        together = list(several)
        case = cases.get(stream) or Told()
        moved = {_bare(duty) for duty in case.moved_on()}
        seen: set[str] = set()
        for place, row in enumerate(together, start=1):
            assigned = _microseconds(row[8])
            month = month_of(assigned)
            sheets.put(DUTIES, month, (
                *row[:8], assigned, microseconds(row[9]), microseconds(row[10]), *row[11:], month, case.position,
                case.source, int(row[4] not in seen), int(place == len(together)), int(_bare(row[0]) in moved),
                int(case.void)))
            seen.add(row[4])


def _microseconds(moment: Any) -> int:
    found = microseconds(moment)
    assert found is not None
    return found


def _bare(identity: Any) -> str:
    # SQLite keeps an id as 32 digits, PostgreSQL as a UUID, the facts of an entry with hyphens.
    return str(identity).replace("-", "")


def _all(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start:start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))
