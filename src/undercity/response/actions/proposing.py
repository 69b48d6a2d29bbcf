"""What machines propose: a warning or a gauge asks for a level, and its end asks for a lower one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from undercity import clock
from undercity.alerts.models import Episode, ReceivedWarning
from undercity.alerts.queries import concerning
from undercity.alerts.queries.gauges import quantity
from undercity.alerts.rules.book import GaugeRule, gauge_rules
from undercity.clock import ZONE
from undercity.errors import Refused
from undercity.org.powers import THE_SYSTEM
from undercity.org.queries import directory
from undercity.response.actions.levels import propose_level
from undercity.response.models import Response
from undercity.response.plans.queries import content_of, in_force
from undercity.response.plans.rules import PlanContent
from undercity.response.queries.planning import bodies_in_force
from undercity.response.rules import highest
from undercity.response.states import Basis, Stage

log = logging.getLogger("undercity.response")


@dataclass(frozen=True, slots=True)
class Reached:
    """A rule over readings that is reached: which, with which value of its window, and the area it speaks of."""

    rule: GaugeRule
    value: float
    body: int
    episode: UUID


def after_warning(warning: ReceivedWarning, at: datetime) -> int:
    """A warning came or changed: propose what the plans it touches say of it; how many proposals."""
    if not warning.counts:
        return 0
    made = 0
    for body, content in _plans(at):
        if warning.pk in {row.pk for row in concerning(_area(body, content), at)}:
            level = content.level_of_warning(warning.hazard, warning.colour) or 0
            made += _propose(body, level, at, Basis.WARNING, str(warning.pk)) if level else 0
    return made


def after_reading(reached: Reached, at: datetime) -> int:
    """A rule over readings was reached: propose what the plans say of its colour, or of the value itself."""
    made = 0
    for body, content in _plans(at):
        if _touches(reached, _area(body, content)):
            level = _level_of(content, reached)
            made += _propose(body, level, at, Basis.GAUGE, str(reached.episode)) if level else 0
    return made


def after_end(at: datetime) -> int:
    """A warning or an episode is over: where a level rested on one, propose what those that go on still ask for."""
    made = 0
    for body, content in _plans(at):
        row = Response.objects.filter(timeline=clock.timeline(), body=body, stage=Stage.ACTIVE,
                                      basis__in=[Basis.WARNING, Basis.GAUGE, Basis.OVER]).first()
        if row is None:
            continue
        asked = _asked(body, content, at)
        if asked is not None and (level := highest(asked)) != row.level:
            made += _propose(body, level, at, Basis.OVER, "")
    return made


def _plans(at: datetime) -> list[tuple[int, PlanContent]]:
    day = at.astimezone(ZONE).date()
    found = []
    for body in bodies_in_force(day):
        plan = in_force(body, day)
        if plan is not None:
            found.append((body, content_of(plan)))
    return found


def _area(body: int, content: PlanContent) -> int:
    return directory().by_key.get(content.area, body)


def _touches(reached: Reached, area: int) -> bool:
    """A gauge speaks of a body: of the plan's area, of what lies above it or below."""
    book = directory()
    return area in book.line(reached.body) or reached.body in book.line(area)


def _level_of(content: PlanContent, reached: Reached) -> int:
    rule = reached.rule
    return highest((content.level_of_warning(rule.hazard, rule.colour) or 0,
                    content.level_of_reading(rule.quantity, reached.value, window=rule.window_minutes) or 0))


def _asked(body: int, content: PlanContent, at: datetime) -> list[int] | None:
    """The levels that what is in force now asks for.

    None while a warning goes on of a hazard the plan knows in a colour it does not: nothing is lowered on that ground.
    """
    area, found = _area(body, content), []
    known = {rule.hazard for rule in content.warnings}
    for row in concerning(area, at):
        if row.counts and row.hazard in known:
            level = content.level_of_warning(row.hazard, row.colour)
            if level is None:
                return None
            found.append(level)
    return [*found, *(_level_of(content, one) for one in reached_now(at) if _touches(one, area))]


def reached_now(at: datetime) -> list[Reached]:
    """Every rule over readings that is reached and not clearly left again; one statement."""
    rules = {rule.code: rule for rule in gauge_rules(at.astimezone(ZONE).date())}
    return [Reached(rules[row.rule], row.value / 10 ** quantity(rules[row.rule]).decimals, row.body_id, row.pk)
            for row in Episode.objects.filter(timeline=clock.timeline(), ended__isnull=True) if row.rule in rules]


def _propose(body: int, level: int, at: datetime, basis: Basis, basis_id: str) -> bool:
    try:
        return propose_level(body, level, by=THE_SYSTEM, at=at, basis=basis, basis_id=basis_id) is not None
    except Refused as refusal:
        # A warning is taken in whatever the plans make of it.
        log.warning("no level proposed", extra={"body": body, "why": str(refusal)})
        return False
