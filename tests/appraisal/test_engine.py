"""What every engine must do; today there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from undercity.appraisal.columns import COLUMNS, DUTIES, REPORTS
from undercity.appraisal.engine import DuckEngine, FactsGone, quoted

pytestmark = pytest.mark.once


def written(place: Path) -> Path:
    DuckEngine().rows(f"COPY (SELECT 7 AS post) TO {quoted(place)} (FORMAT parquet)")
    return place


def test_a_table_without_files_is_empty_and_has_its_columns() -> None:
    engine = DuckEngine()
    engine.open({DUTIES: [], REPORTS: []})
    for table, columns in COLUMNS.items():
        assert engine.rows(f"SELECT {', '.join(columns)} FROM {table}") == []


def test_a_file_that_is_gone_is_said_so_before_and_after_opening(tmp_path: Path) -> None:
    engine = DuckEngine()
    with pytest.raises(FactsGone):
        engine.open({DUTIES: [tmp_path / "never.parquet"]})
    place = written(tmp_path / "it's.parquet")
    engine.open({DUTIES: [place]})
    assert engine.rows("SELECT post FROM duties") == [(7,)]
    place.unlink()
    with pytest.raises(FactsGone):
        engine.beside().rows("SELECT post FROM duties")


def test_nothing_is_ever_downloaded() -> None:
    rows = dict(DuckEngine().rows("SELECT name, value FROM duckdb_settings() WHERE name LIKE 'auto%known_extensions'"))
    assert rows == {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
