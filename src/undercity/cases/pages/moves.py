"""Which form a move has, and which action it calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases import forms
from undercity.cases.actions import checking, dispatching, filing, handling, intake
from undercity.cases.models import Case
from undercity.cases.queries.departments import departments_for
from undercity.cases.queries.scheme import scheme
from undercity.cases.states import MOVES, Check, Needs, Stage, Verb, Verification
from undercity.ledger.lights import limit_text
from undercity.org.powers import Actor

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
}


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
        return forms.DispatchForm(departments=choices, **_first(given, department=usual))
    if verb is Verb.ANSWER_VERIFICATION:
        return forms.VerificationForm(**given)
    if verb is Verb.ANSWER_CHECK:
        return forms.CheckForm(**given)
    move = MOVES[Stage(case.stage)].get(verb)
    needs = move.needs if move else Needs.NOTHING
    chosen = forms.PhotoForm if Needs.PHOTO in needs else forms.ReasonForm if Needs.REASON in needs else forms.MoveForm
    return chosen(**given)


def _first(given: dict[str, Any], **first: Any) -> dict[str, Any]:
    return {**given, "initial": {**first, **given.get("initial", {})}}
