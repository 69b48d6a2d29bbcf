"""What an order says, in the reader's language: the plan's words, or those an officer wrote."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, gettext as _

from undercity import clock
from undercity.places.queries import name_of
from undercity.response.models import Order
from undercity.response.queries.planning import content_by_id


def words_of(rows: Iterable[Order], *, outside: bool = False) -> dict[UUID, str]:
    """Order → its words. The rows bring `response`, `place` and, for orders by hand, `words`.

    With `outside`, for messages that leave the machine, a place without a public profile is not named.
    """
    chinese = (get_language() or "zh").startswith("zh")
    said: dict[tuple[str, str], str] = {}
    found: dict[UUID, str] = {}
    now = clock.now()
    for row in rows:
        if not row.plan_order:
            words = getattr(row, "words", None)
            found[row.uid] = (words.zh if chinese or not words.en else words.en) if words else row.verb
            continue
        key = (row.response.plan, row.plan_order)
        if key not in said:
            content = content_by_id(row.response.plan)
            order = next((one for one in content.orders if one.key == row.plan_order), None) if content else None
            said[key] = (order.zh if chinese else order.en) if order else row.plan_order
        found[row.uid] = said[key].replace("{place}", _name(row, now, outside))
    return found


def _name(row: Order, at: datetime, outside: bool) -> str:
    if row.place is None:
        return ""
    return _("one of your works") if outside and not row.place.listed else name_of(row.place, at)
