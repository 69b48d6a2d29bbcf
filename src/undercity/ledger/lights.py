"""How a duty looks on a list: its light, and the time that is left, by the clock of its own limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.utils.translation import gettext as _, gettext_lazy

from undercity.clock import ZONE
from undercity.ledger.kinds import DutyKind, kind
from undercity.ledger.models import Duty
from undercity.ledger.subjects import Line, subject
from undercity.org.addresses import address_of
from undercity.org.queries import calendar
from undercity.science import worktime
from undercity.science.worktime import Light, Unit

UNITS = {Unit.MINUTE: gettext_lazy("minutes"), Unit.WORKING_HOUR: gettext_lazy("working hours"),
         Unit.WORKING_DAY: gettext_lazy("working days"), Unit.URGENT_HOUR: gettext_lazy("urgent hours"),
         Unit.URGENT_DAY: gettext_lazy("urgent days"), Unit.CALENDAR_DAY: gettext_lazy("calendar days")}


@dataclass(frozen=True, slots=True)
class Seen:
    """A duty in a list."""

    duty: Duty
    kind: DutyKind
    line: Line | None
    light: Light
    left: str
    limit: str
    href: str

    @property
    def due(self) -> str:
        """The day and minute it is due, as a list shows it."""
        return day_and_minute(self.duty.due_at)


def day_and_minute(at: datetime | None) -> str:
    """A moment in a list, in the city's time; a filter of the template takes ten times as long."""
    return at.astimezone(ZONE).strftime("%m-%d %H:%M") if at is not None else ""


def light_of(duty: Duty, at: datetime) -> Light:
    """Green, yellow or red 灯: the share of the limit used, counted as the limit counts."""
    return light_at(duty.assigned_at, duty.due_at, duty.limit_unit, duty.done_at or at)


def light_at(assigned_at: datetime, due_at: datetime | None, limit_unit: str, at: datetime) -> Light:
    """The same of a clock alone, for lists that do not load the duty."""
    if due_at is None:
        return Light.GREEN
    return worktime.light_of(assigned_at, at, due_at, Unit(limit_unit) if limit_unit else Unit.MINUTE, calendar())


def time_left(due: datetime | None, at: datetime) -> str:
    """The time left, or how long it is over, in words."""
    if due is None:
        return _("no limit")
    return (_("%(amount)s left") if due >= at else _("%(amount)s over")) % {"amount": duration(abs(due - at))}


def duration(gap: timedelta) -> str:
    """A stretch of time in words, to the minute."""
    if gap >= timedelta(days=1):
        return _("%(days)d d %(hours)d h") % {"days": gap.days, "hours": gap.seconds // 3600}
    if gap >= timedelta(hours=1):
        return _("%(hours)d h %(minutes)d min") % {"hours": gap.seconds // 3600, "minutes": gap.seconds // 60 % 60}
    return _("%(minutes)d min") % {"minutes": gap.seconds // 60}


def limit_text(value: int | None, unit: str) -> str:
    """A limit in words: 4 working hours."""
    if value is None or not unit:
        return ""
    return f"{value} {UNITS[Unit(unit)]}"


def seen(duties: Iterable[Duty], at: datetime) -> list[Seen]:
    """Duties as a list shows them; subjects of one kind are asked for together."""
    rows = list(duties)
    by_kind: dict[str, list[Duty]] = {}
    for row in rows:
        by_kind.setdefault(row.subject_kind, []).append(row)
    lines: dict[UUID, Line] = {}
    for name, several in by_kind.items():
        keeper = subject(name)
        if keeper is not None:
            lines.update(keeper.describe([row.subject for row in several]))
    address = cache(address_of)
    return [Seen(row, rule := kind(row.kind), lines.get(row.subject), light_of(row, at), time_left(row.due_at, at),
                 limit_text(row.limit_value, row.limit_unit), address(rule.page)(row.subject)) for row in rows]
