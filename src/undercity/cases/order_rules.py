"""What may be done about a hotline order 热线工单 and when: pure, and always with the reason."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from undercity.cases.fold import CaseState
from undercity.cases.states import Callback, OrderVerb
from undercity.errors import InvalidMove
from undercity.org.powers import Actor, Decision, can
from undercity.org.states import Power

# Whoever takes reports in answers for an order, and whoever handles its case; the caller is called back by the centre.
POWERS: dict[OrderVerb, tuple[Power, ...]] = {
    OrderVerb.CONTACT: (Power.CASE_INTAKE, Power.CASE_DISPOSE),
    OrderVerb.REPLY: (Power.CASE_INTAKE, Power.CASE_DISPOSE),
    OrderVerb.RETURN: (Power.CASE_INTAKE, Power.CASE_DISPOSE), OrderVerb.CALL_BACK: (Power.CASE_INTAKE,),
    OrderVerb.REDO: (Power.CASE_INTAKE, Power.CASE_SUPERVISE)}
WORDS_NEEDED = frozenset({OrderVerb.REPLY, OrderVerb.REDO, OrderVerb.RETURN})


def obstacle(case: CaseState, verb: OrderVerb, at: datetime, return_until: datetime | None) -> str:
    """Why this is not open now; empty when it is. `return_until`: until when a wrong order goes back (None: always)."""
    if not case.order:
        return _("This case came with no order of the hotline.")
    if case.order_returned:
        return _("The order went back to the hotline.")
    if verb is OrderVerb.CONTACT and case.contacted_at is not None:
        return _("The caller was contacted already.")
    if verb is OrderVerb.REPLY and case.replied_at is not None:
        return _("The order is answered already.")
    if verb is OrderVerb.REPLY and case.contacted_at is None:
        return _("Speak to the caller first and note the contact.")
    if verb is OrderVerb.CALL_BACK and case.replied_at is None:
        return _("The order is not answered yet.")
    if verb is OrderVerb.CALL_BACK and case.callback:
        return _("The caller was called back already.")
    if verb is OrderVerb.REDO and case.callback != Callback.UNSATISFIED:
        return _("Only an order whose caller was not satisfied is opened again.")
    if verb is OrderVerb.RETURN and (case.contacted_at is not None or case.replied_at is not None or case.redos):
        return _("Work on the order has begun; it no longer goes back.")
    if verb is OrderVerb.RETURN and return_until is not None and at > return_until:
        return _("The time for sending it back is over.")
    return ""


def possible(case: CaseState, at: datetime, return_until: datetime | None) -> list[OrderVerb]:
    """What is open now, whoever asks."""
    return [verb for verb in OrderVerb if not obstacle(case, verb, at, return_until)]


def legal(case: CaseState, verb: OrderVerb, at: datetime, return_until: datetime | None) -> None:
    """Go on, or InvalidMove that says why not and what is possible."""
    if reason := obstacle(case, verb, at, return_until):
        now = possible(case, at, return_until)
        raise InvalidMove(reason, remedy=_("Possible now: %(moves)s.") % {
            "moves": ", ".join(str(one.label) for one in now)} if now else _("Nothing more can be done here."),
            details={"possible": [one.value for one in now]})


def may(actor: Actor, verb: OrderVerb, *, territory: str, department: str) -> Decision:
    """May this actor? A department's power is asked on the department, all else on the territory."""
    decisions = [can(actor, power, department if power is Power.CASE_DISPOSE else territory)
                 for power in POWERS[verb] if power is not Power.CASE_DISPOSE or department]
    return next((one for one in decisions if one), decisions[0])
