"""What a place is like now 实况: how warm, how full. What nobody measured is what was published, or unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from undercity.places.models import Place
from undercity.places.now import Now, now_at
from undercity.places.states import Crowding


@dataclass(frozen=True, slots=True)
class Present:
    """Degrees Celsius and how full, each None when unknown.

    `measured_at` is the moment of a measurement; without one, `published` is the year the figure was published in.
    """

    temperature_c: Decimal | None = None
    crowding: Crowding | None = None
    measured_at: datetime | None = None
    stale: bool = False
    published: str = ""


def published_of(place: Place) -> Present:
    """What was published for a place, whatever is measured there."""
    year = re.search(r"\d{4}", place.temperature_source)
    return Present(temperature_c=place.temperature_c, published=year[0] if year else "")


def present_of(places: Iterable[Place], at: datetime) -> dict[int, Present]:
    """What these places are like at a moment, by id: as measured, else as published."""
    asked = {place.pk: place for place in places}
    measured = now_at(asked, at)
    return {pk: _present(measured.get(pk), published_of(place)) for pk, place in asked.items()}


def _present(now: Now | None, published: Present) -> Present:
    if now is None:
        return published
    crowding = Crowding(now.crowded) if now.crowded else None
    if now.temperature_c is None:
        return replace(published, crowding=crowding)
    return Present(temperature_c=now.temperature_c, crowding=crowding, measured_at=now.measured_at, stale=now.stale)
