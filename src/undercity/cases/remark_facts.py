"""A remark on a case, as an entry of the record. A version never changes once written."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from undercity.cases.facts import Aside
from undercity.ledger.facts import verb
from undercity.ledger.fold import Happening, StreamState


@verb("case.remarked/1", _("Remark"))
class Remarked(Aside):
    """附记: somebody adds what he knows; it moves nothing, so the version that others look at stays theirs."""

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return state
