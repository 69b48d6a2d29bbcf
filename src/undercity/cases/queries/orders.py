"""Hotline orders 热线工单 with their own clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import ORDER_RETURN_DAYS, Callback, Stage
from undercity.ledger.lights import Seen, day_and_minute, seen
from undercity.ledger.models import Duty
from undercity.org.powers import Actor
from undercity.org.queries import body_name, calendar
from undercity.science.worktime import Limit, Unit, deadline

PAGE = 200
CHOICES = ("open", "late", "callback", "redo", "all")


@dataclass(frozen=True, slots=True)
class Row:
    """An order in a list; `duty` is the open one about it: the answer, or the call-back."""

    case: Case
    what: str
    where: str
    stage: str
    state: str
    duty: Seen | None

    @property
    def called(self) -> str:
        """When somebody called."""
        return day_and_minute(self.case.order_at)

    @property
    def due(self) -> str:
        """Until when it is to be answered."""
        return day_and_minute(self.case.order_due)


def return_until(case: Case) -> datetime | None:
    """Until when an order for another unit may go back, by the term in force at the call; None: no term is set."""
    days = scheme().term(ORDER_RETURN_DAYS, case.order_at) if case.order_at else 0
    return deadline(case.order_at, Limit(days, Unit.WORKING_DAY), calendar()) if case.order_at and days else None


def state_of_order(case: Case) -> str:
    """Where the order stands, in words."""
    if case.order_returned:
        return _("sent back")
    if case.callback:
        return _("called back: %(answer)s") % {"answer": Callback(case.callback).label}
    if case.replied_at is not None:
        return _("answered, to be called back")
    return _("caller contacted") if case.contacted_at is not None else _("not contacted yet")


def page(actor: Actor, at: datetime, chosen: str) -> list[Row]:
    """Orders an actor may see, the first due first; so many at most."""
    unanswered = Q(replied_at__isnull=True, order_returned=False)
    narrowed = {"open": unanswered, "late": unanswered & Q(order_due__lt=at),
                "callback": Q(replied_at__isnull=False, callback=""),
                "redo": Q(callback=Callback.UNSATISFIED) | Q(redos__gt=0)}.get(chosen, Q())
    rows = list(visible_to(actor).exclude(order="").filter(narrowed).select_related("report").order_by(
        F("order_due").asc(nulls_last=True), "-id")[:PAGE])
    duties = list(Duty.objects.filter(pk__in=[row.order_duty for row in rows if row.order_duty is not None]))
    shown = {one.duty.pk: one for one in seen(duties, at)}
    known = scheme()
    return [Row(row, known.name(row.category), row.report.address or body_name(row.territory_id),
                str(Stage(row.stage).label), state_of_order(row), shown.get(row.order_duty) if row.order_duty else None)
            for row in rows]
