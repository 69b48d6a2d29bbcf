"""Where a place is not open as its hours say 例外: closed for rain, kept open longer. Whoever decides it registers.

A source answers, for a moment, with what holds then for the places it is about: place id → opening. It is asked at
every question, so it should be a small query or kept by its owner. What no source speaks of is open as its hours say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from undercity.places.models import Place
from undercity.places.rules import Opening, opening

Source = Callable[[datetime], Mapping[int, Opening]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Let a source of exceptions be asked; the later one wins where two speak of one place."""
    if source not in _sources:
        _sources.append(source)


def leave(source: Source) -> None:
    """Ask this source no longer."""
    _sources.remove(source)


def at_moment(at: datetime) -> dict[int, Opening]:
    """Every exception that holds at a moment."""
    found: dict[int, Opening] = {}
    for source in _sources:
        found.update(source(at))
    return found


def opening_of(place: Place, at: datetime, known: Mapping[int, Opening]) -> Opening:
    """Whether a place is open at a moment, with the exceptions of that moment (`at_moment`)."""
    return known.get(place.pk) or opening(place.hours, at)
