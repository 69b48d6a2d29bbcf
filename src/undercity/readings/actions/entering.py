"""Readings by hand: a keeper reads an instrument, counts heads or looks into a sump."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from undercity.db import write
from undercity.errors import RuleBroken
from undercity.org.powers import Actor, require
from undercity.places.models import Place
from undercity.readings.actions.devices import hand_of
from undercity.readings.actions.taking import Answer, take
from undercity.readings.queries.forms import may_enter, to_enter
from undercity.readings.rules import Said
from undercity.readings.states import Door, Quantity


def enter(place: Place, values: Mapping[Quantity, str], *, by: Actor, at: datetime, key: str,
          measured: datetime | None = None) -> dict[Quantity, Answer]:
    """手工录入: what a keeper read at a place; `key` the same again stores nothing twice. By quantity, what became."""
    require(may_enter(by, place))
    known = {one.quantity: one for one in to_enter(place, at)}
    if strange := [quantity for quantity in values if quantity not in known]:
        raise RuleBroken(_("%(what)s is not measured at this place.") % {"what": strange[0].label},
                         field=strange[0].code, remedy=_("Register a device for it first."))
    moment = (measured or at).isoformat()
    with write():
        device = hand_of(place, keeper=next(iter(known.values())).keeper, at=at,
                         quantities={quantity: known[quantity].full for quantity in values})
        given = [Said(device.key, quantity.code, moment, value, f"{key}-{quantity.value}")
                 for quantity, value in values.items()]
        answers = take(given, door=Door.PHONE, at=at)
    return dict(zip(values, answers, strict=True))
