"""The table of moves, cell by cell, and what each move leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.city import EVENING, MANHOLE, SPOT, City, png
from undercity import clock
from undercity.cases import rules
from undercity.cases.fold import CaseState
from undercity.cases.states import MOVES, WITH_DEPARTMENT, Check, Now, Outcome, Stage, Verb, Verification
from undercity.errors import Conflict, InvalidMove, NotAllowed, NotFound, RuleBroken
from undercity.org.powers import THE_CITIZEN
from undercity.org.states import Role


def state(stage: Stage, **changes: Any) -> CaseState:
    return replace(CaseState(timeline="real", stage=stage.value, version=1, duty=None, source="citizen",
                             category=MANHOLE, territory_id=1, reported_at=EVENING), **changes)


NOW = Now(EVENING, extensions=2, hold_days=366)
SOMEBODY = UUID(int=7)
LATE = {"outcome": "resolved", "due_at": EVENING - timedelta(hours=5), "done_at": EVENING - timedelta(hours=3)}
# Cells that are open only after something else, with the state that opens them.
OPENED_BY: dict[Verb, dict[str, Any]] = {
    Verb.ANSWER_VERIFICATION: {"verifying": True}, Verb.PASS_ON: {"verification": "exists"},
    Verb.CONFIRM_PASSED: {"check_answer": "passed"}, Verb.CONFIRM_FAILED: {"check_answer": "failed"},
    Verb.SELF_HANDLE: {"source": "inspector"}, Verb.CONFIRM_HANDLED: {"on_the_spot": True},
    Verb.FLAG_SHIRKING: {"returned_by": 5}, Verb.ANSWER_SUPERVISION: {"reply_duty": SOMEBODY},
    Verb.AGREE_EXTENSION: {"asked": "extend"}, Verb.REFUSE_EXTENSION: {"asked": "extend"},
    Verb.AGREE_HOLD: {"asked": "hold"}, Verb.REFUSE_HOLD: {"asked": "hold"},
    Verb.APPROVE_HOLD: {"asked": "hold", "agreed": True}, Verb.REJECT_HOLD: {"asked": "hold", "agreed": True},
    Verb.APPROVE_VOID: {"asked": "void"}, Verb.REJECT_VOID: {"asked": "void"}, Verb.APPEAL: LATE,
    Verb.AGREE_APPEAL: {"asked": "appeal"}, Verb.REFUSE_APPEAL: {"asked": "appeal"},
    Verb.UPHOLD_APPEAL: {"asked": "appeal", "agreed": True}, Verb.REJECT_APPEAL: {"asked": "appeal", "agreed": True},
    Verb.AGREE_REOPEN: {"asked": "reopen"}, Verb.REFUSE_REOPEN: {"asked": "reopen"}}
OFFICE = {Role.INTAKE_OFFICER}
DISPATCH = {Role.DISPATCHER}
LEAD = {Role.SHIFT_LEAD}
SPOT_ROLES = {Role.INSPECTOR}
HANDLERS = {Role.DEPARTMENT_HANDLER, Role.SQUAD_MEMBER, Role.KEEPER}
# Who may, in the sample city: written down once more, so that a power granted by mistake is seen.
WHO: dict[Verb, set[Role]] = {
    Verb.SEND_VERIFICATION: OFFICE, Verb.ANSWER_VERIFICATION: SPOT_ROLES, Verb.REFUSE_INTAKE: OFFICE,
    Verb.PASS_ON: OFFICE, Verb.SELF_HANDLE: SPOT_ROLES, Verb.CONFIRM_HANDLED: OFFICE, Verb.REFUSE_FILING: LEAD,
    Verb.FILE: LEAD, Verb.RETURN_TO_FILING: DISPATCH, Verb.DISPATCH: DISPATCH, Verb.RETURN_TO_DISPATCH: HANDLERS,
    Verb.EXTEND: HANDLERS, Verb.AGREE_EXTENSION: DISPATCH, Verb.REFUSE_EXTENSION: DISPATCH, Verb.HOLD: HANDLERS,
    Verb.AGREE_HOLD: DISPATCH, Verb.REFUSE_HOLD: DISPATCH, Verb.APPROVE_HOLD: LEAD, Verb.REJECT_HOLD: LEAD,
    Verb.RESUME: DISPATCH, Verb.DONE: HANDLERS, Verb.REWORK: DISPATCH, Verb.PASS_REVIEW: DISPATCH,
    Verb.ANSWER_CHECK: SPOT_ROLES, Verb.CONFIRM_PASSED: OFFICE, Verb.CONFIRM_FAILED: OFFICE, Verb.CLOSE: LEAD,
    Verb.SUPERVISE: LEAD | {Role.LEADER}, Verb.ANSWER_SUPERVISION: HANDLERS,
    Verb.FLAG_SHIRKING: DISPATCH | LEAD | {Role.LEADER}, Verb.WITHDRAW: DISPATCH | HANDLERS, Verb.APPROVE_VOID: LEAD,
    Verb.REJECT_VOID: LEAD, Verb.FORCE_CLOSE: {Role.ADMINISTRATOR}, Verb.APPEAL: HANDLERS,
    Verb.AGREE_APPEAL: DISPATCH, Verb.REFUSE_APPEAL: DISPATCH, Verb.UPHOLD_APPEAL: OFFICE, Verb.REJECT_APPEAL: OFFICE,
    Verb.AGREE_REOPEN: OFFICE | LEAD, Verb.REFUSE_REOPEN: OFFICE | LEAD}


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("verb", list(Verb))
def test_a_cell_of_the_table_is_legal_or_says_what_is_possible(stage: Stage, verb: Verb) -> None:
    case = state(stage, **OPENED_BY.get(verb, {}))
    if verb in MOVES[stage]:
        assert rules.legal(case, verb, NOW) is MOVES[stage][verb]
        return
    with pytest.raises(InvalidMove) as refusal:
        rules.legal(case, verb, NOW)
    possible = rules.possible(case, NOW)
    assert refusal.value.details["possible"] == [one.value for one in possible]
    # What is allowed now, and whose it is.
    for one, move in possible.items():
        assert f"{one.label} ({' / '.join(str(power.label) for power in move.powers)})" in refusal.value.remedy


@pytest.mark.parametrize("verb", sorted(OPENED_BY))
def test_what_must_come_first_is_asked_for(verb: Verb) -> None:
    stage = next(stage for stage, moves in MOVES.items() if verb in moves)
    with pytest.raises(InvalidMove) as refusal:
        rules.legal(state(stage), verb, NOW)
    reason = rules.obstacle(state(stage), verb, NOW)
    assert reason
    assert str(refusal.value).startswith(reason)


def test_every_row_of_the_table_is_open_to_the_roles_it_is_meant_for(city: City) -> None:
    from undercity.org.models import Appointment

    held = set(Appointment.objects.filter(ends__isnull=True).values_list("post__role", flat=True))
    actors = {Role(role): city.post(role) for role in held}
    assert len(actors) >= 12
    for stage, moves in MOVES.items():
        for verb, move in moves.items():
            may = {role for role, actor in actors.items() if any(actor.holds(power) for power in move.powers)}
            wanted = WHO[verb] if verb is not Verb.MERGE else (OFFICE if stage is Stage.INTAKE else LEAD)
            if verb is Verb.WITHDRAW and stage not in WITH_DEPARTMENT:
                wanted = DISPATCH
            assert may == wanted, (stage, verb)


def test_an_inspectors_own_report_needs_no_verification() -> None:
    assert Verb.SEND_VERIFICATION not in rules.possible(state(Stage.INTAKE, source="inspector"), NOW)
    assert Verb.PASS_ON in rules.possible(state(Stage.INTAKE, source="inspector"), NOW)


def test_every_stage_that_is_open_can_be_left() -> None:
    for stage in set(Stage) - {Stage.CLOSED, Stage.VOID}:
        assert any(move.to is not stage for move in MOVES[stage].values()), stage


# --- the walk -------------------------------------------------------------------------------------------------------

def test_each_stage_has_its_duty_its_post_and_its_clock(city: City) -> None:
    case, seen = city.reported(), []
    for stage in ("intake", "filing", "dispatch", "disposal", "review", "check", "closing"):
        case = city.walk(case, stage)
        duty = city.duty(case)
        seen.append((stage, duty.kind, city.whose(duty).role, duty.limit_value, duty.limit_unit))
    assert [row[:3] for row in seen] == [
        ("intake", "case.intake", Role.INTAKE_OFFICER), ("filing", "case.file", Role.SHIFT_LEAD),
        ("dispatch", "case.dispatch", Role.DISPATCHER), ("disposal", "case.dispose", Role.DEPARTMENT_HANDLER),
        ("review", "case.review", Role.DISPATCHER), ("check", "case.check", Role.INSPECTOR),
        ("closing", "case.close", Role.SHIFT_LEAD)]
    assert seen[0][3:] == (15, "minute")
    assert city.walk(case, "closed").outcome == Outcome.RESOLVED
    assert case.duty is not None


def test_the_clock_of_intake_is_running_minutes_and_that_of_handling_working_time(city: City) -> None:
    from undercity.org.queries import calendar
    from undercity.science.worktime import Limit, Unit, deadline

    friday_evening = datetime(2026, 7, 17, 17, 55, tzinfo=clock.ZONE)
    case = city.reported(at=friday_evening)
    assert city.duty(case).due_at == friday_evening + timedelta(minutes=15)
    city.at = friday_evening
    case = city.walk(case, "disposal")
    expected = deadline(case.dispatched_at, Limit(case.limit_value, Unit(case.limit_unit)), calendar())
    assert case.due_at == expected
    assert city.duty(case).due_at == expected


def test_a_refusal_at_intake_and_one_at_filing_are_counted_apart(city: City) -> None:
    from undercity.cases.actions.filing import refuse_filing
    from undercity.cases.actions.intake import refuse_intake

    first = refuse_intake(city.reported().uid, by=city.post("intake_officer"), at=city.later(minutes=1),
                          reason="不属于")
    second = city.walk(city.reported(), "filing")
    second = refuse_filing(second.uid, by=city.post("shift_lead"), at=city.later(minutes=1), reason="重复")
    assert (first.stage, first.outcome) == ("void", Outcome.NOT_TAKEN)
    assert (second.stage, second.outcome) == ("void", Outcome.NOT_FILED)


def test_a_refusal_without_a_reason_changes_nothing(city: City) -> None:
    from undercity.cases.actions.intake import refuse_intake
    from undercity.ledger.models import Entry

    case = city.reported()
    with pytest.raises(RuleBroken) as refusal:
        refuse_intake(case.uid, by=city.post("intake_officer"), at=city.at, reason="  ")
    assert refusal.value.field == "reason"
    assert Entry.objects.count() == 1


def test_done_needs_a_photo_taken_afterwards(city: City) -> None:
    from undercity.cases.actions.handling import report_done

    case = city.walk(city.reported(), "disposal")
    with pytest.raises(RuleBroken) as refusal:
        report_done(case.uid, by=city.whose(city.duty(case)), at=city.at, photos=[])
    assert refusal.value.field == "photos"


def test_a_department_may_return_a_case_and_the_dispatcher_too(city: City) -> None:
    from undercity.cases.actions.dispatching import return_to_filing
    from undercity.cases.actions.handling import return_to_dispatch

    case = city.walk(city.reported(), "disposal")
    case = return_to_dispatch(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=5), reason="不是我们的")
    assert (case.stage, case.returns, case.due_at) == ("dispatch", 1, None)
    case = return_to_filing(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=5), reason="标准不对")
    assert (case.stage, case.returns) == ("filing", 2)
    assert city.walk(case, "closed").outcome == Outcome.RESOLVED


def test_rework_goes_to_the_same_department_and_keeps_the_deadline(city: City) -> None:
    from undercity.cases.actions.dispatching import send_back

    case = city.walk(city.reported(), "review")
    due, department = case.due_at, case.department_id
    case = send_back(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=5), reason="照片看不清")
    assert (case.stage, case.rework, case.due_at, case.department_id) == ("disposal", 1, due, department)
    assert city.duty(case).rework == 1


def test_a_failed_check_counts_as_rework_for_the_same_department_only(city: City) -> None:
    from undercity.cases.actions.checking import answer_check, confirm_check
    from undercity.cases.actions.dispatching import dispatch
    from undercity.cases.queries.departments import departments_for

    for same in (True, False):
        case = city.walk(city.reported(), "check")
        case = answer_check(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=5), answer=Check.FAILED)
        with pytest.raises(InvalidMove):
            confirm_check(case.uid, by=city.whose(city.duty(case)), at=city.at, solved=True)
        case = confirm_check(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=5), solved=False)
        assert case.stage == "dispatch"
        chosen = case.department_id if same else next(
            body for body, _ in departments_for(case)[1] if body != case.department_id)
        case = dispatch(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=5), department=chosen)
        assert case.rework == (1 if same else 0)


# --- who may --------------------------------------------------------------------------------------------------------

def test_a_department_may_not_close_its_own_case(city: City) -> None:
    from undercity.cases.actions.filing import close_case

    case = city.walk(city.reported(), "disposal")
    handler = city.whose(city.duty(case))
    case = city.walk(case, "closing")
    with pytest.raises(NotAllowed):
        close_case(case.uid, by=handler, at=city.at)
    assert city.walk(case, "closed").stage == "closed"


@pytest.mark.parametrize(("stage", "role"), [
    ("filing", "inspector"), ("dispatch", "intake_officer"), ("closing", "dispatcher"), ("intake", "evaluator"),
    ("review", "leader")])
def test_a_post_without_the_power_is_refused_with_the_reason(stage: str, role: str, city: City) -> None:
    case = city.walk(city.reported(), stage)
    key = "verified" if stage == "intake" and case.verification else stage
    with pytest.raises(NotAllowed) as refusal:
        city.steps()[key](case, city.post(role), city.later(minutes=1))
    assert str(refusal.value)


def test_a_citizen_and_a_stranger_department_find_no_case(city: City) -> None:
    from undercity.cases.actions.intake import pass_on

    case = city.reported()
    for actor in (THE_CITIZEN, city.post("department_handler")):
        with pytest.raises(NotFound):
            pass_on(case.uid, by=actor, at=city.at)


# --- two at once, and twice -----------------------------------------------------------------------------------------

def test_who_looked_at_an_older_version_is_told_what_changed(city: City) -> None:
    from undercity.cases.actions.intake import refuse_intake, send_verification

    case = city.reported()
    officer = city.post("intake_officer")
    send_verification(case.uid, by=officer, at=city.later(minutes=1), seen=1)
    with pytest.raises(Conflict) as refusal:
        refuse_intake(case.uid, by=city.post("intake_officer", 1), at=city.later(minutes=1), reason="x", seen=1)
    changes = refusal.value.details["changes"]
    assert len(changes) == 1
    assert changes[0]["who"]
    assert refusal.value.details["case"] == case.number


def test_the_same_report_sent_twice_is_one_case(city: City) -> None:
    from undercity.cases.models import Case
    from undercity.notices.models import Notice

    first, second = (city.reported(client_key="abc") for _ in range(2))
    assert first.pk == second.pk
    assert (Case.objects.count(), Notice.objects.count()) == (1, 1)


def test_the_same_key_of_two_senders_is_two_cases(city: City) -> None:
    assert city.reported(client_key="abc").pk != city.reported(client_key="abc", by=city.post("inspector", 3)).pk


def test_a_report_of_nothing_is_refused(city: City) -> None:
    with pytest.raises(RuleBroken) as refusal:
        city.reported(text="  ")
    assert refusal.value.field == "description"


# --- pictures -------------------------------------------------------------------------------------------------------

def with_gps() -> bytes:
    import io

    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (36.0, 39.0, 18.0), 3: "E", 4: (117.0, 0.0, 10.8)})
    exif[0x010F] = "Camera of somebody"
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (1, 2, 3)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_photos_position_is_read_and_then_stripped() -> None:
    import io

    from PIL import Image

    from undercity.ledger.pictures import read_picture

    picture = read_picture(with_gps())
    assert (picture.lat, picture.lon) == pytest.approx(SPOT, abs=1e-5)
    assert dict(Image.open(io.BytesIO(picture.jpeg)).getexif()) == {}
    assert b"Camera of somebody" not in picture.jpeg


def bomb() -> bytes:
    """A PNG whose head claims 60,000 × 60,000 pixels."""
    import struct
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
            + chunk(b"IEND", b""))


@pytest.mark.parametrize("raw", [b"", b"not a picture", png()[:60], b"%PDF-1.7", bomb(), b"<svg></svg>"])
def test_what_is_no_picture_or_a_bomb_is_refused(raw: bytes) -> None:
    from undercity.ledger.pictures import read_picture

    with pytest.raises(RuleBroken) as refusal:
        read_picture(raw)
    assert refusal.value.field == "photo"


def test_too_many_bytes_are_refused_before_decoding(settings: Any) -> None:
    from undercity.errors import TooLarge
    from undercity.ledger.pictures import read_picture

    settings.PHOTO_MAX_BYTES = 100
    with pytest.raises(TooLarge):
        read_picture(png() + b"x" * 100)


def test_an_answer_of_a_verification_is_kept(city: City) -> None:
    from undercity.cases.actions.intake import answer_verification, send_verification

    case = send_verification(city.reported().uid, by=city.post("intake_officer"), at=city.later(minutes=1))
    case = answer_verification(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=9),
                               answer=Verification.ABSENT)
    assert (case.verification, case.verifying) == ("absent", False)
