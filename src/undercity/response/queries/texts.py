"""The command that puts a level in force 命令文书, as the plan words it, to be edited and confirmed."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation

from undercity.org.queries import directory
from undercity.response.models import Response
from undercity.response.plans.models import PlanVersion
from undercity.response.plans.queries import content_of
from undercity.response.plans.rules.texts import Named, order_text
from undercity.response.states import Basis


def order_text_for(row: Response, plan: PlanVersion, level: int, number: int, at: datetime) -> str:
    """Chinese first, English under it. A level that is in force already has no command: empty."""
    if row.level == level:
        return ""
    content = content_of(plan)
    found = order_text(content, was=row.level or None, now=level or None, number=number, at=at, basis=_basis(row),
                       issuer=_named(row.body_id, at), area=_named(directory().by_key.get(content.area, row.body_id),
                                                                   at), addressees=())
    return f"{found.zh}\n\n{found.en}"


def _named(body: int, at: datetime) -> Named:
    book, day = directory(), at.date()
    return Named(book.name(body, "zh-hans", day), book.name(body, "en", day))


def _basis(row: Response) -> Named:
    label = Basis(row.basis).label
    with translation.override("zh-hans"):
        chinese = str(label)
    with translation.override("en"):
        return Named(chinese, str(label))
