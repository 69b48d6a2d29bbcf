"""What is asked beside the main line, and what a yes or a no does: time, hold, voiding, appeal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.city import City, png
from undercity import clock
from undercity.cases.states import Supervision, Verb
from undercity.errors import InvalidMove, NotFound, RuleBroken


def at_disposal(city: City) -> tuple[Any, Any]:
    """A case in the hands of a department, and its handler."""
    case = city.walk(city.reported(), "disposal")
    return case, city.whose(city.duty(case))


def question(case: Any) -> Any:
    """The duty of whoever must answer."""
    from undercity.ledger.models import Duty

    return Duty.objects.get(pk=case.ask_duty)


def sent_to(case: Any, code: str) -> list[int]:
    from undercity.notices.models import Notice

    return list(Notice.objects.filter(subject=case.uid, code__startswith=code).values_list("post", flat=True))


# --- more time ------------------------------------------------------------------------------------------------------

def test_a_yes_adds_the_original_limit_and_moves_the_duty(city: City) -> None:
    from undercity.cases.actions.asking import ask_for_time, decide_on_time
    from undercity.org.queries import calendar
    from undercity.science.worktime import Limit, Unit, deadline

    case, handler = at_disposal(city)
    due = case.due_at
    case = ask_for_time(case.uid, by=handler, at=city.later(minutes=5), reason="备件未到")
    assert (case.stage, case.asked, case.due_at) == ("disposal", "extend", due)
    dispatcher = city.whose(question(case))
    assert (question(case).kind, dispatcher.role) == ("case.extension", "dispatcher")
    case = decide_on_time(case.uid, by=dispatcher, at=city.later(minutes=5), agreed=True)
    assert case.due_at == deadline(due, Limit(case.limit_value, Unit(case.limit_unit)), calendar())
    assert (city.duty(case).due_at, case.extensions, case.asked) == (case.due_at, 1, "")
    assert sent_to(case, "case.extension_decided") == [handler.post]


def test_a_no_with_its_reason_uses_nothing_up(city: City) -> None:
    from undercity.cases.actions.asking import ask_for_time, decide_on_time

    case, handler = at_disposal(city)
    due = case.due_at
    case = ask_for_time(case.uid, by=handler, at=city.later(minutes=5), reason="备件未到")
    with pytest.raises(RuleBroken):
        decide_on_time(case.uid, by=city.whose(question(case)), at=city.at, agreed=False)
    case = decide_on_time(case.uid, by=city.whose(question(case)), at=city.later(minutes=5), agreed=False,
                          note="有备件")
    assert (case.due_at, case.extensions, case.asked) == (due, 0, "")


def test_time_is_asked_for_before_the_deadline_and_at_most_twice(city: City) -> None:
    from undercity.cases.actions.asking import ask_for_time, decide_on_time

    case, handler = at_disposal(city)
    for _ in range(2):
        case = ask_for_time(case.uid, by=handler, at=city.later(minutes=1), reason="备件未到")
        case = decide_on_time(case.uid, by=city.whose(question(case)), at=city.later(minutes=1), agreed=True)
    with pytest.raises(InvalidMove, match="2"):
        ask_for_time(case.uid, by=handler, at=city.later(minutes=1), reason="还要")
    other, handler = at_disposal(city)
    with pytest.raises(InvalidMove, match="时限"):
        ask_for_time(other.uid, by=handler, at=other.due_at + timedelta(seconds=1), reason="晚了")


def test_who_is_done_no_longer_waits_for_an_answer(city: City) -> None:
    from undercity.cases.actions.asking import ask_for_time

    case, handler = at_disposal(city)
    case = ask_for_time(case.uid, by=handler, at=city.later(minutes=5), reason="备件未到")
    waiting = question(case)
    case = city.walk(case, "review")
    waiting.refresh_from_db()
    assert (waiting.outcome, case.asked, case.ask_duty) == ("dropped", "", None)


# --- on hold --------------------------------------------------------------------------------------------------------

def held(city: City, days: int = 10) -> Any:
    from undercity.cases.actions.asking import agree_to_hold, approve_hold, ask_for_hold

    case, handler = at_disposal(city)
    case = ask_for_hold(case.uid, by=handler, at=city.later(minutes=5), reason="管线施工", until=city.at
                        + timedelta(days=days))
    first = city.whose(question(case))
    case = agree_to_hold(case.uid, by=first, at=city.later(minutes=5))
    second = city.whose(question(case))
    assert (first.role, second.role) == ("dispatcher", "shift_lead")
    return approve_hold(case.uid, by=second, at=city.later(minutes=5))


def test_a_hold_needs_two_and_stops_the_clock(city: City) -> None:
    from undercity.cases.actions.asking import resume_ripe
    from undercity.ledger.queries import overdue, to_escalate
    from undercity.org.queries import calendar
    from undercity.science.worktime import Unit, time_between

    case = held(city)
    before, unit = case.due_at, Unit(case.limit_unit)
    left = time_between(city.at, before, unit, calendar())
    assert (case.stage, case.hold_left) == ("on_hold", left // timedelta(seconds=1))
    assert city.duty(case).kind == "case.hold"
    assert not overdue(case.hold_until - timedelta(hours=1)).filter(stream=case.uid).exists()
    assert resume_ripe(case.hold_until - timedelta(minutes=1)) == 0
    assert resume_ripe(case.hold_until) == 1
    day = case.hold_until
    case.refresh_from_db()
    assert (case.stage, case.hold_until) == ("disposal", None)
    assert time_between(day, case.due_at, unit, calendar()) == timedelta(seconds=case_left(left))
    assert to_escalate(day) == []


def case_left(left: timedelta) -> int:
    """Whole seconds: fractions are not kept."""
    return left // timedelta(seconds=1)


def test_the_dispatcher_need_not_wait_for_the_day(city: City) -> None:
    from undercity.cases.actions.asking import resume

    case = held(city)
    case = resume(case.uid, by=city.post("dispatcher"), at=city.later(hours=2))
    assert (case.stage, city.duty(case).kind) == ("disposal", "case.dispose")


def test_what_was_late_before_the_hold_stays_late(city: City) -> None:
    from undercity.cases.actions.asking import agree_to_hold, approve_hold, ask_for_hold, resume

    case, handler = at_disposal(city)
    due = case.due_at
    city.at = due + timedelta(hours=1)
    case = ask_for_hold(case.uid, by=handler, at=city.at, reason="管线施工", until=city.at + timedelta(days=3))
    case = agree_to_hold(case.uid, by=city.whose(question(case)), at=city.later(minutes=5))
    case = approve_hold(case.uid, by=city.whose(question(case)), at=city.later(minutes=5))
    case = resume(case.uid, by=city.post("dispatcher"), at=city.later(days=1))
    assert case.due_at == due


@pytest.mark.parametrize(("days", "right"), [(-1, False), (0, False), (1, True), (366, True), (367, False)])
def test_a_hold_ends_ahead_and_within_a_year(days: int, right: bool, city: City) -> None:
    from undercity.cases.actions.asking import ask_for_hold

    case, handler = at_disposal(city)
    until = city.at + timedelta(days=days)
    if right:
        assert ask_for_hold(case.uid, by=handler, at=city.at, reason="等", until=until).hold_until == until
        return
    with pytest.raises(RuleBroken) as refusal:
        ask_for_hold(case.uid, by=handler, at=city.at, reason="等", until=until)
    assert refusal.value.field == "until"


@pytest.mark.parametrize("second", [False, True])
def test_either_may_refuse_the_hold(second: bool, city: City) -> None:
    from undercity.cases.actions.asking import agree_to_hold, ask_for_hold, refuse_hold

    case, handler = at_disposal(city)
    case = ask_for_hold(case.uid, by=handler, at=city.at, reason="等", until=city.at + timedelta(days=3))
    if second:
        case = agree_to_hold(case.uid, by=city.whose(question(case)), at=city.later(minutes=5))
    case = refuse_hold(case.uid, by=city.whose(question(case)), at=city.later(minutes=5), reason="可以做",
                       second=second)
    assert (case.stage, case.asked, case.hold_until) == ("disposal", "", None)
    assert sent_to(case, "case.hold_refused") == [handler.post]


# --- voiding, force -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("stage", ["dispatch", "disposal", "review", "check", "closing"])
def test_the_dispatcher_asks_to_void_and_the_shift_lead_decides(stage: str, city: City) -> None:
    from undercity.cases.actions.asking import approve_void, ask_to_void, refuse_void

    case = city.walk(city.reported(), stage)
    for agreed in (False, True):
        case = ask_to_void(case.uid, by=city.post("dispatcher"), at=city.later(minutes=5), reason="重复立案")
        lead = city.whose(question(case))
        assert lead.role == "shift_lead"
        case = (approve_void(case.uid, by=lead, at=city.later(minutes=5)) if agreed
                else refuse_void(case.uid, by=lead, at=city.later(minutes=5), reason="不重复"))
        assert case.stage == ("void" if agreed else stage)
    assert (case.outcome, case.duty) == ("voided", None)


def test_a_department_may_ask_to_void_only_what_it_has(city: City) -> None:
    from undercity.cases.actions.asking import ask_to_void

    case, handler = at_disposal(city)
    assert ask_to_void(case.uid, by=handler, at=city.later(minutes=5), reason="重复立案").asked == "void"
    other = city.walk(city.reported(), "dispatch")
    with pytest.raises(NotFound):
        ask_to_void(other.uid, by=handler, at=city.at, reason="x")


def test_force_closes_whatever_is_open_and_leaves_no_duty(city: City) -> None:
    from undercity.cases.actions.asking import ask_for_time
    from undercity.cases.actions.supervising import force_close, supervise
    from undercity.ledger.models import Duty

    case, handler = at_disposal(city)
    ask_for_time(case.uid, by=handler, at=city.later(minutes=5), reason="等")
    supervise(case.uid, by=city.post("shift_lead"), at=city.later(minutes=5), reason="催", why=Supervision.KEY,
              answer_wanted=True)
    case = force_close(case.uid, by=city.post("administrator"), at=city.later(minutes=5), reason="系统切换")
    assert (case.stage, case.outcome) == ("closed", "forced")
    assert not Duty.objects.filter(stream=case.uid, done_at__isnull=True).exists()


# --- supervision, shirking ------------------------------------------------------------------------------------------

def test_an_answer_demanded_must_come_before_closing(city: City) -> None:
    from undercity.cases.actions.supervising import answer_supervision, supervise
    from undercity.ledger.models import Duty

    case, handler = at_disposal(city)
    case = supervise(case.uid, by=city.post("shift_lead"), at=city.later(minutes=5), reason="群众反映强烈",
                     why=Supervision.LEADER, answer_wanted=True)
    reply = Duty.objects.get(pk=case.reply_duty)
    assert (reply.kind, reply.post_id, case.supervisions) == ("case.reply", handler.post, 1)
    case = city.walk(case, "closing")
    with pytest.raises(InvalidMove, match="督办"):
        city.walk(case, "closed")
    case = answer_supervision(case.uid, by=handler, at=city.later(minutes=5), reason="已加派人手")
    assert city.walk(case, "closed").outcome == "resolved"


def test_supervision_without_a_department_wants_no_answer(city: City) -> None:
    from undercity.cases.actions.supervising import supervise

    case, lead = city.reported(), city.post("shift_lead")
    with pytest.raises(RuleBroken) as refusal:
        supervise(case.uid, by=lead, at=city.at, reason="催", why=Supervision.KEY, answer_wanted=True)
    assert refusal.value.field == "answer_wanted"
    assert supervise(case.uid, by=lead, at=city.at, reason="催", why=Supervision.KEY).supervisions == 1


def test_returned_in_vain_keeps_its_deadline_and_can_be_marked(city: City) -> None:
    from undercity.cases.actions.dispatching import dispatch
    from undercity.cases.actions.handling import return_to_dispatch
    from undercity.cases.actions.supervising import flag_shirking
    from undercity.cases.queries.departments import departments_for

    case, handler = at_disposal(city)
    due, department = case.due_at, case.department_id
    case = return_to_dispatch(case.uid, by=handler, at=city.later(minutes=30), reason="不归我管")
    case = flag_shirking(case.uid, by=city.post("dispatcher"), at=city.later(minutes=5), reason="权属清楚")
    case = dispatch(case.uid, by=city.post("dispatcher"), at=city.later(minutes=5), department=department)
    assert (case.due_at, case.shirking, case.misdirected) == (due, 1, 0)
    case = return_to_dispatch(case.uid, by=handler, at=city.later(minutes=30), reason="不归我管")
    other = next(body for body, _ in departments_for(case)[1] if body != department)
    case = dispatch(case.uid, by=city.post("dispatcher"), at=city.later(minutes=5), department=other)
    assert (case.misdirected, case.department_id) == (1, other)
    assert case.due_at > due


# --- on the spot, merging -------------------------------------------------------------------------------------------

def test_what_an_inspector_puts_right_himself_is_closed_and_counted_apart(city: City) -> None:
    from undercity.cases.actions.intake import confirm_handled, handle_on_the_spot
    from undercity.cases.states import Source
    from undercity.ledger.pictures import read_picture

    inspector = city.post("inspector")
    case = city.reported(by=inspector, source=Source.INSPECTOR)
    with pytest.raises(InvalidMove):
        confirm_handled(case.uid, by=city.whose(city.duty(case)), at=city.at)
    with pytest.raises(RuleBroken):
        handle_on_the_spot(case.uid, by=inspector, at=city.at, photos=[])
    case = handle_on_the_spot(case.uid, by=inspector, at=city.later(minutes=2), photos=[read_picture(png())])
    case = confirm_handled(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=2))
    assert (case.stage, case.outcome) == ("closed", "self_handled")


def test_merged_reports_go_on_as_one_and_keep_every_reporter(city: City) -> None:
    from undercity.cases.actions.merging import merge
    from undercity.cases.queries.receipt import receipt

    main, again = city.reported(), city.reported(text="井盖又破了")
    third = city.reported(text="还是那个井盖")
    officer = city.post("intake_officer")
    again = merge(again.uid, by=officer, at=city.later(minutes=2), into=third.number)
    merge(third.uid, by=officer, at=city.later(minutes=2), into=main.number)
    main.refresh_from_db()
    assert (again.stage, again.outcome, main.reporters) == ("void", "merged", 3)
    main = city.walk(main, "disposal")
    seen = receipt(again.report.token)
    assert seen is not None
    assert (seen.case.pk, seen.merged, seen.due_at) == (main.pk, True, main.due_at)


@pytest.mark.parametrize("wrong", ["itself", "nonsense", "20260718-999999", "ended"])
def test_what_cannot_be_merged_with_says_why(wrong: str, city: City) -> None:
    from undercity.cases.actions.intake import refuse_intake
    from undercity.cases.actions.merging import merge

    case, ended = city.reported(), city.reported()
    refuse_intake(ended.uid, by=city.post("intake_officer"), at=city.at, reason="不属于")
    into = {"itself": case.number, "ended": ended.number}.get(wrong, wrong)
    with pytest.raises(RuleBroken) as refusal:
        merge(case.uid, by=city.post("intake_officer"), at=city.at, into=into)
    assert refusal.value.field == "into"
    case.refresh_from_db()
    assert case.stage == "intake"


# --- appeal ---------------------------------------------------------------------------------------------------------

def closed_late(city: City) -> tuple[Any, Any]:
    case, handler = at_disposal(city)
    city.at = case.due_at + timedelta(hours=1)
    return city.walk(case, "closed"), handler


def test_an_appeal_upheld_by_two_leaves_the_late_counts_and_not_the_record(city: City) -> None:
    from undercity.appraisal.actions import asked
    from undercity.appraisal.queries.scores import objects_of, ranking
    from undercity.cases.actions.asking import agree_to_appeal, appeal, decide_on_appeal

    case, handler = closed_late(city)

    def in_time() -> tuple[int, int]:
        found = asked(lambda facts: ranking(facts, f"{case.filed_at.astimezone(clock.ZONE):%Y-%m}",
                                            objects_of("department")))
        row = next(row for row in found.rows if row.scored.id == case.department_id)
        count = next(node.count for node in row.score.nodes if node.measure.indicator == "intime_dispose_rate")
        return count.top, count.bottom

    with clock.standing_at(city.at):
        assert in_time() == (0, 1)
        case = appeal(case.uid, by=handler, at=city.later(minutes=5), reason="停电")
        case = agree_to_appeal(case.uid, by=city.whose(question(case)), at=city.later(minutes=5))
        assert city.whose(question(case)).role == "intake_officer"
        case = decide_on_appeal(case.uid, Verb.UPHOLD_APPEAL, by=city.whose(question(case)), at=city.later(minutes=5))
        assert (case.appeal, case.asked) == ("upheld", "")
        assert in_time() == (1, 1)
    assert case.done_at > case.due_at
    with pytest.raises(InvalidMove, match="申诉"):
        appeal(case.uid, by=handler, at=city.later(minutes=5), reason="再来")


def test_who_was_in_time_has_nothing_to_appeal(city: City) -> None:
    from undercity.cases.actions.asking import appeal

    case, handler = at_disposal(city)
    case = city.walk(case, "closed")
    with pytest.raises(InvalidMove, match="按期"):
        appeal(case.uid, by=handler, at=city.at, reason="停电")

