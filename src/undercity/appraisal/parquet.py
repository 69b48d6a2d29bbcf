"""From sheets of new rows and an old file to a new file: everything inside DuckDB, nothing in Python's memory."""

from __future__ import annotations

from pathlib import Path

from undercity.appraisal.columns import COLUMNS
from undercity.appraisal.engine import DuckEngine, quoted, source


def remember_streams(engine: DuckEngine, sheet: Path) -> None:
    """Make the streams of a sheet known to the merges that follow."""
    engine.rows(f"CREATE OR REPLACE TABLE touched AS SELECT * FROM read_csv({quoted(sheet)}, auto_detect = false, "
                "header = false, columns = {'stream': 'UUID'})")


def merge(engine: DuckEngine, table: str, sheet: Path, old: Path | None, new: Path) -> None:
    """Write a new file: the sheet's rows, and those of the old file whose stream was not touched."""
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS[table].items())
    # An empty word is a word; an empty number is none.
    words = ", ".join(f"'{name}'" for name, kind in COLUMNS[table].items() if kind == "VARCHAR")
    rows = (f"SELECT * FROM read_csv({quoted(sheet)}, auto_detect = false, header = false, delim = ',', quote = '\"', "
            f"escape = '\"', nullstr = '', columns = {{{columns}}}, force_not_null = [{words}])")
    if old is not None:
        rows += f" UNION ALL {source(table, [old])} WHERE stream NOT IN (SELECT stream FROM touched)"
    # Most columns are ids, each of them once: dictionaries of them cost a quarter of the time and save nothing.
    engine.rows(f"COPY ({rows}) TO {quoted(new)} (FORMAT parquet, DICTIONARY_SIZE_LIMIT 1000)")
