"""The engine that counts: two methods, so that one machine and a cluster run the same small SQL.

An engine answers with whole numbers and words; every division is done elsewhere, once and exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb

from undercity.appraisal.columns import COLUMNS

# Nothing is ever downloaded, and a page leaves the machine to others.
CAUTION: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2, "memory_limit": "1GB", "autoinstall_known_extensions": False,
    "autoload_known_extensions": False}

# How DuckDB says that a file is not there; a full disk is no reason to look again.
MISSING = ("No files found", "No such file")


class FactsGone(Exception):
    """A file was replaced by a newer one while it was about to be read: ask again where the facts stand."""


class Engine(Protocol):
    """Runs standard SQL over the facts."""

    def open(self, facts: Mapping[str, Sequence[Path]]) -> None:
        """Make each table visible under its name as the rows of these files; without files it is empty."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""


class DuckEngine:
    """DuckDB inside this process."""

    def __init__(self, connection: Any = None) -> None:
        self.connection = connection or duckdb.connect(":memory:", config=CAUTION)

    def beside(self) -> DuckEngine:
        """Another door to the same tables, for another thread."""
        return DuckEngine(self.connection.cursor())

    def open(self, facts: Mapping[str, Sequence[Path]]) -> None:
        """See `Engine`."""
        for table, files in facts.items():
            self.rows(f'CREATE OR REPLACE VIEW "{table}" AS {source(table, files)}')

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """See `Engine`."""
        try:
            return self.connection.execute(sql).fetchall()
        except duckdb.IOException as error:
            if any(words in str(error) for words in MISSING):
                raise FactsGone(str(error)) from error
            raise

    def close(self) -> None:
        """Give the memory back."""
        self.connection.close()


def source(table: str, files: Sequence[Path]) -> str:
    """A query for the rows of Parquet files of a table; for no file, for no row of its shape."""
    if files:
        return f"SELECT * FROM read_parquet([{', '.join(quoted(path) for path in files)}])"
    empty = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in COLUMNS[table].items())
    return f"SELECT * FROM (SELECT {empty}) AS nothing WHERE 1 = 0"


def quoted(path: Path) -> str:
    """A path as a text of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
