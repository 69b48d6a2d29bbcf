"""The kinds of duty a permit brings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from undercity.ledger.kinds import DutyKind, register
from undercity.org.states import Role

APPLY = "permit.apply"
DECIDE = "permit.decide"
SUPPLY = "permit.supply"
CHANGE = "permit.change"
RENEW = "permit.renew"
RENEWAL = "permit.renewal"
SETTLE = "permit.settle"

_LATE = _("The district's leader is told; use without a permit is seen on the overview.")
_WAITS = _("The keeper waits; the post above is told.")


def register_kinds() -> None:
    """Tell the record which duties permits bring: a keeper's silence is told by territory, an officer's to his post
    above."""
    for code, label, silence in (
        (APPLY, _("Apply for a permit of use"), _LATE),
        (SUPPLY, _("Bring what the office asked for"), _LATE),
        (RENEW, _("Renew the permit of use, or give it back"), _("It expires; the office decides what follows.")),
    ):
        register(DutyKind(code=code, label=label, page="permit", silence=silence, escalate_to=Role.LEADER))
    for code, label, silence in (
        (DECIDE, _("Decide on a permit of use"), _WAITS),
        (CHANGE, _("Answer an announced change"), _WAITS),
        (RENEWAL, _("Decide on a renewal"), _WAITS),
        (SETTLE, _("Decide on an expired permit"), _("The work is used without a permit; the post above is told.")),
    ):
        register(DutyKind(code=code, label=label, page="permit", silence=silence, to_superior=True))
