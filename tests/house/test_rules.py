"""The house checks find what they forbid, in a repository made for the purpose."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import house

pytestmark = pytest.mark.once


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


BREACHES = {
    "host": ("docs/start.md", "pip install from https://" + "pypi" + ".org/simple\n"),
    "path": ("docs/start.md", "see " + "/work/" + "main/README.md\n"),
    "unfinished": ("pages.py", "VALUE = 1  # " + "TO" + "DO later\n"),
    "banned-name": ("org/utils.py", "VALUE = 1\n"),
    "too-long": ("org/pages.py", "VALUE = 1\n" * 501),
    "empty": ("org/rules.py", ""),
    "no-reason": ("tests/test_a.py", "import pytest\n\n\n@pytest.mark.xfail\ndef test_a():\n    assert True\n"),
}


@pytest.mark.parametrize("rule", BREACHES)
def test_each_rule_finds_its_breach_and_nothing_else(rule: str, repository: Path) -> None:
    write(repository, *BREACHES[rule])
    found = list(house.breaches(repository))
    assert len(found) == 1, found
    assert f": {rule}: " in found[0]


def test_a_skip_with_a_reason_is_allowed_and_one_without_is_not(repository: Path) -> None:
    write(repository, "test_a.py", "import pytest\n\nGOOD = pytest.mark.skipif(True, reason='no such machine')\n")
    write(repository, "test_b.py", "import pytest\n\nBAD = pytest.mark.skipif(True)\n")
    assert list(house.breaches(repository)) == ["test_b.py:3: no-reason: pytest.mark.skipif needs reason="]


def test_an_excuse_must_name_the_rule_and_give_a_reason(repository: Path) -> None:
    address = "https://" + "pypi" + ".org"
    write(repository, "a.md", f"{address}  <!-- house: host because it is the subject of the page -->\n")
    write(repository, "b.md", f"{address}  <!-- house: path because wrong rule -->\n")
    assert [line.split(":")[0] for line in house.breaches(repository)] == ["b.md"]


def test_a_migration_may_be_long(repository: Path) -> None:
    write(repository, "org/migrations/0001_first.py", "VALUE = 1\n" * 900)
    assert list(house.breaches(repository)) == []


def test_ignored_files_are_not_looked_at(repository: Path) -> None:
    write(repository, ".gitignore", "/var/\n")
    write(repository, "var/utils.py", "VALUE = 1\n")
    assert list(house.breaches(repository)) == []


def test_this_repository_keeps_the_house_rules() -> None:
    assert list(house.breaches(house.ROOT)) == []
