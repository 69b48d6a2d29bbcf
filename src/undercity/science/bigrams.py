"""Names found by the pairs of characters they share with what was typed 二元组: a slip or a word left out does no harm.

Chinese names have no spaces, so a name is the set of its neighbouring pairs: 纬十二路 is {纬十, 十二, 二路}. All names
lie in one array of characters; their pairs are numbers, sorted once, and a question is a few binary searches.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Larger than any code point.
_SHIFT = 21


def plain(text: str) -> str:
    """As names are compared: full width as half, lower case, only letters, digits and characters."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def pairs(text: str) -> set[str]:
    """The neighbouring pairs of a plain text; a single character is a pair with nothing."""
    return {text[at:at + 2] for at in range(len(text) - 1)} if len(text) != 1 else {text}


@dataclass(frozen=True, eq=False)
class Names:
    """Plain names laid out for searching: the sorted pairs, and the name each stands in."""

    texts: Sequence[str]
    keys: NDArray[np.int64]
    owners: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)


def names_of(texts: Sequence[str]) -> Names:
    """Lay out plain names (see `plain`). Each pair counts once a name."""
    flat = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    ends = flat == ord("\n")
    owner = np.cumsum(ends) - ends
    inside = ~(ends[:-1] | ends[1:])
    keys, owners = ((flat[:-1] << _SHIFT) | flat[1:])[inside], owner[:-1][inside]
    order = np.lexsort((owners, keys))
    keys, owners = keys[order], owners[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    return Names(texts, keys[first], owners[first])


def shared(names: Names, asked: str) -> NDArray[np.int64]:
    """How many pairs each name shares with a plain text."""
    wanted = sorted((ord(pair[0]) << _SHIFT) | ord(pair[1]) for pair in pairs(asked) if len(pair) == 2)
    firsts, lasts = np.searchsorted(names.keys, wanted), np.searchsorted(names.keys, wanted, side="right")
    met = [names.owners[first:last] for first, last in zip(firsts, lasts, strict=True) if last > first]
    if not met:
        return np.zeros(len(names), dtype=np.int64)
    return np.bincount(np.concatenate(met), minlength=len(names)).astype(np.int64)


def likeness(shared_pairs: int, asked: str, name: str) -> float:
    """How alike a question and a name are, 0 to 1: Dice's share of the pairs.

    Where one stands whole in the other (纬十二路 in 纬十二路25号, 经四 in 经四路) it is at least 0.6, and more the less
    is left over.
    """
    one, other = len(pairs(asked)), len(pairs(name))
    if not one or not other:
        return 0.0
    # Most of a few words, scattered over a long name, says more than their share of the name.
    alike = max(0.95 * 2 * shared_pairs / (one + other), 0.8 * (shared_pairs / one) ** 2)
    if asked == name:
        return 1.0
    if name in asked or asked in name:
        return 0.6 + 0.4 * min(len(asked), len(name)) / max(len(asked), len(name))
    return alike
