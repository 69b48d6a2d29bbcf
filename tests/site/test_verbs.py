"""The one command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server import environment_for, undercity
from undercity import clock

pytestmark = pytest.mark.once


@pytest.mark.parametrize("words", [("lode",), ("city",), ("city", "lode"), ("serve", "--prot", "1"),
                                   ("ledger", "replay", "--loud"), ("city", "load", "--cases", "many")])
def test_wrong_words_exit_2_with_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    surroundings = environment_for(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite3'}",
                                   {"UNDERCITY_SECRET_KEY": "k" * 40, "UNDERCITY_DEMO": "true"})
    done = undercity(*words, environment=surroundings)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stdout == ""


def test_without_a_secret_the_cure_is_said(tmp_path: Path) -> None:
    done = undercity("doctor", environment=environment_for(tmp_path, ""))
    assert done.returncode == 2
    assert "undercity setup" in done.stderr


def test_a_sample_city_is_refused_outside_demonstration_mode(tmp_path: Path) -> None:
    surroundings = environment_for(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite3'}",
                                   {"UNDERCITY_SECRET_KEY": "k" * 40, "UNDERCITY_DEMO": "false"})
    done = undercity("city", "load", environment=surroundings)
    assert done.returncode == 1
    assert "demonstration" in done.stderr


def test_the_offset_clock_reads_what_it_writes() -> None:
    from datetime import UTC, datetime

    city, real = datetime(2026, 7, 18, 16, 30, tzinfo=clock.ZONE), datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert clock.parse_offset(clock.describe_offset(city, real)) == city - real
    for wrong in ("2026-07-18", "2026-07-18T16:30@2026-07-18T16:30"):
        with pytest.raises(ValueError):
            clock.parse_offset(wrong)
