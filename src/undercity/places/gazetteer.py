"""Our own gazetteer 地名: what somebody types, found among districts, streets, roads, hills, waters and places.

Nothing is asked of an outside service: names come from the directory, the schematic map and the listed places, former
ones too. A slip, a house number or a district before the street do no harm; two roads give their crossing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils.translation import get_language, gettext as _
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from undercity import clock
from undercity.org.queries import Directory, directory
from undercity.places.changes import stand
from undercity.places.maps import features
from undercity.places.models import PlaceName
from undercity.places.queries import name_of, shown_to, with_names
from undercity.science.bigrams import Names, likeness, names_of, plain, shared
from undercity.science.coordinates import distance_m

# How alike a name must be to be offered, and to be taken without asking.
OFFERED, SURE, APART = 0.42, 0.6, 0.06
# Of things equally alike the finer comes first.
FINER = {"crossing": 0, "place": 1, "spring": 2, "hill": 2, "lake": 2, "road": 3, "river": 4, "stream": 4, "street": 5,
         "district": 6}
SAME_M = 150.0
_TAIL = re.compile(r"(附近|旁边|门口|对面|交叉口|路口|交口|交汇处|口)+\Z")
_HOUSE = re.compile(r"(?:附?\d+号?(?:院|楼|室|单元|栋|层|米)*|no\d+)+\Z")
_CITY = re.compile(r"\A(?:中国)?(?:山东省?)?(?:济南市?)?")
CANDIDATES = 40


@dataclass(frozen=True, slots=True)
class Spot:
    """A thing with a name and a position (WGS 84): its kind, its district or street, how well it fits (0 to 1)."""

    kind: str
    label: str
    lat: float
    lon: float
    within: str
    fit: float
    key: str = ""


@dataclass(frozen=True)
class Thing:
    """Something of our own geography, with all its plain names."""

    kind: str
    zh: str
    en: str
    plain: tuple[str, ...]
    geometry: BaseGeometry
    key: str = ""
    along: float = 0.5

    def middle(self, within: BaseGeometry | None = None) -> tuple[float, float]:
        """Where one would point at it; the part of a line inside an area, if it touches that."""
        geometry = self.geometry
        if within is not None and not (part := geometry.intersection(within)).is_empty:
            geometry = part
        point = geometry.interpolate(0.5, normalized=True) if geometry.geom_type == "LineString" \
            else geometry.representative_point()
        return point.y, point.x


def search(text: str, limit: int = 6) -> list[Spot]:
    """What the text may mean, the best first; empty when nothing is alike."""
    asked = _TAIL.sub("", plain(text)[:60])
    asked = _CITY.sub("", asked) or asked
    if not asked:
        return []
    things = _things(directory())
    area, rest = _area_in(things, asked)
    street = _HOUSE.sub("", rest) or rest
    spots = [*_crossings(things, street), *_own(things, asked, street, area), *_places(street)]
    best: list[Spot] = []
    for spot in sorted(spots, key=lambda spot: (-round(spot.fit, 3), FINER[spot.kind], spot.label)):
        if not any(spot.label == other.label and distance_m(spot.lat, spot.lon, other.lat, other.lon) < SAME_M
                   for other in best):
            best.append(spot)
    return best[:limit]


def is_clear(spots: list[Spot]) -> bool:
    """Is the first meant for sure, so that nobody need be asked?"""
    return bool(spots) and spots[0].fit >= SURE and (len(spots) == 1 or spots[0].fit - spots[1].fit >= APART
                                                     or spots[0].fit > 0.99 > spots[1].fit)


def called(lat: float, lon: float) -> str:
    """The street or district a position lies in; "" outside the city."""
    body = directory().at(lat, lon)
    return directory().name(body, get_language() or "zh", clock.now().date()) if body is not None else ""


_Things = tuple[tuple[Thing, ...], Names, tuple[int, ...]]
_kept: tuple[Directory, _Things] | None = None


def _things(book: Directory) -> _Things:
    """Everything of our own, its names laid out, and whose each name is; laid out anew with the directory."""
    global _kept
    if _kept is None or _kept[0] is not book:
        _kept = (book, _laid_out(book))
    return _kept[1]


def _laid_out(book: Directory) -> _Things:
    today = clock.now().date()
    found = [Thing("street" if book.cards[body].kind == "street" else "district", book.name(body, "zh", today),
                   book.name(body, "en", today),
                   tuple({plain(name) for _from, _to, zh, en in book.cards[body].names for name in (zh, en)}),
                   shape(outline), book.cards[body].key) for body, outline in book.outlines.items()]
    found += [Thing(one["properties"]["kind"], one["properties"]["zh"], one["properties"]["en"],
                    tuple({plain(one["properties"][name]) for name in ("zh", "en")}), shape(one["geometry"]))
              for one in features()]
    texts = [(number, name) for number, thing in enumerate(found) for name in thing.plain if name]
    return tuple(found), names_of([name for _number, name in texts]), tuple(number for number, _name in texts)


def _area_in(things: _Things, asked: str) -> tuple[Thing | None, str]:
    """The street or district the text begins with or holds, and what is left of it."""
    held = [(len(name), thing, name) for thing in things[0] if thing.kind in {"district", "street"}
            for name in thing.plain if len(name) > 1 and name in asked]
    if not held:
        return None, asked
    _length, area, name = max(held, key=lambda one: (one[0], one[1].kind == "street"))
    rest = asked.replace(name, "", 1)
    # A district may stand before the street it belongs to.
    for _length, _thing, other in held:
        rest = rest.replace(other, "", 1) if len(rest) > len(other) else rest
    return area, rest or asked


def _crossings(things: _Things, asked: str) -> list[Spot]:
    roads = [thing for thing in things[0] if thing.kind == "road" and any(name in asked for name in thing.plain)]
    met = []
    for nth, one in enumerate(roads):
        for other in roads[nth + 1:]:
            point = one.geometry.intersection(other.geometry)
            if not point.is_empty:
                middle = point.representative_point()
                met.append(Spot("crossing", _("%(one)s and %(other)s") % {"one": _said(one), "other": _said(other)},
                                middle.y, middle.x, called(middle.y, middle.x), 1.0))
    return met


def _own(things: _Things, asked: str, street: str, area: Thing | None) -> list[Spot]:
    found, names, owners = things
    fits: dict[int, float] = {}
    for words in {asked, street}:
        for number, count in enumerate(shared(names, words).tolist()):
            owner, name = owners[number], names.texts[number]
            if count or len(name) == 1 or name in words or words in name:
                fits[owner] = max(fits.get(owner, 0.0), likeness(count, words, name))
    spots = []
    for owner, fit in fits.items():
        thing = found[owner]
        if fit >= OFFERED:
            inside = area.geometry if area is not None and thing.kind == "road" else None
            lat, lon = thing.middle(inside)
            spots.append(Spot(thing.kind, _said(thing), lat, lon, _around(thing, lat, lon), fit, thing.key))
    return spots


def _around(thing: Thing, lat: float, lon: float) -> str:
    """What a thing lies in: a street's district, anything else's street."""
    if thing.kind not in {"street", "district"}:
        return called(lat, lon)
    book = directory()
    parent = book.cards[book.by_key[thing.key]].parent
    return book.name(parent, get_language() or "zh", clock.now().date()) if parent is not None else ""


@lru_cache(maxsize=1)
def _place_names(_stand: tuple[int, int]) -> tuple[Names, list[int]]:
    """The names of the listed places, former ones too, and whose each is."""
    texts, owners = [], []
    for place, zh, en in PlaceName.objects.filter(place__listed=True).values_list("place_id", "zh", "en").iterator():
        for name in {plain(zh), plain(en)} - {""}:
            texts.append(name)
            owners.append(place)
    return names_of(texts), owners


def _places(asked: str) -> list[Spot]:
    names, owners = _place_names(stand())
    counts = shared(names, asked)
    fits: dict[int, float] = {}
    if counts.any():
        best = np.argsort(-counts, kind="stable")[:CANDIDATES]
        for number in best.tolist():
            fit = likeness(int(counts[number]), asked, names.texts[number])
            if counts[number] and fit >= OFFERED:
                fits[owners[number]] = max(fits.get(owners[number], 0.0), fit)
    rows = shown_to().filter(pk__in=fits).prefetch_related(with_names())
    return [Spot("place", name_of(place, clock.now()), place.lat, place.lon, called(place.lat, place.lon),
                 fits[place.pk], place.key) for place in rows]


def _said(thing: Any) -> str:
    return str(thing.zh if (get_language() or "zh").startswith("zh") else thing.en)
