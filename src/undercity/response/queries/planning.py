"""What a response asks of the plans: whose there are, one by its id, and the orders a level brings."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from undercity.org.queries import directory
from undercity.response.plans.models import PlanVersion
from undercity.response.plans.queries import content_of, holders_now, in_force
from undercity.response.plans.rules import Draft, PlanContent, expand
from undercity.response.plans.states import Stage


def bodies_in_force(on: date) -> list[int]:
    """The bodies that have a plan in force on a day, known to the directory, in the order of the tree."""
    cards = directory().cards
    asked = PlanVersion.objects.filter(stage=Stage.PUBLISHED).values_list("body_id", flat=True).distinct().order_by()
    found = [body for body in asked if body in cards and in_force(body, on) is not None]
    return sorted(found, key=lambda body: cards[body].path)


def plan_by_id(uid: str) -> PlanVersion | None:
    """A version, whether or not it still holds: orders keep the words they were given in."""
    return PlanVersion.objects.select_related("file").filter(pk=UUID(uid)).first() if uid else None


# Plans whose content a process keeps at a time.
MOST_CONTENTS = 64
_contents: dict[str, PlanContent] = {}


def content_by_id(uid: str) -> PlanContent | None:
    """What the version says. It never changes, so each process asks for it once: a message asks for every order."""
    if uid not in _contents:
        plan = plan_by_id(uid)
        if plan is None:
            return None
        if len(_contents) >= MOST_CONTENTS:
            _contents.clear()
        _contents[uid] = content_of(plan)
    return _contents[uid]


def drafts(plan: PlanVersion, level: int) -> list[Draft]:
    """Every order that holds at a level, to whom it goes as things are now."""
    return expand(content_of(plan), level or None, holders_now())
