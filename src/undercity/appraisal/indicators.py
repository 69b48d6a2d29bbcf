"""The indicators 指标: which rows of the facts stand in the denominator, and which of them in the numerator.

One pair of conditions serves the count and the list behind it, so that a number and its cases cannot disagree. Codes
and formulas follow the indicator table of docs/rules/scores.md. In a condition `{now}` stands for this moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from undercity.appraisal.columns import DUTIES, REPORTS
from undercity.appraisal.states import Loss, Owner

IN_TIME = "done IS NOT NULL AND (due IS NULL OR done <= due)"
FILED = "filed IS NOT NULL AND void = 0"
# A refusal and a hand-over end a duty without doing it: whoever has it next answers for it, unless nobody does.
TASK_DONE = "done IS NOT NULL AND outcome NOT IN ('refused', 'handed_over')"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator. `within` and `counted` are conditions of SQL; `month` names the column that says when a row counts.

    `top` and `bottom` are what numerator and denominator are called; a volume has no numerator.
    """

    code: str
    label: Any
    top: Any
    bottom: Any
    table: str
    owner: Owner
    month: str
    within: str
    counted: str = "1 = 1"
    loss: Loss = Loss.LATE
    is_volume: bool = False

    @property
    def by_the_clock(self) -> bool:
        """Counts differently as time passes, though nothing happens."""
        return "{now}" in self.within + self.counted


def _duties(code: str, label: Any, top: Any, bottom: Any, within: str, counted: str = IN_TIME, *,
            loss: Loss = Loss.LATE, is_volume: bool = False) -> Indicator:
    return Indicator(code, label, top, bottom, DUTIES, Owner.POST, "month", within, counted, loss, is_volume)


def _filed(code: str, label: Any, top: Any, bottom: Any, within: str, counted: str = "1 = 1", *, loss: Loss,
           owner: Owner = Owner.DEPARTMENT, is_volume: bool = False) -> Indicator:
    return Indicator(code, label, top, bottom, REPORTS, owner, "filed_month", f"{FILED} AND {within}", counted, loss,
                     is_volume)


INDICATORS: dict[str, Indicator] = {one.code: one for one in (
    Indicator("valid_patrol_report_rate", _("Valid reports rate"), _("Valid reports"), _("Reports made"), REPORTS,
              Owner.REPORTER, "reported_month", "source = 'inspector' AND outcome <> 'self_handled'", FILED,
              Loss.NOT_VALID),
    _filed("miss_rate", _("Missed reports rate"), _("Missed reports"), pgettext_lazy("count", "Cases filed"),
           "territory IS NOT NULL", "source <> 'inspector' AND verification = 'exists'", loss=Loss.MISSED,
           owner=Owner.TERRITORY),
    _duties("intime_verify_rate", _("In-time verification rate"), _("Verified in time"), _("To be verified"),
            "kind = 'case.verify'"),
    _duties("intime_check_rate", _("In-time check rate"), _("Checked in time"), _("To be checked"),
            "kind = 'case.check'"),
    _duties("operate_num", _("Cases taken in"), "", _("Cases taken in"),
            "kind = 'case.intake' AND outcome = 'passed_on'", "1 = 1", is_volume=True),
    _duties("intime_send_verify_rate", _("In-time sending to verify"), _("Sent to verify in time"),
            _("To be sent to verify"), "kind = 'case.intake' AND source <> 'inspector' AND first = 1 "
            "AND (done IS NULL OR outcome = 'sent_to_verify')"),
    _duties("intime_confirm_check_rate", _("In-time confirmation of checks"), _("Checks confirmed in time"),
            _("Checks to be confirmed"), "kind = 'case.confirm'"),
    _duties("intime_inst_rate", _("In-time filing rate"), _("Filed in time"), pgettext_lazy("count", "Cases filed"),
            "kind = 'case.file' AND outcome = 'filed'"),
    _duties("accur_inst_rate", _("Accurate filing rate"), _("Accurately filed"), pgettext_lazy("count", "Cases filed"),
            "kind = 'case.file' AND outcome = 'filed'", "void = 0", loss=Loss.VOIDED),
    _duties("intime_close_rate_post", _("In-time closing rate (post)"), _("Closed in time"), _("To be closed"),
            "kind = 'case.close'"),
    _duties("dispatch_num", _("Cases dispatched"), "", _("Cases dispatched"),
            "kind = 'case.dispatch' AND outcome = 'dispatched'", "1 = 1", is_volume=True),
    _duties("intime_dispatch_rate", _("In-time dispatch rate"), _("Dispatched in time"), _("To be dispatched"),
            "kind = 'case.dispatch' AND (done IS NULL OR outcome = 'dispatched')"),
    _duties("accur_dispatch_rate", _("Accurate dispatch rate"), _("Accurately dispatched"), _("To be dispatched"),
            "kind = 'case.dispatch' AND (done IS NULL OR outcome = 'dispatched')",
            "outcome = 'dispatched' AND moved_on = 0", loss=Loss.MOVED_ON),
    _filed("inst_num", pgettext_lazy("count", "Cases filed"), "", pgettext_lazy("count", "Cases filed"),
           "department IS NOT NULL", loss=Loss.NOT_CLOSED, is_volume=True),
    _filed("archive_rate", _("Closing rate"), pgettext_lazy("count", "Cases closed"), _("Due to be closed"),
           "held = 0 AND (done IS NOT NULL OR due < {now})", "outcome = 'resolved'", loss=Loss.NOT_CLOSED),
    _filed("intime_dispose_rate", _("In-time handling rate"), _("Handled in time"), _("To be handled"),
           "department IS NOT NULL AND held = 0", f"({IN_TIME}) OR excused = 1", loss=Loss.LATE),
    _filed("rework_rate", _("Rework rate"), pgettext_lazy("count", "Cases reworked"), _("Cases handled"),
           "disposals > 0", "rework > 0", loss=Loss.REWORKED),
    _duties("intime_task_rate", _("Duties done in time"), _("Done in time"), _("Due or done"),
            f"subject_kind = 'task' AND (({TASK_DONE}) OR (done IS NULL AND due < {{now}}) "
            "OR (outcome = 'refused' AND last = 1 AND due < {now}))", f"{TASK_DONE} AND (due IS NULL OR done <= due)"),
)}
