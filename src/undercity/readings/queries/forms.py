"""What a keeper may enter by hand, with the last value shown beside each field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from undercity.org.powers import Actor, Decision
from undercity.places.models import Place
from undercity.readings.models import Series
from undercity.readings.queries.standing import moment
from undercity.readings.queries.terms import terms_on
from undercity.readings.queries.visible import kept_by
from undercity.readings.rules import Terms, is_stale
from undercity.readings.states import Quantity


@dataclass(frozen=True, slots=True)
class ToEnter:
    """A quantity of a place with its newest value, whoever measured it."""

    quantity: Quantity
    keeper: int
    full: int | None
    last: str
    last_at: datetime | None
    stale: bool
    terms: Terms | None

    @property
    def range(self) -> str:
        """What the quantity can be, with its unit; "" without terms."""
        if self.terms is None:
            return ""
        return f"{self.quantity.shown(self.terms.least)} – {self.quantity.with_unit(self.terms.most)}"


def may_enter(actor: Actor, place: Place) -> Decision:
    """Is this place's instruments' keeper the one who asks?"""
    return Decision(kept_by(actor).filter(place=place).exists(), _("Readings are entered by whoever keeps the place."))


def to_enter(place: Place, at: datetime) -> list[ToEnter]:
    """The quantities measured at a place, in their own order."""
    newest: dict[Quantity, Series] = {}
    for row in Series.objects.filter(device__place=place, device__stopped_at__isnull=True).select_related("device"):
        quantity = Quantity(row.quantity)
        known = newest.get(quantity)
        if known is None or (row.last_at or 0) > (known.last_at or 0):
            newest[quantity] = row
    terms, now = terms_on(at.date()), int(at.timestamp())
    return [ToEnter(quantity, row.device.keeper_id, row.full, quantity.with_unit(row.last_value), moment(row.last_at),
                    is_stale(row.last_at, now, terms.get(quantity)), terms.get(quantity))
            for quantity, row in sorted(newest.items())]
