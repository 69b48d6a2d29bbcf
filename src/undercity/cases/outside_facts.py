"""What happens between a case and other systems, as entries of the record. A version never changes once written."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from undercity.cases.facts import Aside
from undercity.cases.states import Told
from undercity.ledger.facts import verb
from undercity.ledger.fold import Happening, StreamState


@verb("case.told_outside/1", _("Told by another system"))
class ToldOutside(Aside):
    """外部更新: what another system says of the case, in `note`; where the case stands does not change by it."""

    status: Told
    said_at: datetime

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return state


@verb("case.handed_over/1", _("Handed to the department's own system"))
class HandedOver(Aside):
    """转外部系统: the department's own server has it, under a number of its own."""

    department: int
    reference: str

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return state
