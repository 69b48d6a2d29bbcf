"""Stages of a case, the table of legal moves, and the answers a move may carry. The table is the law; `rules` asks it.

After the seven links of GB/T 30428.8-2020 as read second hand; see `docs/rules/case-moves.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from undercity.org.states import Power


class Stage(TextChoices):
    """Where a case stands."""

    INTAKE = "intake", _("intake")
    FILING = "filing", _("filing")
    DISPATCH = "dispatch", _("dispatch")
    DISPOSAL = "disposal", _("handling")
    ON_HOLD = "on_hold", _("on hold")
    REVIEW = "review", _("review")
    CHECK = "check", _("check on site")
    CLOSING = "closing", _("closing")
    CLOSED = "closed", _("closed")
    VOID = "void", _("void")


OPEN = frozenset(Stage) - {Stage.CLOSED, Stage.VOID}


class Verb(TextChoices):
    """What can be done to a case."""

    SEND_VERIFICATION = "send_verification", _("send to verify")
    ANSWER_VERIFICATION = "answer_verification", _("answer verification")
    REFUSE_INTAKE = "refuse_intake", _("refuse at intake")
    PASS_ON = "pass_on", _("pass on to filing")
    SELF_HANDLE = "self_handle", _("handled on the spot")
    REFUSE_FILING = "refuse_filing", _("refuse to file")
    FILE = "file", _("file")
    RETURN_TO_FILING = "return_to_filing", _("return to filing")
    DISPATCH = "dispatch", _("dispatch")
    RETURN_TO_DISPATCH = "return_to_dispatch", _("return to dispatch")
    EXTEND = "extend", _("ask for time")
    HOLD = "hold", _("put on hold")
    RESUME = "resume", _("resume")
    DONE = "done", _("report done")
    REWORK = "rework", _("send back for rework")
    PASS_REVIEW = "pass_review", _("pass on to check")
    ANSWER_CHECK = "answer_check", _("answer check")
    CONFIRM_PASSED = "confirm_passed", _("confirm: solved")
    CONFIRM_FAILED = "confirm_failed", _("confirm: not solved")
    CLOSE = "close", _("close")
    SUPERVISE = "supervise", _("supervise")
    WITHDRAW = "withdraw", _("void")
    FORCE_CLOSE = "force_close", _("close by force")
    APPEAL = "appeal", _("appeal lateness")


class Source(TextChoices):
    """Who found the problem."""

    CITIZEN = "citizen", _("citizen")
    INSPECTOR = "inspector", _("inspector")
    HOTLINE = "hotline", _("hotline")
    LEADER = "leader", _("leader")
    SYSTEM = "system", _("another system")
    SENSOR = "sensor", _("sensor")
    CHECKLIST = "checklist", _("checklist")
    DRILL = "drill", _("drill")
    VISIT = "visit", _("visit")


class Verification(TextChoices):
    """What the inspector found when verifying 核实."""

    EXISTS = "exists", _("the problem exists")
    ABSENT = "absent", _("there is no such problem")
    UNCLEAR = "unclear", _("cannot tell")


class Check(TextChoices):
    """What the inspector found when checking 核查."""

    PASSED = "passed", _("solved")
    FAILED = "failed", _("not solved")
    IMPOSSIBLE = "impossible", _("cannot check")


class Outcome(TextChoices):
    """How a case ended. Refusals at intake, refusals at filing and voids are counted apart."""

    RESOLVED = "resolved", _("solved and closed")
    NOT_TAKEN = "not_taken", _("not taken at intake")
    NOT_FILED = "not_filed", _("not filed")
    VOIDED = "voided", _("voided")
    FORCED = "forced", _("closed by force")
    SELF_HANDLED = "self_handled", _("handled on the spot")


class Needs(Flag):
    """What must come with a move."""

    NOTHING = 0
    REASON = auto()
    PHOTO = auto()
    STANDARD = auto()
    DEPARTMENT = auto()
    ANSWER = auto()
    UNTIL = auto()


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move: where it leads, which power it takes, what must come with it."""

    to: Stage
    power: Power
    needs: Needs = Needs.NOTHING


_WITHDRAW = Move(Stage.VOID, Power.CASE_VOID, Needs.REASON)
_FORCE = Move(Stage.CLOSED, Power.CASE_FORCE_CLOSE, Needs.REASON)


def _supervise(stage: Stage) -> Move:
    return Move(stage, Power.CASE_SUPERVISE, Needs.REASON)


MOVES: dict[Stage, dict[Verb, Move]] = {
    Stage.INTAKE: {
        Verb.SEND_VERIFICATION: Move(Stage.INTAKE, Power.CASE_INTAKE),
        Verb.ANSWER_VERIFICATION: Move(Stage.INTAKE, Power.CASE_VERIFY, Needs.ANSWER),
        Verb.REFUSE_INTAKE: Move(Stage.VOID, Power.CASE_INTAKE, Needs.REASON),
        Verb.PASS_ON: Move(Stage.FILING, Power.CASE_INTAKE),
        Verb.SELF_HANDLE: Move(Stage.CLOSED, Power.CASE_INTAKE, Needs.PHOTO),
        Verb.SUPERVISE: _supervise(Stage.INTAKE),
        Verb.FORCE_CLOSE: _FORCE,
    },
    Stage.FILING: {
        Verb.REFUSE_FILING: Move(Stage.VOID, Power.CASE_FILE, Needs.REASON),
        Verb.FILE: Move(Stage.DISPATCH, Power.CASE_FILE, Needs.STANDARD),
        Verb.SUPERVISE: _supervise(Stage.FILING),
        Verb.FORCE_CLOSE: _FORCE,
    },
    Stage.DISPATCH: {
        Verb.DISPATCH: Move(Stage.DISPOSAL, Power.CASE_DISPATCH, Needs.DEPARTMENT),
        Verb.RETURN_TO_FILING: Move(Stage.FILING, Power.CASE_DISPATCH, Needs.REASON),
        Verb.SUPERVISE: _supervise(Stage.DISPATCH),
        Verb.WITHDRAW: _WITHDRAW,
        Verb.FORCE_CLOSE: _FORCE,
    },
    Stage.DISPOSAL: {
        Verb.DONE: Move(Stage.REVIEW, Power.CASE_DISPOSE, Needs.PHOTO),
        Verb.RETURN_TO_DISPATCH: Move(Stage.DISPATCH, Power.CASE_DISPOSE, Needs.REASON),
        Verb.EXTEND: Move(Stage.DISPOSAL, Power.CASE_DISPOSE, Needs.REASON),
        Verb.HOLD: Move(Stage.ON_HOLD, Power.CASE_DISPOSE, Needs.REASON | Needs.UNTIL),
        Verb.SUPERVISE: _supervise(Stage.DISPOSAL),
        Verb.WITHDRAW: _WITHDRAW,
        Verb.FORCE_CLOSE: _FORCE,
    },
    Stage.ON_HOLD: {
        Verb.RESUME: Move(Stage.DISPOSAL, Power.CASE_DISPATCH),
        Verb.SUPERVISE: _supervise(Stage.ON_HOLD),
        Verb.WITHDRAW: _WITHDRAW,
        Verb.FORCE_CLOSE: _FORCE,
    },
    Stage.REVIEW: {
        Verb.PASS_REVIEW: Move(Stage.CHECK, Power.CASE_REVIEW),
        Verb.REWORK: Move(Stage.DISPOSAL, Power.CASE_REVIEW, Needs.REASON),
        Verb.SUPERVISE: _supervise(Stage.REVIEW),
        Verb.WITHDRAW: _WITHDRAW,
        Verb.FORCE_CLOSE: _FORCE,
    },
    Stage.CHECK: {
        Verb.ANSWER_CHECK: Move(Stage.CHECK, Power.CASE_CHECK, Needs.ANSWER),
        Verb.CONFIRM_PASSED: Move(Stage.CLOSING, Power.CASE_INTAKE),
        Verb.CONFIRM_FAILED: Move(Stage.DISPATCH, Power.CASE_INTAKE),
        Verb.SUPERVISE: _supervise(Stage.CHECK),
        Verb.WITHDRAW: _WITHDRAW,
        Verb.FORCE_CLOSE: _FORCE,
    },
    Stage.CLOSING: {
        Verb.CLOSE: Move(Stage.CLOSED, Power.CASE_CLOSE),
        Verb.SUPERVISE: _supervise(Stage.CLOSING),
        Verb.WITHDRAW: _WITHDRAW,
        Verb.FORCE_CLOSE: _FORCE,
    },
    Stage.CLOSED: {
        Verb.APPEAL: Move(Stage.CLOSED, Power.CASE_DISPOSE, Needs.REASON),
    },
    Stage.VOID: {},
}

# The moves the desk offers today. The others stand in the table and are refused with what is possible instead.
OFFERED = frozenset({
    Verb.SEND_VERIFICATION, Verb.ANSWER_VERIFICATION, Verb.REFUSE_INTAKE, Verb.PASS_ON, Verb.REFUSE_FILING, Verb.FILE,
    Verb.RETURN_TO_FILING, Verb.DISPATCH, Verb.RETURN_TO_DISPATCH, Verb.DONE, Verb.REWORK, Verb.PASS_REVIEW,
    Verb.ANSWER_CHECK, Verb.CONFIRM_PASSED, Verb.CONFIRM_FAILED, Verb.CLOSE,
})
