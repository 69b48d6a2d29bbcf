"""`PlanVersion` rows as states of the record, and back; the dossiers of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import get_language

from undercity.ledger.dossier import register_table
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name
from undercity.response.plans.facts import SUBJECT
from undercity.response.plans.fold import PlanState
from undercity.response.plans.models import PlanNote, PlanText, PlanVersion


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    chinese = (get_language() or "zh").startswith("zh")
    rows = PlanVersion.objects.filter(pk__in=list(streams)).select_related("file").defer("file__text")
    return {row.uid: Line(number=f"{row.code} {row.number}", where=body_name(row.body_id),
                          title=row.file.title_zh if chinese else row.file.title_en) for row in rows}


PLANS = Subject(kind=SUBJECT, state=PlanState, model=PlanVersion, describe=_describe)
state_of = PLANS.state_of


def register_subject() -> None:
    """Tell the record how versions of plans are read and written."""
    register(PLANS)
    register_table("plan.text", PlanText, ("title_zh", "title_en", "text"))
    register_table("plan.note", PlanNote, ("text",))
