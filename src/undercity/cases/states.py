"""Stages of a case, the table of legal moves, and the answers a move may carry. The table is the law; `rules` asks it.

After the seven links of GB/T 30428.8-2020 as read second hand; see `docs/rules/case-lifecycle.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Flag, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from undercity.org.states import Power

EXTENSIONS, HOLD_DAYS = "extensions", "hold_days"
SIMILAR_METRES, SIMILAR_HOURS, REPEAT_DAYS = "similar_metres", "similar_hours", "repeat_days"
# How many requests an API key may make, and how far around a point another system sees when it does not say.
KEY_PER_MINUTE, KEY_PER_DAY, NEARBY_METRES = "key_per_minute", "key_per_day", "nearby_metres"
YELLOW_CARD_DAYS, RED_CARD_DAYS, BATCH_SECONDS = "yellow_card_days", "red_card_days", "batch_seconds"
POSITION_HOURS = "position_hours"
# How long after its end a case may be rated or asked for again, and how long personal data is kept.
RATE_DAYS, REOPEN_DAYS = "rate_days", "reopen_days"
KEEP_CONTACT_DAYS, KEEP_WORDS_DAYS, CONFIRM_DAYS = "keep_contact_days", "keep_words_days", "confirm_days"
PATROL_DAYS, ORDER_RETURN_DAYS = "patrol_days", "order_return_days"
TERMS = frozenset({EXTENSIONS, HOLD_DAYS, SIMILAR_METRES, SIMILAR_HOURS, REPEAT_DAYS, KEY_PER_MINUTE, KEY_PER_DAY,
                   NEARBY_METRES, YELLOW_CARD_DAYS, RED_CARD_DAYS, BATCH_SECONDS, POSITION_HOURS, RATE_DAYS,
                   REOPEN_DAYS, KEEP_CONTACT_DAYS, KEEP_WORDS_DAYS, CONFIRM_DAYS, PATROL_DAYS, ORDER_RETURN_DAYS})


@dataclass(frozen=True, slots=True)
class Now:
    """A moment, and the terms in force at it: how often more time is given, how many days a hold lasts at most."""

    at: datetime
    extensions: int
    hold_days: int


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
# A department has the case or had it last, and answers for it.
WITH_DEPARTMENT = frozenset({Stage.DISPOSAL, Stage.REVIEW, Stage.CHECK, Stage.CLOSING})


class Verb(TextChoices):
    """What can be done to a case."""

    SEND_VERIFICATION = "send_verification", _("send to verify")
    ANSWER_VERIFICATION = "answer_verification", _("answer verification")
    REFUSE_INTAKE = "refuse_intake", _("refuse at intake")
    PASS_ON = "pass_on", _("pass on to filing")
    SELF_HANDLE = "self_handle", _("handled on the spot")
    CONFIRM_HANDLED = "confirm_handled", _("confirm: handled on the spot")
    REFUSE_FILING = "refuse_filing", _("refuse to file")
    FILE = "file", _("file")
    RETURN_TO_FILING = "return_to_filing", _("return to filing")
    DISPATCH = "dispatch", _("dispatch")
    RETURN_TO_DISPATCH = "return_to_dispatch", _("return to dispatch")
    EXTEND = "extend", _("ask for time")
    AGREE_EXTENSION = "agree_extension", _("agree to more time")
    REFUSE_EXTENSION = "refuse_extension", _("refuse more time")
    HOLD = "hold", _("ask to put on hold")
    AGREE_HOLD = "agree_hold", _("agree to the hold")
    REFUSE_HOLD = "refuse_hold", _("refuse the hold")
    APPROVE_HOLD = "approve_hold", _("approve the hold")
    REJECT_HOLD = "reject_hold", _("reject the hold")
    RESUME = "resume", _("resume")
    DONE = "done", _("report done")
    REWORK = "rework", _("send back for rework")
    PASS_REVIEW = "pass_review", _("pass on to check")
    ANSWER_CHECK = "answer_check", _("answer check")
    CONFIRM_PASSED = "confirm_passed", _("confirm: solved")
    CONFIRM_FAILED = "confirm_failed", _("confirm: not solved")
    CLOSE = "close", _("close")
    SUPERVISE = "supervise", _("supervise")
    ANSWER_SUPERVISION = "answer_supervision", _("answer the supervision")
    FLAG_SHIRKING = "flag_shirking", _("mark shirking")
    WITHDRAW = "withdraw", _("ask to void")
    APPROVE_VOID = "approve_void", _("approve voiding")
    REJECT_VOID = "reject_void", _("reject voiding")
    MERGE = "merge", _("merge with another case")
    FORCE_CLOSE = "force_close", _("close by force")
    APPEAL = "appeal", _("appeal lateness")
    AGREE_APPEAL = "agree_appeal", _("agree to the appeal")
    REFUSE_APPEAL = "refuse_appeal", _("refuse the appeal")
    UPHOLD_APPEAL = "uphold_appeal", _("uphold the appeal")
    REJECT_APPEAL = "reject_appeal", _("reject the appeal")
    AGREE_REOPEN = "agree_reopen", _("take it up again")
    REFUSE_REOPEN = "refuse_reopen", _("do not take it up again")


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


class Callback(TextChoices):
    """What the caller of a hotline order said when called back 回访."""

    SATISFIED = "satisfied", _("satisfied")
    UNSATISFIED = "unsatisfied", _("not satisfied")


class OrderVerb(TextChoices):
    """What can be done about a hotline order 热线工单, beside the main line of its case."""

    CONTACT = "contact", _("note the first contact")
    REPLY = "reply", _("answer the order")
    CALL_BACK = "call_back", _("note the call-back")
    REDO = "redo", _("open the order again")
    RETURN = "return", _("send the order back")


class Outcome(TextChoices):
    """How a case ended. Refusals at intake, refusals at filing and voids are counted apart."""

    RESOLVED = "resolved", _("solved and closed")
    NOT_TAKEN = "not_taken", _("not taken at intake")
    NOT_FILED = "not_filed", _("not filed")
    VOIDED = "voided", _("voided")
    FORCED = "forced", _("closed by force")
    SELF_HANDLED = "self_handled", _("handled on the spot")
    MERGED = "merged", _("merged with another case")


class Ask(TextChoices):
    """What waits for somebody's yes or no beside the main line. One at a time."""

    EXTEND = "extend", _("more time")
    HOLD = "hold", _("hold")
    VOID = "void", _("voiding")
    APPEAL = "appeal", _("appeal against lateness")
    REOPEN = "reopen", _("taking it up again")


class Supervision(TextChoices):
    """Why somebody supervises 督办."""

    OVERDUE = "overdue", _("overdue")
    LEADER = "leader", _("by order of a leader")
    KEY = "key", _("key matter")


class Erasure(TextChoices):
    """Why personal data was erased 清除."""

    SCHEDULE = "schedule", _("kept long enough")
    ASKED = "asked", _("asked for by the person")


class Appeal(TextChoices):
    """How an appeal against lateness 超时申诉 ended."""

    UPHELD = "upheld", _("upheld")
    REFUSED = "refused", _("refused")


class Datatype(TextChoices):
    """What another system is asked for: GeoReport's own words."""

    STRING = "string", _("one line")
    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    DATETIME = "datetime", _("date and time")
    ONE = "singlevaluelist", _("one of a list")
    MANY = "multivaluelist", _("several of a list")


class Told(TextChoices):
    """How a case stands for another system, in the words of FixMyStreet's extension of GeoReport."""

    OPEN = "open", _("open")
    INVESTIGATING = "investigating", _("being looked at")
    ACTION_SCHEDULED = "action_scheduled", _("action scheduled")
    IN_PROGRESS = "in_progress", _("in progress")
    FIXED = "fixed", _("put right")
    CLOSED = "closed", _("closed")
    DUPLICATE = "duplicate", _("reported before")
    NOT_OURS = "not_councils_responsibility", _("not ours")
    NO_FURTHER_ACTION = "no_further_action", _("nothing more is done")
    INTERNAL_REFERRAL = "internal_referral", _("passed on inside")
    REOPEN = "reopen", _("to be opened again")
    FOR_TRIAGE = "for_triage", _("to be sorted")


class HandoverState(TextChoices):
    """How far a case got on its way to a department's own server."""

    WAITING = "waiting", _("waiting")
    TOKEN = "token", _("taken, number awaited")
    THERE = "there", _("there")
    FAILED = "failed", _("given up")


class Card(TextChoices):
    """What a department is shown when its time runs out 黄牌 红牌."""

    YELLOW = "yellow", _("yellow card")
    RED = "red", _("red card")


class BatchState(TextChoices):
    """Where a choice of many cases at once stands 批量操作."""

    PENDING = "pending", _("waits; can be taken back")
    RUNNING = "running", _("being carried out")
    ENDED = "ended", _("carried out")
    TAKEN_BACK = "taken_back", _("taken back")


class Needs(Flag):
    """What must come with a move."""

    NOTHING = 0
    REASON = auto()
    PHOTO = auto()
    STANDARD = auto()
    DEPARTMENT = auto()
    ANSWER = auto()
    UNTIL = auto()
    CASE = auto()
    KIND = auto()


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move: where it leads, which power it takes, what must come with it.

    `alternative`: a power that will do as well.
    """

    to: Stage
    power: Power
    needs: Needs = Needs.NOTHING
    alternative: Power | None = None

    @property
    def powers(self) -> tuple[Power, ...]:
        """The powers of which one is enough."""
        return (self.power,) if self.alternative is None else (self.power, self.alternative)


_FORCE = Move(Stage.CLOSED, Power.CASE_FORCE_CLOSE, Needs.REASON)


def _anywhere(stage: Stage) -> dict[Verb, Move]:
    """What can be done to every open case."""
    return {Verb.SUPERVISE: Move(stage, Power.CASE_SUPERVISE, Needs.REASON | Needs.KIND), Verb.FORCE_CLOSE: _FORCE}


def _after_filing(stage: Stage) -> dict[Verb, Move]:
    """What can be done to every open case that was filed."""
    also = Power.CASE_DISPOSE if stage in WITH_DEPARTMENT else None
    return {Verb.WITHDRAW: Move(stage, Power.CASE_DISPATCH, Needs.REASON, also),
            Verb.APPROVE_VOID: Move(Stage.VOID, Power.CASE_VOID),
            Verb.REJECT_VOID: Move(stage, Power.CASE_VOID, Needs.REASON), **_anywhere(stage)}


def _with_department(stage: Stage) -> dict[Verb, Move]:
    """What can be done to a case as long as a department answers for it."""
    return {Verb.ANSWER_SUPERVISION: Move(stage, Power.CASE_DISPOSE, Needs.REASON), **_after_filing(stage)}


MOVES: dict[Stage, dict[Verb, Move]] = {
    Stage.INTAKE: {
        Verb.SEND_VERIFICATION: Move(Stage.INTAKE, Power.CASE_INTAKE),
        Verb.ANSWER_VERIFICATION: Move(Stage.INTAKE, Power.CASE_VERIFY, Needs.ANSWER),
        Verb.PASS_ON: Move(Stage.FILING, Power.CASE_INTAKE),
        Verb.SELF_HANDLE: Move(Stage.INTAKE, Power.CASE_VERIFY, Needs.PHOTO),
        Verb.CONFIRM_HANDLED: Move(Stage.CLOSED, Power.CASE_INTAKE),
        Verb.REFUSE_INTAKE: Move(Stage.VOID, Power.CASE_INTAKE, Needs.REASON),
        Verb.MERGE: Move(Stage.VOID, Power.CASE_INTAKE, Needs.CASE),
        **_anywhere(Stage.INTAKE),
    },
    Stage.FILING: {
        Verb.FILE: Move(Stage.DISPATCH, Power.CASE_FILE, Needs.STANDARD),
        Verb.REFUSE_FILING: Move(Stage.VOID, Power.CASE_FILE, Needs.REASON),
        Verb.MERGE: Move(Stage.VOID, Power.CASE_FILE, Needs.CASE),
        **_anywhere(Stage.FILING),
    },
    Stage.DISPATCH: {
        Verb.DISPATCH: Move(Stage.DISPOSAL, Power.CASE_DISPATCH, Needs.DEPARTMENT),
        Verb.RETURN_TO_FILING: Move(Stage.FILING, Power.CASE_DISPATCH, Needs.REASON),
        Verb.FLAG_SHIRKING: Move(Stage.DISPATCH, Power.CASE_DISPATCH, Needs.REASON, Power.CASE_SUPERVISE),
        **_after_filing(Stage.DISPATCH),
    },
    Stage.DISPOSAL: {
        Verb.DONE: Move(Stage.REVIEW, Power.CASE_DISPOSE, Needs.PHOTO),
        Verb.RETURN_TO_DISPATCH: Move(Stage.DISPATCH, Power.CASE_DISPOSE, Needs.REASON),
        Verb.EXTEND: Move(Stage.DISPOSAL, Power.CASE_DISPOSE, Needs.REASON),
        Verb.AGREE_EXTENSION: Move(Stage.DISPOSAL, Power.CASE_DISPATCH),
        Verb.REFUSE_EXTENSION: Move(Stage.DISPOSAL, Power.CASE_DISPATCH, Needs.REASON),
        Verb.HOLD: Move(Stage.DISPOSAL, Power.CASE_DISPOSE, Needs.REASON | Needs.UNTIL),
        Verb.AGREE_HOLD: Move(Stage.DISPOSAL, Power.CASE_DISPATCH),
        Verb.REFUSE_HOLD: Move(Stage.DISPOSAL, Power.CASE_DISPATCH, Needs.REASON),
        Verb.APPROVE_HOLD: Move(Stage.ON_HOLD, Power.CASE_FILE),
        Verb.REJECT_HOLD: Move(Stage.DISPOSAL, Power.CASE_FILE, Needs.REASON),
        **_with_department(Stage.DISPOSAL),
    },
    Stage.ON_HOLD: {
        Verb.RESUME: Move(Stage.DISPOSAL, Power.CASE_DISPATCH),
        **_after_filing(Stage.ON_HOLD),
    },
    Stage.REVIEW: {
        Verb.PASS_REVIEW: Move(Stage.CHECK, Power.CASE_REVIEW),
        Verb.REWORK: Move(Stage.DISPOSAL, Power.CASE_REVIEW, Needs.REASON),
        **_with_department(Stage.REVIEW),
    },
    Stage.CHECK: {
        Verb.ANSWER_CHECK: Move(Stage.CHECK, Power.CASE_CHECK, Needs.ANSWER),
        Verb.CONFIRM_PASSED: Move(Stage.CLOSING, Power.CASE_INTAKE),
        Verb.CONFIRM_FAILED: Move(Stage.DISPATCH, Power.CASE_INTAKE),
        **_with_department(Stage.CHECK),
    },
    Stage.CLOSING: {
        Verb.CLOSE: Move(Stage.CLOSED, Power.CASE_CLOSE),
        **_with_department(Stage.CLOSING),
    },
    Stage.CLOSED: {
        Verb.APPEAL: Move(Stage.CLOSED, Power.CASE_DISPOSE, Needs.REASON),
        Verb.AGREE_APPEAL: Move(Stage.CLOSED, Power.CASE_DISPATCH),
        Verb.REFUSE_APPEAL: Move(Stage.CLOSED, Power.CASE_DISPATCH, Needs.REASON),
        Verb.UPHOLD_APPEAL: Move(Stage.CLOSED, Power.CASE_INTAKE),
        Verb.REJECT_APPEAL: Move(Stage.CLOSED, Power.CASE_INTAKE, Needs.REASON),
        Verb.AGREE_REOPEN: Move(Stage.CLOSED, Power.CASE_INTAKE, alternative=Power.CASE_FILE),
        Verb.REFUSE_REOPEN: Move(Stage.CLOSED, Power.CASE_INTAKE, Needs.REASON, Power.CASE_FILE),
    },
    Stage.VOID: {},
}
