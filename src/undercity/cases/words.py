"""Search over Chinese words: texts cut into characters and pairs of neighbouring ones, since nothing parts its words.

"井盖破损" becomes 井 井盖 盖 盖破 破 破损 损; Latin words and numbers stay whole, in lower case.
"""

from __future__ import annotations

import re
import unicodedata

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# Runs of Han characters, and of other letters and digits.
_RUNS = re.compile(rf"([{_HAN}]+)|((?:(?![{_HAN}])[^\W_])+)")


def _runs(text: str) -> list[tuple[str, str]]:
    """The runs of a text, each either Han or other."""
    return _RUNS.findall(unicodedata.normalize("NFKC", text).casefold())


def grams(text: str) -> list[str]:
    """What a text is found by, each once, in order of appearance."""
    found: dict[str, None] = {}
    for han, other in _runs(text):
        if other:
            found[other] = None
        for place, letter in enumerate(han):
            found[letter] = None
            if place + 1 < len(han):
                found[han[place:place + 2]] = None
    return list(found)


def asked(words: str) -> list[str]:
    """What a question asks for: the pairs of its Han runs (a single character by itself), and its other words."""
    found: dict[str, None] = {}
    for han, other in _runs(words):
        if other:
            found[other] = None
        elif len(han) == 1:
            found[han] = None
        else:
            found.update(dict.fromkeys(han[place:place + 2] for place in range(len(han) - 1)))
    return list(found)
