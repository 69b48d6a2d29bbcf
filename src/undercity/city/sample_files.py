"""The files of the sample city."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).resolve().parent / "sample"


def read(name: str) -> Any:
    """A file of the sample city, by its name."""
    return tomllib.loads((SAMPLE / name).read_text(encoding="utf-8"))
