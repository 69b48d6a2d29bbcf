"""The kinds of duty of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from undercity.ledger.kinds import DutyKind, register
from undercity.org.states import Role

CHECK, AGAIN, MATERIAL = "inspection.check", "inspection.again", "material.due"


def register_kinds() -> None:
    """Tell the record which duties checks and material bring; silence is told by territory."""
    register(DutyKind(code=CHECK, label=_("Check by checklist"), page="inspection", escalate_to=Role.LEADER,
                      silence=_("The district's leader is told; the place stands as not ready.")))
    register(DutyKind(code=AGAIN, label=_("Look again at what failed"), page="inspection", escalate_to=Role.LEADER,
                      silence=_("The district's leader is told; the place stands as not ready.")))
    register(DutyKind(code=MATERIAL, label=_("Look at material that expires or is to be tested"), page="material_item",
                      escalate_to=Role.LEADER, silence=_("The district's leader is told.")))
