"""Devices and readings for the tests of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from undercity import clock

NOW = datetime(2026, 7, 17, 9, 0, tzinfo=clock.ZONE)  # where the tests' clock stands
SECOND = int(NOW.timestamp())


def a_device(key: str = "t-1", place: str = "cool-foshui", keeper: str = "jinan-cad-works", *, full: int | None = 200,
             quantities: tuple[str, ...] = ("temperature_in", "humidity", "occupancy", "co2", "water_level"),
             ) -> tuple[Any, str]:
    """A device of a place with its token; the terms are loaded."""
    from undercity.org.queries import directory
    from undercity.places.models import Place
    from undercity.readings.actions.devices import quantities_of, register_device
    from undercity.readings.actions.terms import load_terms

    load_terms()
    return register_device(by=None, at=NOW - timedelta(days=1), key=key, place=Place.objects.get(key=place),
                           keeper=directory().by_key[keeper], quantities=quantities_of(quantities), full=full)


def said(at: int, value: Any, *, quantity: str = "temperature_in", device: str = "t-1", key: str | None = None) -> Any:
    """A reading so many seconds from now."""
    from undercity.readings.rules import Said

    return Said(device, quantity, SECOND + at, value, key)


def taken(*given: Any, at: datetime = NOW) -> list[str]:
    """What became of each: a word, or the reason."""
    from undercity.readings.actions.taking import take
    from undercity.readings.states import Door

    return [answer.reason.value if answer.reason else "late" if answer.late else answer.result.value
            for answer in take(given, door=Door.HTTP, at=at)]


def hidden(key: str = "yc-001") -> str:
    """An invented place that is not listed."""
    from undercity.org.queries import directory
    from undercity.places.actions import open_place

    open_place(key=key, names=[{"zh": "虚构一号工程", "en": "Invented works 1"}], lat=36.648, lon=117.003,
               district=directory().by_key["shizhong"], address_zh="虚构路1号", hours="24/7", source="test",
               valid_from=NOW.date(), listed=False, invented=True)
    return key
