"""Where somebody asks from 从哪里找: a typed address, typed coordinates, the device's position, a tap, a street chosen.

An address of ours carries the question, so that it can be passed on: `at` what was typed, `lat` and `lon` (and `datum`)
a position, `near` a street or district by its key. A position is rounded to a thousandth of a degree, some hundred
metres, before anything else is done with it: near enough to find a place, and less is known about the asker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import get_language, gettext as _
from shapely.geometry import shape

from undercity import clock
from undercity.errors import RuleBroken
from undercity.org.queries import directory
from undercity.places import gazetteer
from undercity.places.gazetteer import Spot
from undercity.places.typed import typed_position, understood
from undercity.science.coordinates import Datum, Finding, Position, to_wgs84

DIGITS = 3
LONGEST = 200


@dataclass(frozen=True)
class Asked:
    """From where, in WGS 84 (None: nothing was said, or it is not clear yet), in words, and what else it may mean."""

    position: Position | None = None
    said: str = ""
    typed: str = ""
    near: str = ""
    swapped: bool = False
    # Another datum may be meant only when numbers were typed.
    datum: Datum | None = None
    others: list[Spot] = field(default_factory=list)

    @property
    def query(self) -> list[tuple[str, str]]:
        """The question as fields of an address that may be passed on."""
        if self.near:
            return [("near", self.near)]
        if self.position is None:
            return [("at", self.typed)] if self.typed else []
        return fields_of(*self.position)


def fields_of(lat: float, lon: float) -> list[tuple[str, str]]:
    """A position as fields of an address, rounded."""
    return [("lat", f"{lat:.{DIGITS}f}"), ("lon", f"{lon:.{DIGITS}f}")]


def asked(given: QueryDict) -> Asked:
    """What an address asks. RuleBroken, with the field and what to do, when it is no place in the city."""
    if text := given.get("at", "").strip()[:LONGEST]:
        return _typed(text, given.get("datum", ""))
    if given.get("lat") or given.get("lon"):
        lat, lon = _numbers(given)
        return Asked((lat, lon), said=gazetteer.called(lat, lon))
    if (near := given.get("near", "")) in directory().by_key and directory().by_key[near] in directory().outlines:
        return middle_of(near)
    return Asked()


def middle_of(key: str) -> Asked:
    """From the middle of a street or district."""
    body = directory().by_key[key]
    middle = shape(directory().outlines[body]).representative_point()
    return Asked((middle.y, middle.x), near=key,
                 said=directory().name(body, get_language() or "zh-hans", clock.now().date()))


def _typed(text: str, datum: str) -> Asked:
    remedy = _("Type a street, a landmark or the name of a place, or choose a street below.")
    numbers = typed_position(text)
    if numbers is None:
        spots = gazetteer.search(text)
        if not spots:
            raise RuleBroken(_("Nothing by this name is known here: %(text)s") % {"text": text}, field="at",
                             remedy=remedy)
        if not gazetteer.is_clear(spots):
            return Asked(typed=text, others=spots)
        best = spots[0]
        return Asked(_rounded(best.lat, best.lon), said=best.label, typed=text, others=spots[1:],
                     near=best.key if best.kind in {"district", "street"} else "")
    chosen = Datum(datum) if datum in set(Datum) else None
    read = understood(numbers, _inside, chosen)
    if read.position is None:
        raise RuleBroken({Finding.OUT_OF_RANGE: _("This is no position on earth."),
                          Finding.NOT_A_NUMBER: _("This is no position on earth.")}.get(
                              read.finding, _("This position lies outside the city.")), field="at", remedy=remedy)
    position = _rounded(*read.position)
    return Asked(position, said=gazetteer.called(*position), typed=text, swapped=read.finding is Finding.SWAPPED,
                 datum=read.datum)


def _numbers(given: QueryDict) -> Position:
    remedy = _("Choose the street or district instead.")
    try:
        lat, lon = float(given.get("lat", "")), float(given.get("lon", ""))
        datum = Datum(given.get("datum") or Datum.WGS84)
    except ValueError as error:
        raise RuleBroken(_("This position cannot be read."), field="lat", remedy=remedy) from error
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise RuleBroken(_("This is no position on earth."), field="lat", remedy=remedy)
    lat, lon = _rounded(*to_wgs84(lat, lon, datum))
    if not _inside(lat, lon):
        raise RuleBroken(_("This position lies outside the city."), field="lat", remedy=remedy)
    return lat, lon


def _rounded(lat: float, lon: float) -> Position:
    return round(lat, DIGITS), round(lon, DIGITS)


def _inside(lat: float, lon: float) -> bool:
    return directory().at(lat, lon) is not None


def areas() -> list[dict[str, Any]]:
    """Districts with their streets, the sample city's own first; the key of each and its name."""
    book, language, today = directory(), get_language() or "zh-hans", clock.now().date()
    cards = [card for card in book.cards.values() if card.id in book.outlines]
    # A district with streets is the one that was mapped in detail: who lives there finds his street first.
    deep = {card.parent for card in cards if card.kind == "street"}
    cards.sort(key=lambda card: (card.id not in deep and card.parent not in deep, card.path))
    return [{"key": card.key, "street": card.kind == "street", "name": book.name(card.id, language, today)}
            for card in cards]


def address(base: str, *fields: list[tuple[str, str]]) -> str:
    """An address with these fields."""
    query = urlencode([pair for group in fields for pair in group])
    return f"{base}?{query}" if query else base
