"""A department's list of today 今日处置单: what it must handle, by the hour it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.models import Case
from undercity.cases.queries.cards import card_of, thresholds
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import Card, Stage
from undercity.ledger.lights import day_and_minute, time_left
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.states import Power

AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Task:
    """A case to handle: what, where, the reporter's words, until when, and its card."""

    case: Case
    number: str
    href: str
    category: str
    where: str
    due: str
    left: str
    card: Card | None


@dataclass(frozen=True, slots=True)
class Hour:
    """What is due in one hour of today, was due before, or comes later."""

    code: str
    title: str
    tasks: list[Task]


def today(actor: Actor, at: datetime) -> list[Hour]:
    """What lies with the departments an actor handles for, the most urgent first: late, today by the hour, later."""
    bodies = [body for path in actor.scopes(Power.CASE_DISPOSE) for body in directory().under(path)]
    rows = Case.objects.filter(timeline=clock.timeline(), stage=Stage.DISPOSAL, department__in=bodies).select_related(
        "report").order_by(F("due_at").asc(nulls_last=True), "id")[:AT_MOST]
    limits, known, address = thresholds(at), scheme(), address_of("case")
    midnight = at.astimezone(clock.ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    groups: dict[str, Hour] = {}
    for case in rows:
        code, title = _hour(case.due_at, at, midnight)
        groups.setdefault(code, Hour(code, title, [])).tasks.append(Task(
            case, case.number, address(case.number), known.name(case.category),
            " ".join(one for one in (body_name(case.territory_id), case.report.address) if one),
            day_and_minute(case.due_at), time_left(case.due_at, at), card_of(case.stage, case.due_at, limits)))
    return list(groups.values())


def _hour(due: datetime | None, at: datetime, midnight: datetime) -> tuple[str, str]:
    if due is not None and due < at:
        return "late", _("Overdue")
    if due is None or due >= midnight:
        return "later", _("Later")
    hour = due.astimezone(clock.ZONE).hour
    return f"h{hour:02}", _("Due by %(from)02d:00–%(to)02d:00") % {"from": hour, "to": hour + 1}
