"""The kind of duty a check is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from undercity.ledger.kinds import DutyKind, register
from undercity.org.states import Role

CHECK = "check.upkeep"


def register_kinds() -> None:
    """Tell the record which duty checks bring; a keeper's silence is told by territory."""
    register(DutyKind(code=CHECK, label=_("Check the upkeep of a work"), page="check", escalate_to=Role.LEADER,
                      silence=_("The district's leader is told; the work stands as unchecked on the overview.")))
