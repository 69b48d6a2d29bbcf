"""立案: what the shift lead decides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.cases import kinds
from undercity.cases.actions.moving import turn
from undercity.cases.facts import Closed, Filed, RefusedCase
from undercity.cases.models import Case
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import Outcome, Verb
from undercity.errors import RuleBroken
from undercity.org.powers import Actor
from undercity.org.states import Power, Role


def file_case(case: UUID, *, by: Actor, at: datetime, standard: str, category: str = "", seen: int | None = None,
              note: str = "") -> Case:
    """立案: accept a case for handling under a filing standard, which fixes its limit and closing text.

    `category` corrects the subclass. RuleBroken when the standard is not one of the subclass, or not in force.
    """
    with turn(case, Verb.FILE, by=by, at=at, seen=seen) as now:
        code = scheme().category(category or now.case.category).code
        choices = {one.code: one for one in scheme().standards_of(code, at.date())}
        if standard not in choices:
            raise RuleBroken(_("This filing standard is not one of the category's."), field="standard",
                             remedy=_("Choose one of: %(codes)s.") % {"codes": ", ".join(choices)})
        chosen = choices[standard]
        reporter = now.case.reporter_post
        return now.record(Filed(
            closes=now.duty, opens=now.opens(kinds.DISPATCH, Power.CASE_DISPATCH, Role.DISPATCHER),
            **now.evidence(note), category=code, standard=chosen.code, limit_value=chosen.limit.value,
            limit_unit=chosen.limit.unit.value, source=now.case.source, territory=now.case.territory_id,
            unit_grid=now.case.unit_grid, inspector_post=reporter))


def refuse_filing(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """不予立案: not filed; counted apart from a refusal at intake."""
    with turn(case, Verb.REFUSE_FILING, by=by, at=at, seen=seen) as now:
        return now.record(RefusedCase(closes=now.duty, opens=None, **now.evidence(reason), outcome=Outcome.NOT_FILED))


def close_case(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "") -> Case:
    """结案: solved and checked; nothing is left to do."""
    with turn(case, Verb.CLOSE, by=by, at=at, seen=seen) as now:
        was = now.case
        return now.record(Closed(closes=now.duty, opens=None, **now.evidence(note), category=was.category,
                                 standard=was.standard, source=was.source, territory=was.territory_id,
                                 department=was.department_id, due_at=was.due_at, done_at=was.done_at))
