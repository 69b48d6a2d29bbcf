"""The board 案件看板: open cases by stage, in each the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F

from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import Stage
from undercity.ledger.lights import light_of, time_left
from undercity.ledger.models import Duty
from undercity.org.powers import Actor
from undercity.org.queries import body_name, post_titles

COLUMNS = (Stage.INTAKE, Stage.FILING, Stage.DISPATCH, Stage.DISPOSAL, Stage.REVIEW, Stage.CHECK, Stage.CLOSING,
           Stage.ON_HOLD)
EACH = 8


@dataclass(frozen=True, slots=True)
class Card:
    """A case on the board: what, where, the light of its open duty, the time left, who has it."""

    case: Case
    category: str
    where: str
    light: str
    left: str
    who: str


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with its most urgent cases and how many there are in all."""

    stage: Stage
    count: int
    cards: list[Card]


def board(actor: Actor, at: datetime) -> list[Column]:
    """The columns an actor may see; a stage on hold only when something is."""
    rows = visible_to(actor)
    counts: dict[str, int] = dict(rows.filter(stage__in=COLUMNS).values_list("stage").annotate(Count("pk")))
    shown = {stage: _most_urgent(rows, stage) for stage in COLUMNS if counts.get(stage)}
    duties = {duty.id: duty for duty in Duty.objects.filter(
        pk__in=[case.duty for cases in shown.values() for case in cases if case.duty])}
    titles = post_titles(duty.post_id for duty in duties.values() if duty.post_id)
    return [Column(stage, counts.get(stage, 0), [_card(case, duties, titles, at) for case in shown.get(stage, [])])
            for stage in COLUMNS if stage is not Stage.ON_HOLD or counts.get(stage)]


def _most_urgent(rows: Any, stage: Stage) -> list[Case]:
    found = rows.filter(stage=stage).select_related("report")
    # In handling the deadline decides; elsewhere whoever waits longest.
    order = (F("due_at").asc(nulls_last=True), "id") if stage is Stage.DISPOSAL else ("id",)
    return list(found.order_by(*order)[:EACH])


def _card(case: Case, duties: dict[Any, Duty], titles: dict[int, str], at: datetime) -> Card:
    duty = duties.get(case.duty)
    who = titles.get(duty.post_id, "") if duty and duty.post_id else ""
    return Card(case=case, category=scheme().name(case.category),
                where=case.report.address or body_name(case.territory_id),
                light=light_of(duty, at).value if duty else "green",
                left=time_left(duty.due_at, at) if duty and duty.due_at else "", who=who)
