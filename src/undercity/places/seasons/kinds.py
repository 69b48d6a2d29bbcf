"""The duty a proposal brings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from undercity.ledger.kinds import DutyKind, register
from undercity.org.states import Role

DECIDE = "season.decide"


def register_kinds() -> None:
    """Tell the record which duties seasons bring."""
    register(DutyKind(code=DECIDE, label=_("Decide on opening or closing"), page="season", escalate_to=Role.LEADER,
                      silence=_("Visitors stand before a door that may be wrong; the leader is told.")))
