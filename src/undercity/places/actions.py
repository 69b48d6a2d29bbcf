"""Everything that changes places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import h3
from django.conf import settings
from django.utils.translation import gettext as _

from undercity.db import write
from undercity.errors import RuleBroken
from undercity.org.models import Post
from undercity.org.queries import directory
from undercity.org.states import BodyKind, Role
from undercity.places import grids
from undercity.places.grid_rules import Known, Reading, as_geojson, read
from undercity.places.models import FloodBoard, GridVersion, Place, PlaceName, UnitGrid
from undercity.places.rules import checked_hours
from undercity.places.seasons.actions.proposals import propose_closing
from undercity.science.coordinates import Datum

__all__ = ["cell_of", "check_grids", "load_grids", "open_place", "propose_closing"]

RESOLUTION = 8


def open_place(*, key: str, names: Iterable[Mapping[str, Any]], district: int, address_zh: str, lat: float, lon: float,
               hours: str, source: str, valid_from: date, **more: Any) -> Place:
    """Add a place, with its dated names and hours. RuleBroken when it does not lie in its district."""
    book = directory()
    found = book.at(lat, lon)
    if found is None or district not in book.line(found):
        raise RuleBroken(_("%(key)s does not lie in its district.") % {"key": key}, field="lat",
                         remedy=_("Check latitude, longitude and district; positions are WGS 84."))
    with write():
        place = Place.objects.create(key=key, district_id=district, address_zh=address_zh, lat=lat, lon=lon,
                                     cell=cell_of(lat, lon), hours=checked_hours(hours), source=source,
                                     valid_from=valid_from, **more)
        PlaceName.objects.bulk_create(PlaceName(place=place, **name) for name in names)
    return place


def hang_board(place: Place, *, keeper: int, post: Post, phone_24h: str, way_out_zh: str, valid_from: date, source: str,
               **more: Any) -> FloodBoard:
    """Hang the flood-season board 防汛责任公示牌 of a place in place of the one before. RuleBroken without a number."""
    if not phone_24h.strip() or not way_out_zh.strip():
        raise RuleBroken(_("A flood-season board needs a number and a way out."),
                         field="phone_24h" if not phone_24h.strip() else "way_out_zh",
                         remedy=_("Give the number that is answered day and night, and the way to the street."))
    with write():
        board, _made = FloodBoard.objects.update_or_create(place=place, defaults={
            "keeper_id": keeper, "post": post, "phone_24h": phone_24h.strip(), "way_out_zh": way_out_zh.strip(),
            "valid_from": valid_from, "source": source, **more})
    return board


def cell_of(lat: float, lon: float) -> int:
    """The H3 cell of a position as a number both databases can keep (below 2**63 since the top bit is never set)."""
    return int(h3.str_to_int(h3.latlng_to_cell(lat, lon, RESOLUTION)))


def check_grids(collection: Any, *, datum: Datum = Datum.WGS84) -> Reading:
    """Read a GeoJSON FeatureCollection of unit grids against the city, without storing anything."""
    book = directory()
    codes = {kind: frozenset(card.code for card in book.cards.values() if card.kind == kind and card.code)
             for kind in (BodyKind.DISTRICT, BodyKind.STREET)}
    known = Known(codes[BodyKind.DISTRICT], codes[BodyKind.STREET],
                  frozenset(Post.objects.filter(role=Role.INSPECTOR).values_list("key", flat=True)),
                  lambda lat, lon: book.at(lat, lon) is not None)
    return read(collection, known, tolerance_m2=settings.GRID_TOLERANCE_M2, datum=datum)


def load_grids(collection: Any, *, valid_from: date, source: str, invented: bool = False,
               datum: Datum = Datum.WGS84) -> tuple[GridVersion, Reading]:
    """Store a version of the unit grids, all of it or nothing. RuleBroken lists every fault, or says the day is taken.

    The versions before stay as they are: a case keeps the grid of the day it was reported.
    """
    if not source.strip():
        raise RuleBroken(_("Where are these grids from?"), field="source", remedy=_("Name the notice or the file."))
    found = check_grids(collection, datum=datum)
    if found.faults:
        raise RuleBroken("\n".join(str(fault) for fault in found.faults), field="features",
                         remedy=_("Nothing was stored."), details={"faults": len(found.faults)})
    book = directory()
    by_code = {card.code: card.id for card in book.cards.values()
               if card.code and card.kind in {BodyKind.DISTRICT, BodyKind.STREET}}
    posts = dict(Post.objects.filter(role=Role.INSPECTOR).values_list("key", "pk"))
    with write():
        if GridVersion.objects.filter(valid_from=valid_from).exists():
            raise RuleBroken(_("There is a version from %(day)s already.") % {"day": valid_from.isoformat()},
                             field="valid_from", remedy=_("Versions never change; choose a later day."))
        version = GridVersion.objects.create(valid_from=valid_from, source=source.strip()[:240], invented=invented)
        UnitGrid.objects.bulk_create([
            UnitGrid(version=version, code=cell.code, territory_id=by_code.get(cell.code[:9], by_code[cell.code[:6]]),
                     responsibility=cell.responsibility, post_id=posts.get(cell.inspector),
                     outline=as_geojson(cell.outline)) for cell in found.cells], batch_size=500)
    grids.forget()
    return version, found
