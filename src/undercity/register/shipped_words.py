"""Words shipped with the register: headers of columns, other names of choices, and what must never enter."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "shipped"


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def headers() -> Mapping[str, list[str]]:
    """Headers by `<part>.<field>`, the usual one first."""
    return {f"{part}.{field}": names for part, fields in _read("headers").items() if isinstance(fields, dict)
            and part != "words" for field, names in fields.items()}


def words_of(kind: str) -> dict[str, str]:
    """Other words for the values of a choice: word → code."""
    told = _read("headers")["words"].get(kind, {})
    return {"".join(word.split()).casefold(): code for code, words in told.items() for word in words}


def secrets() -> dict[str, Any]:
    """The stop-list: words of columns and of cells, each with why, and where the list is from."""
    return _read("secrets")
