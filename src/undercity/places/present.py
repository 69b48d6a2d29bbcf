"""What a place is like now 实况: how warm, how full. What nobody measured is what was published, or unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from undercity.places.models import Place
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


def present_of(places: Iterable[Place], at: datetime) -> dict[int, Present]:
    """What these places are like at a moment, by id: the figures published for them."""
    found = {}
    for place in places:
        year = re.search(r"\d{4}", place.temperature_source)
        found[place.pk] = Present(temperature_c=place.temperature_c, published=year[0] if year else "")
    return found
