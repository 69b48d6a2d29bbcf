"""What cases hear from the rooms below: a problem found at a place becomes a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from undercity.cases.actions.reporting import report
from undercity.cases.states import Source
from undercity.ledger.pictures import Picture
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.places.models import Place
from undercity.places.queries import found
from undercity.places.signals import problem_found
from undercity.places.states import FACILITIES


def take_up(sender: object, *, place: Place, category: str, text: str, source: str, by: Actor, at: datetime, key: str,
            photos: Sequence[Picture] = (), **more: Any) -> str:
    """Report what was found, once however often it is told; the number of its case.

    Of a place the public does not know, the case says neither where it lies nor what it is called: cases are public.
    """
    if not place.listed and place.use not in FACILITIES:
        case = report(by=by, at=at, source=Source(source), category=category, text=text, territory=place.district_id,
                      address=_("a work that is not public"), photos=photos, client_key=key)
        return case.number
    seen = found(place, at)
    territory = directory().at(place.lat, place.lon) or place.district_id
    case = report(by=by, at=at, source=Source(source), category=category, text=text, territory=territory,
                  address=f"{seen.name} {seen.address}".strip()[:300], lat=place.lat, lon=place.lon, photos=photos,
                  client_key=key)
    return case.number


def listen() -> None:
    """Hear what places announce."""
    problem_found.connect(take_up, dispatch_uid="cases.take_up")
