"""From a newspaper page to a city 从一张报纸到一座城: every row of the mission, and how it honestly stands."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils.translation import get_language

FILE = Path(__file__).with_name("tour.toml")
LEFT_OUT = ("本部署未安装这一部分。", "this part, which this deployment leaves out.")
BUILT, PARTLY, NOT_BUILT = "built", "partly", "not_built"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: words of the source, what the product does, what it lacks, where to see it."""

    code: str
    promise: str
    source: tuple[str, str]
    does: tuple[str, str]
    lacks: tuple[str, str]
    link: str
    officers: bool

    @property
    def state(self) -> str:
        """Built, partly, or not: never better than the file says."""
        if not self.link:
            return NOT_BUILT
        return PARTLY if self.lacks[0] else BUILT

    def _said(self, words: tuple[str, str]) -> str:
        return words[0] if (get_language() or "zh").startswith("zh") else words[1]

    @property
    def source_text(self) -> str:
        """The source's words in the reader's language."""
        return self._said(self.source)

    @property
    def does_text(self) -> str:
        """What the product does."""
        return self._said(self.does)

    @property
    def lacks_text(self) -> str:
        """What it does not do yet."""
        return self._said(self.lacks)


def _opens(link: str) -> bool:
    try:
        resolve(urlsplit(link).path)
    except Resolver404:
        return False
    return True


@cache
def rows() -> tuple[Row, ...]:
    """All rows, in the mission's order. What this deployment leaves out is not built in it."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))["row"]
    for one in said:
        if one.get("link") and not _opens(one["link"]):
            for name in ("link", "does_zh", "does_en"):
                del one[name]
            one["lacks_zh"], one["lacks_en"] = LEFT_OUT
    return tuple(Row(code=one["code"], promise=one["promise"], source=(one["source_zh"], one["source_en"]),
                     does=(one.get("does_zh", ""), one.get("does_en", "")),
                     lacks=(one.get("lacks_zh", ""), one.get("lacks_en", "")), link=one.get("link", ""),
                     officers=one.get("link", "").startswith("/desk/")) for one in said)
