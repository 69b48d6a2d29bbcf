"""Everything that changes places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import h3
from django.utils.translation import gettext as _

from undercity.db import write
from undercity.errors import RuleBroken
from undercity.org.queries import directory
from undercity.places.models import Place, PlaceName
from undercity.places.rules import checked_hours

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


def cell_of(lat: float, lon: float) -> int:
    """The H3 cell of a position as a number both databases can keep (below 2**63 since the top bit is never set)."""
    return int(h3.str_to_int(h3.latlng_to_cell(lat, lon, RESOLUTION)))
