"""Lines of the log: a trace keeps where it broke, and loses what the database quoted of the row."""

from __future__ import annotations

import json
import logging
import sys

from undercity.site.logs import JsonLines

QUOTED = ('new row for relation "works_work" violates check constraint "works_work_has_a_level"\n'
          "DETAIL:  Failing row contains (1, 金丝雀-1, 73190411, 0, 813.7).")


def test_a_trace_loses_the_row_the_database_refused() -> None:
    try:
        raise ValueError(QUOTED)
    except ValueError:
        record = logging.LogRecord("undercity", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert "works_work_has_a_level" in line["trace"]
    assert "DETAIL: …" in line["trace"]
    assert "金丝雀" not in line["trace"]
    assert "73190411" not in line["trace"]
