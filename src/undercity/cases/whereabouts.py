"""Where is it? 位置: a position as somebody gave it, brought to WGS 84 and to the territory it lies in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from undercity.errors import RuleBroken
from undercity.ledger.pictures import Picture
from undercity.org.queries import directory
from undercity.science.coordinates import Datum, Finding, Position, diagnose, to_wgs84

NAMES = {Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}
DATUM_NAMES = {Finding.GCJ02_SUSPECTED: NAMES[Datum.GCJ02], Finding.BD09_SUSPECTED: NAMES[Datum.BD09]}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A position (WGS 84 degrees; None when only the territory is known), its territory, and what was set right."""

    lat: float | None
    lon: float | None
    territory: int
    said: tuple[str, ...] = ()


def locate(lat: float | None, lon: float | None, address: str, *, datum: Datum,
           photos: Sequence[Picture] = ()) -> Whereabouts:
    """Find the territory by the position, else by a photo's own position, else by a name in the address.

    RuleBroken says what is wrong with a position and offers the right one where there is one.
    """
    if (lat is None) != (lon is None):
        raise RuleBroken(_("A position needs both latitude and longitude."), field="lat",
                         remedy=_("Give both, or name the street."))
    witness = next(((photo.lat, photo.lon) for photo in photos
                    if photo.lat is not None and photo.lon is not None and _inside(photo.lat, photo.lon)), None)
    if lat is not None and lon is not None:
        return _given(lat, lon, datum, witness)
    if witness is not None:
        return _at(*witness, (_("The position was taken from the photo."),))
    territory = named(address)
    if territory is None:
        raise RuleBroken(_("Where is it?"), field="lat",
                         remedy=_("Give a position, or name the street or district in the address."))
    return Whereabouts(None, None, territory, (_("The place was found by its name; no position was given."),))


def _given(lat: float, lon: float, datum: Datum, witness: Position | None) -> Whereabouts:
    if datum is not Datum.WGS84 and _sane(lat, lon):
        lat, lon = to_wgs84(lat, lon, datum)
        witness = None  # What was converted is not suspected once more.
    found = diagnose(lat, lon, _inside, witness)
    if found.corrected is not None and found.finding in DATUM_NAMES and _inside(*found.corrected):
        said = _("The position was read as %(datum)s, as the photo's own position shows, and converted to WGS 84.")
        return _at(*found.corrected, (said % {"datum": DATUM_NAMES[found.finding]},))
    if found.finding is Finding.SWAPPED:
        raise RuleBroken(_("Latitude and longitude seem to be swapped."), field="lat",
                         remedy=_("Did you mean latitude %(lat)s, longitude %(lon)s?") % {"lat": lon, "lon": lat})
    if found.finding in {Finding.NOT_A_NUMBER, Finding.OUT_OF_RANGE}:
        raise RuleBroken(_("This is no position on earth."), field="lat",
                         remedy=_("Latitude lies between −90 and 90, longitude between −180 and 180 degrees."))
    if not _inside(lat, lon):
        if datum is Datum.WGS84 and (other := next((one for one in (Datum.GCJ02, Datum.BD09)
                                                    if _inside(*to_wgs84(lat, lon, one))), None)):
            raise RuleBroken(_("This position lies outside the city."), field="lat",
                             remedy=_("Read as %(datum)s it lies inside: say what the position comes from.") % {
                                 "datum": NAMES[other]})
        raise RuleBroken(_("This position lies outside the city."), field="lat",
                         remedy=_("Check the numbers, or report it to the city where it is."))
    return _at(lat, lon, ())


def _at(lat: float, lon: float, said: tuple[str, ...]) -> Whereabouts:
    territory = directory().at(lat, lon)
    assert territory is not None
    return Whereabouts(round(lat, 6), round(lon, 6), territory, said)


def _sane(lat: float, lon: float) -> bool:
    return abs(lat) <= 90 and abs(lon) <= 180


def _inside(lat: float, lon: float) -> bool:
    return directory().at(lat, lon) is not None


def named(address: str) -> int | None:
    """The deepest territory whose name stands in a text; the longest name wins among equals."""
    book, text, best = directory(), address.casefold(), (0, 0)
    chosen = None
    for card in book.cards.values():
        if card.id not in book.outlines:
            continue
        for _begins, _ends, zh, en in card.names:
            for name in (zh, en):
                rank = (card.path.count("/"), len(name))
                if name and name.casefold() in text and rank > best:
                    best, chosen = rank, card.id
    return chosen
