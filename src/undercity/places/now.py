"""What is measured at a place now 实时: told by a room above that registers itself; without one nothing is known.

A room calls `register(provider)` at start; its provider answers (place ids, moment) with what the public may know.
Pages ask `present.present_of`, which falls back to what was published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from undercity import clock


@dataclass(frozen=True, slots=True)
class Now:
    """The last temperature inside (°C), how full it is (share of the public capacity, 0 to 1; None: not known), and
    when the temperature was measured. `stale`: so long ago that it says little."""

    temperature_c: Decimal | None
    crowding: float | None
    measured_at: datetime | None
    stale: bool

    @property
    def crowded(self) -> str:
        """`quiet` below half, `busy` below nine tenths, `full`; "" when nobody counted."""
        if self.crowding is None:
            return ""
        return "quiet" if self.crowding < 0.5 else "busy" if self.crowding < 0.9 else "full"


Provider = Callable[[Iterable[int], datetime], dict[int, Now]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Let a room tell what it measures."""
    if provider not in _providers:
        _providers.append(provider)


def now_at(places: Iterable[int], at: datetime | None = None) -> dict[int, Now]:
    """Place id → what is measured there now; places nobody measures are missing."""
    asked, moment = list(places), at or clock.now()
    found: dict[int, Now] = {}
    for provider in _providers if asked else ():
        found.update(provider(asked, moment))
    return found
