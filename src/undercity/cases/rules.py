"""Decisions about cases: pure, and always with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from undercity.cases.fold import CaseState
from undercity.cases.states import MOVES, OPEN, Ask, Check, Move, Needs, Now, Outcome, Source, Stage, Supervision, Verb
from undercity.errors import InvalidMove, RuleBroken
from undercity.org.powers import Actor, Decision, can
from undercity.org.states import Power

# What asks for a yes, and what gives it or not: what it was asked for, whether somebody agreed before.
ASKS = frozenset({Verb.EXTEND, Verb.HOLD, Verb.WITHDRAW, Verb.APPEAL})
ANSWERS: dict[Verb, tuple[Ask, bool]] = {
    Verb.AGREE_EXTENSION: (Ask.EXTEND, False), Verb.REFUSE_EXTENSION: (Ask.EXTEND, False),
    Verb.AGREE_HOLD: (Ask.HOLD, False), Verb.REFUSE_HOLD: (Ask.HOLD, False),
    Verb.APPROVE_HOLD: (Ask.HOLD, True), Verb.REJECT_HOLD: (Ask.HOLD, True),
    Verb.APPROVE_VOID: (Ask.VOID, False), Verb.REJECT_VOID: (Ask.VOID, False),
    Verb.AGREE_APPEAL: (Ask.APPEAL, False), Verb.REFUSE_APPEAL: (Ask.APPEAL, False),
    Verb.UPHOLD_APPEAL: (Ask.APPEAL, True), Verb.REJECT_APPEAL: (Ask.APPEAL, True),
    Verb.AGREE_REOPEN: (Ask.REOPEN, False), Verb.REFUSE_REOPEN: (Ask.REOPEN, False)}
# Something was done, well or not: it can be rated, and asked for again.
HANDLED = frozenset({Outcome.RESOLVED.value, Outcome.SELF_HANDLED.value, Outcome.FORCED.value})
MOST_STARS = 5


@dataclass(frozen=True, slots=True)
class Option:
    """A move as it stands for one actor and one case: what it needs, whether he may, and if not, why."""

    verb: Verb
    move: Move
    decision: Decision


def possible(case: CaseState, now: Now) -> dict[Verb, Move]:
    """The moves that are open at a moment from where the case stands, whoever asks."""
    return {verb: move for verb, move in MOVES[Stage(case.stage)].items() if not obstacle(case, verb, now)}


def obstacle(case: CaseState, verb: Verb, now: Now) -> str:
    """Why a move of this stage is not open yet, or not any more; empty when it is."""
    for told in (_of_intake, _of_the_check, _of_the_department, _of_questions):
        if reason := told(case, verb, now):
            return reason
    return ""


def _of_intake(case: CaseState, verb: Verb, now: Now) -> str:
    if verb is Verb.ANSWER_VERIFICATION and not case.verifying:
        return _("Nobody was asked to verify this.")
    if case.verifying and verb in {Verb.SEND_VERIFICATION, Verb.PASS_ON, Verb.REFUSE_INTAKE, Verb.MERGE}:
        return _("An inspector is verifying; wait for the answer.")
    if verb is Verb.SEND_VERIFICATION and case.source == Source.INSPECTOR:
        return _("An inspector reported this: it needs no verification.")
    if verb is Verb.PASS_ON and case.source != Source.INSPECTOR and not case.verification:
        return _("A report that no inspector made must be verified first.")
    if verb is Verb.SELF_HANDLE and case.on_the_spot:
        return _("It was handled on the spot already; the intake officer looks at it.")
    if verb is Verb.SELF_HANDLE and case.source != Source.INSPECTOR and not case.verifying:
        return _("Only what an inspector found or verifies is handled on the spot.")
    if verb is Verb.CONFIRM_HANDLED and (not case.on_the_spot or case.verifying):
        return _("No inspector has handled this on the spot.")
    return ""


def _of_the_check(case: CaseState, verb: Verb, now: Now) -> str:
    if verb is Verb.ANSWER_CHECK and case.check_answer:
        return _("The check is answered; the intake officer confirms it.")
    if verb in {Verb.CONFIRM_PASSED, Verb.CONFIRM_FAILED} and not case.check_answer:
        return _("The inspector has not answered the check.")
    if verb is Verb.CONFIRM_PASSED and case.check_answer != Check.PASSED:
        return _("The inspector did not find it solved.")
    if verb is Verb.CONFIRM_FAILED and case.check_answer == Check.PASSED:
        return _("The inspector found it solved.")
    if verb is Verb.CLOSE and case.reply_duty is not None:
        return _("The department has not answered the supervision yet.")
    return ""


def _of_the_department(case: CaseState, verb: Verb, now: Now) -> str:
    late = case.due_at is not None and now.at > case.due_at
    if verb is Verb.EXTEND and late:
        return _("The deadline is over: time is asked for before it.")
    if verb is Verb.EXTEND and case.extensions >= now.extensions:
        return _("More time was given %(count)d times; that is the most there is.") % {"count": case.extensions}
    if verb is Verb.ANSWER_SUPERVISION and case.reply_duty is None:
        return _("Nobody demanded an answer.")
    if verb is Verb.FLAG_SHIRKING and case.returned_by is None:
        return _("No department has sent this back.")
    return ""


def _of_questions(case: CaseState, verb: Verb, now: Now) -> str:
    if verb in ASKS and case.asked:
        return _("Something is asked already (%(what)s); wait for the answer.") % {"what": Ask(case.asked).label}
    if verb in ANSWERS:
        what, agreed = ANSWERS[verb]
        if case.asked != what:
            return _("Nobody has asked for this.")
        if case.agreed is not agreed:
            return _("The first of the two who decide agreed already.") if case.agreed else _(
                "Somebody else must agree first.")
    if verb is Verb.APPEAL and case.appeal:
        return _("An appeal was decided already; there is one a case.")
    if verb is Verb.APPEAL and (case.outcome != Outcome.RESOLVED or not was_late(case)):
        return _("It was handled in time: there is nothing to appeal.")
    return ""


def was_late(case: CaseState) -> bool:
    """Was the handling finished after its deadline?"""
    return case.done_at is not None and case.due_at is not None and case.done_at > case.due_at


def legal(case: CaseState, verb: Verb, now: Now) -> Move:
    """The move, or InvalidMove that says what is possible now."""
    move = MOVES[Stage(case.stage)].get(verb)
    reason = obstacle(case, verb, now) if move else ""
    if move is not None and not reason:
        return move
    open_moves = possible(case, now)
    raise InvalidMove(
        reason or _("“%(verb)s” is not possible in stage “%(stage)s”.") % {
            "verb": verb.label, "stage": Stage(case.stage).label},
        remedy=_("Possible now: %(moves)s.") % {"moves": ", ".join(_whose(*one) for one in open_moves.items())}
        if open_moves else _("Nothing more can be done here."),
        details={"stage": case.stage, "possible": [option.value for option in open_moves]})


def _whose(verb: Verb, move: Move) -> str:
    """A move and the power it takes, in words: close (close cases)."""
    return f"{verb.label} ({' / '.join(str(power.label) for power in move.powers)})"


def may(actor: Actor, move: Move, *, territory: str, department: str) -> Decision:
    """May this actor make this move? A department's power is asked on the department, all else on the territory."""
    decisions = [can(actor, power, department if power is Power.CASE_DISPOSE else territory) for power in move.powers]
    return next((one for one in decisions if one), decisions[0])


def options(case: CaseState, actor: Actor, now: Now, *, territory: str, department: str) -> list[Option]:
    """Every open move with the answer whether this actor may do it."""
    return [Option(verb, move, may(actor, move, territory=territory, department=department))
            for verb, move in possible(case, now).items()]


def until(end: datetime, now: Now) -> datetime:
    """The day a hold may last until; RuleBroken when it is over already or too far away."""
    if end <= now.at:
        raise RuleBroken(_("That day is not ahead."), field="until", remedy=_("Choose a day after today."))
    if end > now.at + timedelta(days=now.hold_days):
        raise RuleBroken(_("A hold lasts %(days)d days at most.") % {"days": now.hold_days}, field="until",
                         remedy=_("Choose an earlier day; it can be asked for again."))
    return end


def complete(move: Move, *, reason: str = "", photos: int = 0) -> None:
    """What must come with a move is there; otherwise RuleBroken naming the field."""
    if Needs.REASON in move.needs and not reason.strip():
        raise RuleBroken(_("A reason is missing."), field="reason", remedy=_("Write in one sentence why."))
    if Needs.PHOTO in move.needs and not photos:
        raise RuleBroken(_("A photo taken afterwards is missing."), field="photos",
                         remedy=_("Add at least one picture that shows the place as it is now."))



# What may be done to many at once: nothing that needs a look at each (a standard, a photo, an answer).
BATCHED = frozenset({Verb.SEND_VERIFICATION, Verb.PASS_ON, Verb.DISPATCH, Verb.PASS_REVIEW, Verb.CONFIRM_PASSED,
                     Verb.CLOSE, Verb.SUPERVISE})
BATCH_MOST = 100


def batched(verb: Verb, count: int, *, note: str = "", why: str = "") -> None:
    """So many cases may be given this move at once; RuleBroken with the field otherwise."""
    if verb not in BATCHED:
        raise RuleBroken(_("This is done case by case."), field="verb", remedy=_("Open each case."))
    if not count:
        raise RuleBroken(_("No case is chosen."), field="cases", remedy=_("Tick the cases first."))
    if count > BATCH_MOST:
        raise RuleBroken(_("%(count)d cases are more than can be moved at once.") % {"count": count}, field="cases",
                         remedy=_("Choose %(most)d at most.") % {"most": BATCH_MOST})
    if verb is Verb.SUPERVISE and not note.strip():
        raise RuleBroken(_("A reason is missing."), field="note", remedy=_("Write in one sentence why."))
    if verb is Verb.SUPERVISE and why not in Supervision.values:
        raise RuleBroken(_("The kind of supervision is missing."), field="why", remedy=_("Choose one from the list."))


def may_support(case: CaseState) -> Decision:
    """May somebody with the same problem support this case? While it is open."""
    return Decision(True) if Stage(case.stage) in OPEN else Decision(
        False, _("This case has ended: report the problem anew."))


def may_add(case: CaseState) -> Decision:
    """May a reporter say more? While the case is open."""
    return Decision(True) if Stage(case.stage) in OPEN else Decision(False, _("The case has ended."))


def may_rate(case: CaseState, at: datetime, *, days: int, rated: bool) -> Decision:
    """May a reporter rate what was done? Once, within so many days of the end, when something was done."""
    if case.outcome not in HANDLED or case.closed_at is None:
        return Decision(False, _("It can be rated when it is closed."))
    if rated:
        return Decision(False, _("You have rated it already. Thank you."))
    if at > case.closed_at + timedelta(days=days):
        return Decision(False, _("It could be rated within %(days)d days of its end.") % {"days": days})
    return Decision(True)


def may_ask_again(case: CaseState, at: datetime, *, days: int) -> Decision:
    """May a reporter ask to take it up again? Within so many days of its end, one question at a time."""
    if case.outcome not in HANDLED or case.closed_at is None:
        return Decision(False, _("Only what was closed can be taken up again."))
    if case.continued_as is not None:
        return Decision(False, _("It was taken up again already."))
    if case.asked:
        return Decision(False, _("Something is asked already (%(what)s); wait for the answer.") % {
            "what": Ask(case.asked).label})
    if at > case.closed_at + timedelta(days=days):
        return Decision(False, _("It could be asked for again within %(days)d days of its end; report it anew.") % {
            "days": days})
    return Decision(True)


def stars(number: int) -> int:
    """One to five stars; RuleBroken otherwise."""
    if not 1 <= number <= MOST_STARS:
        raise RuleBroken(_("Give one to five stars."), field="stars", remedy=_("Choose one of the five."))
    return number
