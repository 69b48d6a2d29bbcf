"""Decisions about cases: pure, and always with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from undercity.cases.fold import CaseState
from undercity.cases.states import MOVES, OFFERED, Check, Move, Needs, Source, Stage, Verb
from undercity.errors import InvalidMove, RuleBroken
from undercity.org.powers import Actor, Decision, can


@dataclass(frozen=True, slots=True)
class Option:
    """A move as it stands for one actor and one case: what it needs, whether he may, and if not, why."""

    verb: Verb
    move: Move
    decision: Decision


def possible(case: CaseState) -> dict[Verb, Move]:
    """The moves that are open from where the case stands, whoever asks."""
    return {verb: move for verb, move in MOVES[Stage(case.stage)].items()
            if verb in OFFERED and not obstacle(case, verb)}


def obstacle(case: CaseState, verb: Verb) -> str:
    """Why a move of this stage is not open yet; empty when it is."""
    if verb is Verb.ANSWER_VERIFICATION and not case.verifying:
        return _("Nobody was asked to verify this.")
    if case.verifying and verb in {Verb.SEND_VERIFICATION, Verb.PASS_ON, Verb.REFUSE_INTAKE}:
        return _("An inspector is verifying; wait for the answer.")
    if verb is Verb.SEND_VERIFICATION and case.source == Source.INSPECTOR:
        return _("An inspector reported this: it needs no verification.")
    if verb is Verb.PASS_ON and case.source != Source.INSPECTOR and not case.verification:
        return _("A report that no inspector made must be verified first.")
    if verb is Verb.ANSWER_CHECK and case.check_answer:
        return _("The check is answered; the intake officer confirms it.")
    if verb in {Verb.CONFIRM_PASSED, Verb.CONFIRM_FAILED} and not case.check_answer:
        return _("The inspector has not answered the check.")
    if verb is Verb.CONFIRM_PASSED and case.check_answer != Check.PASSED:
        return _("The inspector did not find it solved.")
    if verb is Verb.CONFIRM_FAILED and case.check_answer == Check.PASSED:
        return _("The inspector found it solved.")
    return ""


def legal(case: CaseState, verb: Verb) -> Move:
    """The move, or InvalidMove that says what is possible now."""
    move = MOVES[Stage(case.stage)].get(verb)
    reason = obstacle(case, verb) if move and verb in OFFERED else ""
    if move is not None and verb in OFFERED and not reason:
        return move
    now = [str(option.label) for option in possible(case)]
    raise InvalidMove(
        reason or _("“%(verb)s” is not possible in stage “%(stage)s”.") % {
            "verb": verb.label, "stage": Stage(case.stage).label},
        remedy=_("Possible now: %(moves)s.") % {"moves": ", ".join(now)} if now
        else _("Nothing more can be done here."),
        details={"stage": case.stage, "possible": [option.value for option in possible(case)]})


def where(case: CaseState, move: Move, *, territory: str, department: str) -> str:
    """The path on which a move's power is asked: the department's own for its moves, the territory for all else."""
    return department if Stage(case.stage) is Stage.DISPOSAL else territory


def options(case: CaseState, actor: Actor, *, territory: str, department: str) -> list[Option]:
    """Every open move with the answer whether this actor may do it."""
    return [Option(verb, move, can(actor, move.power, where(case, move, territory=territory, department=department)))
            for verb, move in possible(case).items()]


def complete(move: Move, *, reason: str = "", photos: int = 0) -> None:
    """What must come with a move is there; otherwise RuleBroken naming the field."""
    if Needs.REASON in move.needs and not reason.strip():
        raise RuleBroken(_("A reason is missing."), field="reason", remedy=_("Write in one sentence why."))
    if Needs.PHOTO in move.needs and not photos:
        raise RuleBroken(_("A photo taken afterwards is missing."), field="photos",
                         remedy=_("Add at least one picture that shows the place as it is now."))

