"""黄牌 and 红牌: which cases a department is shown a card for, by dated settings (`schemes/stages.toml`)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from undercity.cases.queries.scheme import scheme
from undercity.cases.states import RED_CARD_DAYS, YELLOW_CARD_DAYS, Card, Stage
from undercity.org.queries import calendar
from undercity.science.worktime import Limit, Unit, deadline


def thresholds(at: datetime) -> tuple[datetime, datetime]:
    """(red when due before, yellow when due no later): one question of the calendar serves a whole list.

    A deadline is so many working days away when it comes no later than that many working days counted from now.
    """
    known = scheme()
    days = known.term(YELLOW_CARD_DAYS, at)
    soon = deadline(at, Limit(days, Unit.WORKING_DAY), calendar()) if days else at
    return at - timedelta(days=max(known.term(RED_CARD_DAYS, at) - 1, 0)), soon


def card_of(stage: str, due_at: datetime | None, limits: tuple[datetime, datetime]) -> Card | None:
    """The card of one case; None when it is not in handling or there is time."""
    red, yellow = limits
    if stage != Stage.DISPOSAL or due_at is None or due_at > yellow:
        return None
    return Card.RED if due_at < red else Card.YELLOW


def carded(card: Card, at: datetime) -> Q:
    """The same as a condition on cases."""
    red, yellow = thresholds(at)
    if card is Card.RED:
        return Q(stage=Stage.DISPOSAL, due_at__lt=red)
    return Q(stage=Stage.DISPOSAL, due_at__gte=red, due_at__lte=yellow)
