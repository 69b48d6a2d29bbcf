"""The contracts of import-linter hold, and fail when one import goes the wrong way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.house import ROOT

pytestmark = pytest.mark.once
LINT = Path(sys.executable).parent / "lint-imports"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the package with the contracts."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"}
    return subprocess.run([LINT, "--no-cache"], cwd=folder, env=surroundings, capture_output=True, text=True,
                          check=False)


def add(folder: Path, module: str, line: str) -> None:
    path = folder / "src" / "undercity" / module
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")


def test_the_house_as_it_stands_keeps_every_contract(copied: Path) -> None:
    done = lint(copied)
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize(("module", "line", "named"), [
    ("org/queries.py", "from undercity.ledger import queries as wrong", "undercity.org is not allowed to import"),
    ("ledger/models.py", "from undercity.cases import models as wrong", "undercity.ledger is not allowed to import"),
    ("clock.py", "from undercity import db as wrong", "undercity.clock is not allowed to import"),
    ("clock.py", "import django as wrong", "undercity.clock is not allowed to import django"),
    ("science/__init__.py", "import django as wrong", "undercity.science is not allowed to import django"),
    ("places/rules.py", "from undercity.places import queries as wrong", "places.rules is not allowed to import"),
    ("org/states.py", "from undercity.org import models as wrong", "undercity.org.states is not allowed to import"),
    ("org/models.py", "from undercity.org import actions as wrong", "undercity.org.models is not allowed to import"),
])
def test_one_import_the_wrong_way_fails_the_build(copied: Path, module: str, line: str, named: str) -> None:
    add(copied, module, line)
    done = lint(copied)
    assert done.returncode == 1, done.stdout
    assert named in done.stdout


def test_a_room_nobody_put_on_a_floor_fails_the_build(copied: Path) -> None:
    add(copied, "attic.py", "STORED = 1")
    done = lint(copied)
    assert done.returncode == 1
    assert "attic" in done.stdout
