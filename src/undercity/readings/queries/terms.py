"""The terms of the quantities 监测量参数, held in memory since every reading asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from time import perf_counter

from undercity.readings.models import QuantityTerms
from undercity.readings.rules import Terms
from undercity.readings.states import Quantity

KEPT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Dated:
    """Terms and the day they begin."""

    valid_from: date
    terms: Terms


_kept: tuple[float, list[Dated]] | None = None


def forget() -> None:
    """Read them anew at the next question."""
    global _kept
    _kept = None


def terms_on(day: date) -> dict[Quantity, Terms]:
    """Quantity → what holds on that day; a quantity without terms is missing."""
    found: dict[Quantity, Terms] = {}
    for one in _all():
        if one.valid_from <= day:
            found[one.terms.quantity] = one.terms
    return found


def _all() -> list[Dated]:
    global _kept
    if _kept is None or perf_counter() - _kept[0] > KEPT_SECONDS:
        _kept = (perf_counter(), [Dated(row.valid_from, _terms(row))
                                  for row in QuantityTerms.objects.order_by("valid_from")])
    return _kept[1]


def _terms(row: QuantityTerms) -> Terms:
    quantity = Quantity(row.quantity)
    stored = 10 ** quantity.decimals

    def scaled(value: float | None) -> int | None:
        return None if value is None else round(value * stored)

    return Terms(quantity=quantity, least=round(row.least * stored), most=round(row.most * stored),
                 warn_low=scaled(row.warn_low), warn_high=scaled(row.warn_high), back=round(row.back * stored),
                 for_seconds=row.for_minutes * 60, stale_seconds=row.stale_minutes * 60, category=row.category,
                 source=row.source)
