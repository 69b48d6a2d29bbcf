"""The kinds of duty a case goes through, one a stage."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from undercity.ledger.kinds import DutyKind, register
from undercity.org.states import Role

INTAKE = "case.intake"
VERIFY = "case.verify"
FILE = "case.file"
DISPATCH = "case.dispatch"
DISPOSE = "case.dispose"
REVIEW = "case.review"
CHECK = "case.check"
CONFIRM = "case.confirm"
CLOSE = "case.close"
EXTENSION = "case.extension"
HOLD_REQUEST = "case.hold_request"
HOLD = "case.hold"
VOID_REQUEST = "case.void_request"
REPLY = "case.reply"
APPEAL = "case.appeal"
REOPEN = "case.reopen_request"
ORDER = "case.order"
CALLBACK = "case.callback"

# What somebody asks and another decides.
QUESTIONS = frozenset({EXTENSION, HOLD_REQUEST, VOID_REQUEST, APPEAL, REOPEN})

_WAITS = _("The report waits; the shift lead is told.")
_ASKED = _("Somebody waits for a yes or no; the shift lead is told.")
_LATE = _("The case is late; the leader is told, and it counts against the department.")


def register_kinds() -> None:
    """Tell the record which duties cases bring."""
    for code, label, silence, above in (
        (INTAKE, _("Take in a report"), _WAITS, Role.SHIFT_LEAD),
        (VERIFY, _("Verify on site"), _WAITS, Role.SHIFT_LEAD),
        (FILE, _("Decide on filing"), _WAITS, Role.LEADER),
        (DISPATCH, _("Dispatch"), _WAITS, Role.SHIFT_LEAD),
        (DISPOSE, _("Handle"), _LATE, Role.LEADER),
        (REVIEW, _("Review what was done"), _WAITS, Role.SHIFT_LEAD),
        (CHECK, _("Check on site"), _WAITS, Role.SHIFT_LEAD),
        (CONFIRM, _("Confirm the check"), _WAITS, Role.SHIFT_LEAD),
        (CLOSE, _("Close"), _WAITS, Role.LEADER),
        (EXTENSION, _("Decide on more time"), _ASKED, Role.SHIFT_LEAD),
        (HOLD_REQUEST, _("Decide on a hold"), _ASKED, Role.SHIFT_LEAD),
        (HOLD, _("On hold"), _("The day has come: it resumes by itself."), None),
        (VOID_REQUEST, _("Decide on voiding"), _ASKED, Role.LEADER),
        (REPLY, _("Answer a supervision"), _("No answer came; the leader is told."), Role.LEADER),
        (APPEAL, _("Decide on an appeal"), _ASKED, Role.SHIFT_LEAD),
        (REOPEN, _("Decide on taking it up again"), _ASKED, Role.SHIFT_LEAD),
        (ORDER, _("Answer a hotline order"), _("The caller waits; the leader is told."), Role.LEADER),
        (CALLBACK, _("Call back"), _("The caller waits; the shift lead is told."), Role.SHIFT_LEAD),
    ):
        register(DutyKind(code=code, label=label, page="case_of", silence=silence, escalate_to=above))
