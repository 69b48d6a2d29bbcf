"""Cases on hold 挂账 whose day has come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from undercity import clock
from undercity.cases.models import Case
from undercity.cases.states import Stage

AT_ONCE = 200


def ripe(at: datetime) -> list[UUID]:
    """The cases to resume at a moment, those that waited longest first."""
    rows = Case.objects.filter(timeline=clock.timeline(), stage=Stage.ON_HOLD, hold_until__lte=at)
    return list(rows.order_by("hold_until").values_list("uid", flat=True)[:AT_ONCE])
