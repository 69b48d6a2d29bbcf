"""May I? of a response and its orders."""

from __future__ import annotations

from django.utils.translation import gettext as _

from undercity.org.powers import SYSTEM, Actor, Decision, can
from undercity.org.queries import directory
from undercity.org.states import Power


def over(by: Actor, power: Power, body: int) -> Decision:
    """May this actor use the power on the body whose response it is?"""
    return can(by, power, directory().cards[body].path)


def may_confirm(by: Actor, body: int, seconded_by: int | None) -> Decision:
    """Confirm a level; the second of two is another post than the first."""
    decision = over(by, Power.LEVEL_CONFIRM, body)
    if decision and seconded_by is not None and by.post == seconded_by:
        return Decision(False, _("You confirmed already; another post is the second."))
    return decision


def may_answer(by: Actor, post: int | None, body_path: str, response_body: int) -> Decision:
    """Answer an order: its own post, or nobody's in his body; or whoever gives orders, by telephone."""
    if by.kind == SYSTEM:
        return Decision(False, _("Nobody answers an order by himself."))
    if by.post is not None and (by.post == post or (post is None and by.body_path == body_path)):
        return Decision(True)
    gives = over(by, Power.ORDER_GIVE, response_body)
    return gives if gives else Decision(False, _("This order is another post's."))
