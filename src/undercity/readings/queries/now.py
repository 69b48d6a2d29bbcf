"""What the public may know of a place now: how warm it is inside, and how full. Nothing else ever leaves by here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from undercity.places.now import Now
from undercity.readings.models import Series
from undercity.readings.queries.standing import moment
from undercity.readings.queries.terms import terms_on
from undercity.readings.rules import is_stale
from undercity.readings.states import Quantity

ASKED = (Quantity.TEMPERATURE_IN, Quantity.OCCUPANCY)


def now_at(places: Iterable[int], at: datetime) -> dict[int, Now]:
    """Place → its newest temperature and crowding, for listed places that have any; one question for all."""
    rows = (Series.objects.filter(device__place__in=list(places), device__place__listed=True, quantity__in=ASKED,
                                  device__stopped_at__isnull=True, last_at__isnull=False)
            .order_by("last_at").values_list("device__place", "quantity", "last_at", "last_value", "full"))
    # Ordered by time: the newest of a place and quantity is the last one written here.
    newest = {(place, Quantity(quantity)): (last_at or 0, value or 0, full)
              for place, quantity, last_at, value, full in rows}
    return {place: _now(newest, place, at) for place in {place for place, _quantity in newest}}


def _now(newest: dict[tuple[int, Quantity], tuple[int, int, int | None]], place: int, at: datetime) -> Now:
    terms, now = terms_on(at.date()), int(at.timestamp())
    warm, people = newest.get((place, Quantity.TEMPERATURE_IN)), newest.get((place, Quantity.OCCUPANCY))
    crowding = None
    # Who was there an hour ago says nothing of now.
    if people is not None and people[2] and not is_stale(people[0], now, terms.get(Quantity.OCCUPANCY)):
        crowding = min(people[1] / people[2], 1.0)
    heard = warm or people
    return Now(temperature_c=Decimal(warm[1]).scaleb(-Quantity.TEMPERATURE_IN.decimals) if warm else None,
               crowding=crowding, measured_at=moment(heard[0]) if heard else None,
               stale=warm is not None and is_stale(warm[0], now, terms.get(Quantity.TEMPERATURE_IN)))
