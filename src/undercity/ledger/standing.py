"""What can happen to any duty, whatever it is about."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import Happening, StreamState, change


@verb("duty.accepted/1", _("Duty accepted"))
class DutyAccepted(Facts):
    """Whoever has the duty has seen it 签收."""

    duty: UUID

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return change(state, self.duty, accepted_at=happening.at)


@verb("duty.escalated/1", _("Overdue, told to the next higher post"))
class DutyEscalated(Facts):
    """Nobody answered in time; the post above was told 超期提醒."""

    duty: UUID
    level: int
    post: int | None

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return change(state, self.duty, escalations=self.level)
