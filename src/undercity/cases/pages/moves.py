"""Which form a move has, and which action it calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases import forms
from undercity.cases.actions import (
    asking,
    checking,
    dispatching,
    filing,
    handling,
    intake,
    merging,
    reopening,
    supervising,
)
from undercity.cases.models import Case
from undercity.cases.queries.departments import departments_for
from undercity.cases.queries.nearest import inspectors_near
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.suggesting import suggest_department
from undercity.cases.states import MOVES, Check, Needs, Stage, Verb, Verification
from undercity.ledger.lights import limit_text
from undercity.org.powers import Actor
from undercity.org.states import Power

Made = Callable[..., Any]


def _with(action: Callable[..., Case], *, words: str = "note", **fixed: Any) -> Made:
    def made(case: UUID, *, by: Actor, at: datetime, values: dict[str, Any]) -> Case:
        rest = {name: value for name, value in values.items() if name not in {"note", "seen"}}
        return action(case, by=by, at=at, seen=values["seen"], **{words: values["note"]}, **rest, **fixed)

    return made


def _answered(action: Callable[..., Case], kind: type[Verification] | type[Check]) -> Made:
    def made(case: UUID, *, by: Actor, at: datetime, values: dict[str, Any]) -> Case:
        return action(case, by=by, at=at, seen=values["seen"], note=values["note"], photos=values["photos"],
                      answer=kind(values["answer"]))

    return made


MADE: dict[str, Made] = {
    Verb.SEND_VERIFICATION: _with(intake.send_verification),
    Verb.ANSWER_VERIFICATION: _answered(intake.answer_verification, Verification),
    Verb.REFUSE_INTAKE: _with(intake.refuse_intake, words="reason"),
    Verb.PASS_ON: _with(intake.pass_on),
    Verb.REFUSE_FILING: _with(filing.refuse_filing, words="reason"),
    Verb.FILE: _with(filing.file_case),
    Verb.RETURN_TO_FILING: _with(dispatching.return_to_filing, words="reason"),
    Verb.DISPATCH: _with(dispatching.dispatch),
    Verb.RETURN_TO_DISPATCH: _with(handling.return_to_dispatch, words="reason"),
    Verb.DONE: _with(handling.report_done),
    Verb.REWORK: _with(dispatching.send_back, words="reason"),
    Verb.PASS_REVIEW: _with(dispatching.pass_review),
    Verb.ANSWER_CHECK: _answered(checking.answer_check, Check),
    Verb.CONFIRM_PASSED: _with(checking.confirm_check, solved=True),
    Verb.CONFIRM_FAILED: _with(checking.confirm_check, solved=False),
    Verb.CLOSE: _with(filing.close_case),
    Verb.SELF_HANDLE: _with(intake.handle_on_the_spot),
    Verb.CONFIRM_HANDLED: _with(intake.confirm_handled),
    Verb.MERGE: _with(merging.merge),
    Verb.EXTEND: _with(asking.ask_for_time, words="reason"),
    Verb.AGREE_EXTENSION: _with(asking.decide_on_time, agreed=True),
    Verb.REFUSE_EXTENSION: _with(asking.decide_on_time, agreed=False),
    Verb.HOLD: _with(asking.ask_for_hold, words="reason"),
    Verb.AGREE_HOLD: _with(asking.agree_to_hold),
    Verb.REFUSE_HOLD: _with(asking.refuse_hold, words="reason"),
    Verb.APPROVE_HOLD: _with(asking.approve_hold),
    Verb.REJECT_HOLD: _with(asking.refuse_hold, words="reason", second=True),
    Verb.RESUME: _with(asking.resume),
    Verb.SUPERVISE: _with(supervising.supervise, words="reason"),
    Verb.ANSWER_SUPERVISION: _with(supervising.answer_supervision, words="reason"),
    Verb.FLAG_SHIRKING: _with(supervising.flag_shirking, words="reason"),
    Verb.WITHDRAW: _with(asking.ask_to_void, words="reason"),
    Verb.APPROVE_VOID: _with(asking.approve_void),
    Verb.REJECT_VOID: _with(asking.refuse_void, words="reason"),
    Verb.FORCE_CLOSE: _with(supervising.force_close, words="reason"),
    Verb.APPEAL: _with(asking.appeal, words="reason"),
    Verb.AGREE_APPEAL: _with(asking.agree_to_appeal),
    Verb.REFUSE_APPEAL: _with(asking.decide_on_appeal, verb=Verb.REFUSE_APPEAL),
    Verb.UPHOLD_APPEAL: _with(asking.decide_on_appeal, verb=Verb.UPHOLD_APPEAL),
    Verb.REJECT_APPEAL: _with(asking.decide_on_appeal, verb=Verb.REJECT_APPEAL),
    Verb.AGREE_REOPEN: _with(reopening.agree_to_reopen),
    Verb.REFUSE_REOPEN: _with(reopening.refuse_to_reopen, words="reason"),
}


SPECIAL: dict[Verb, type[forms.MoveForm]] = {
    Verb.ANSWER_VERIFICATION: forms.VerificationForm, Verb.ANSWER_CHECK: forms.CheckForm, Verb.HOLD: forms.HoldForm,
    Verb.SUPERVISE: forms.SuperviseForm, Verb.MERGE: forms.MergeForm}
# What sends an inspector, and the power he needs there.
SENT: dict[Verb, Power] = {Verb.SEND_VERIFICATION: Power.CASE_VERIFY, Verb.PASS_REVIEW: Power.CASE_CHECK}


def form_for(verb: Verb, case: Case, data: Any = None, files: Any = None, **options: Any) -> forms.MoveForm:
    """The form of a move on this case."""
    given = {"data": data, "files": files, "prefix": None, "auto_id": f"{verb.value}_%s", **options}
    if verb is Verb.FILE:
        standards = scheme().standards_of(case.category, clock.now().date())
        return forms.FileForm(standards=[
            (one.code, f"{one.condition_text} · {limit_text(one.limit.value, one.limit.unit)}"
                       + (f" · {_(one.source)}" if one.is_default else "")) for one in standards],
            **_first(given, standard=standards[0].code if standards else ""))
    if verb is Verb.DISPATCH:
        usual, choices = departments_for(case)
        form = forms.DispatchForm(departments=choices, **_first(given, department=usual))
        form.fields["department"].help_text = _suggested(case, dict(choices))
        return form
    if verb in SENT:
        near = inspectors_near(case, SENT[verb], clock.now())
        return forms.InspectorForm(inspectors=[(one.post, one.words) for one in near], **_first(
            given, inspector=near[0].post if near and near[0].proposed else ""))
    if verb in SPECIAL:
        return SPECIAL[verb](**given)
    move = MOVES[Stage(case.stage)].get(verb)
    needs = move.needs if move else Needs.NOTHING
    chosen = forms.PhotoForm if Needs.PHOTO in needs else forms.ReasonForm if Needs.REASON in needs else forms.MoveForm
    return chosen(**given)


def _suggested(case: Case, choices: dict[int, str]) -> str:
    """Who usually handles the like, in words; the dispatcher decides."""
    body, name, sure = suggest_department(case.category)
    return _("Suggested: %(what)s %(sure).2f") % {"what": name, "sure": sure} if body in choices else ""


def _first(given: dict[str, Any], **first: Any) -> dict[str, Any]:
    return {**given, "initial": {**first, **given.get("initial", {})}}
