"""Where in the file something stands: the line of a table's head and of its words, so that an error can be found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

TABLE = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\"-]+)\s*\]\]?\s*(#.*)?$")
WORD = re.compile(r"^\s*\"?([A-Za-z0-9_-]+)\"?\s*=")
FENCES = ('"""', "'''")


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines, from 1, by table: `heads["order"][3]` is the head of the fourth order, `words` its words."""

    heads: dict[str, list[int]]
    words: dict[tuple[str, int], dict[str, int]]

    def of(self, location: Sequence[object]) -> int:
        """The line of ("order", 3, "verb"): the word's, else the table's, else 1."""
        table = str(location[0]) if location else ""
        rest = list(location[1:])
        nth = rest.pop(0) if rest and isinstance(rest[0], int) else 0
        heads = self.heads.get(table, [])
        if not isinstance(nth, int) or nth >= len(heads):
            return 1
        words = self.words.get((table, nth), {})
        return words.get(str(rest[0]), heads[nth]) if rest else heads[nth]

    def of_order(self, nth: int, word: str = "") -> int:
        """The line of the nth order of the file, or of a word in it."""
        return self.of(("order", nth, word) if word else ("order", nth))


def lines_of(text: str) -> Lines:
    """Where the tables and words of a TOML text stand. Texts over several lines are passed over."""
    heads: dict[str, list[int]] = {}
    words: dict[tuple[str, int], dict[str, int]] = {}
    current, fence = ("", 0), ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if found := TABLE.match(line):
            name = found[2].strip('"')
            heads.setdefault(name, []).append(number)
            current = (name, len(heads[name]) - 1)
        elif found := WORD.match(line):
            words.setdefault(current, {}).setdefault(found[1], number)
        fence = next((mark for mark in FENCES if line.count(mark) % 2), "")
    return Lines(heads, words)
