"""What stands on the map 图上要素. Places bring their own; an upper room registers what it adds for officers.

A room above calls `register(source)` at start; its source answers (actor, at) with pins, asked once a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import escape
from django.utils.safestring import SafeString

from undercity.org.powers import Actor
from undercity.places.queries import Found


@dataclass(frozen=True, slots=True)
class Pin:
    """A thing at a position (WGS 84): what it is called, its page, its kind (`open`, `shut`, `case`), and a word more.

    `listed` is false for what only officers see; `badge` is shown beside the name.
    """

    lat: float
    lon: float
    label: str
    href: str
    kind: str
    more: str = ""
    badge: str = ""
    listed: bool = True
    # What is no row of the list beside, such as the asker, gets no number; a cluster says how many it holds.
    counted: bool = True
    count: int = 0

    @property
    def data(self) -> SafeString:
        """The attributes with which a row of a list tells the map where it is."""
        label = f"{self.label} · {self.badge}" if self.badge else self.label
        kind = self.kind if self.listed else f"{self.kind} unlisted"
        return SafeString(f'data-lat="{self.lat:.12g}" data-lon="{self.lon:.12g}" data-kind="{escape(kind)}" '
                          f'data-label="{escape(label)}"' + (f' data-count="{self.count}"' if self.count else ""))


Source = Callable[[Actor, datetime], Iterable[Pin]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Let a room add pins to the layer above."""
    if source not in _sources:
        _sources.append(source)


def from_rooms(actor: Actor, at: datetime) -> list[Pin]:
    """What the rooms above bring for this actor."""
    return [pin for source in _sources for pin in source(actor, at)]


def of_place(one: Found, href: str, badge: str) -> Pin:
    """A place as a pin."""
    return Pin(one.place.lat, one.place.lon, one.name, href, "open" if one.opening.is_open else "shut", one.address,
               badge if one.place.invented else "", one.place.listed)
