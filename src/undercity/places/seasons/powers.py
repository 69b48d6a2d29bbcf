"""May I? of a season: officers over the district decide; the keeper named for the year proposes and counts."""

from __future__ import annotations

from django.utils.translation import gettext as _

from undercity.org.powers import SYSTEM, Actor, Decision, can
from undercity.org.queries import directory
from undercity.org.states import Power


def may_decide(by: Actor, district: int) -> Decision:
    """Open, close, extend, decide on proposals: with the power over the district the place lies in."""
    return can(by, Power.PLACE_EDIT, directory().cards[district].path)


def may_propose(by: Actor, district: int, keeper: int | None) -> Decision:
    """Propose a change: whoever decides, the keeper of the year, and the rules of the system itself."""
    if by.kind == SYSTEM or may_decide(by, district):
        return Decision(True)
    return may_count(by, district, keeper)


def may_count(by: Actor, district: int, keeper: int | None) -> Decision:
    """Enter visitors: the keeper of the year, and whoever decides."""
    decides = may_decide(by, district)
    if decides:
        return decides
    if keeper is not None and can(by, Power.PLACE_EDIT, directory().cards[keeper].path):
        return Decision(True)
    if by.holds(Power.PLACE_EDIT):
        return Decision(False, _("Another body keeps this place this year."))
    return decides


def may_read(by: Actor) -> bool:
    """See the desk of seasons: who changes places somewhere, and who sees the duties of others."""
    return by.holds(Power.PLACE_EDIT) or by.holds(Power.DUTY_READ)
