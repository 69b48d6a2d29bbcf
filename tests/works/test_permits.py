"""Permits of use: the table of moves cell by cell, who may, the clocks, what time brings, and that replay is clean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from tests.city import City
from tests.works.conftest import a_work, at, by_key
from undercity.errors import Conflict, InvalidMove, NotAllowed, NotFound, RuleBroken
from undercity.ledger.models import Duty, Entry
from undercity.ledger.queries import mine, to_escalate
from undercity.ledger.replay import replay
from undercity.works.permits import rules
from undercity.works.permits.facts import PermitState
from undercity.works.permits.states import BEFORE, IN_FORCE, MOVES, RUNNING, Proposal, State, Verb

pytestmark = pytest.mark.works
SIGNED = at(7, 13)  # a Monday
LEASE = {"contract": "合-2026-007", "party": "示例商贸（虚构）", "signed_on": SIGNED.date(),
         "lease_from": date(2026, 7, 20), "lease_to": date(2026, 12, 31)}


def leased(work: Any, **more: Any) -> Any:
    from undercity.places.states import PlaceUse
    from undercity.works.permits.actions import note_lease

    return note_lease(work.uid, **{"by": by_key("keeper-1"), "at": SIGNED, "use": PlaceUse.MALL, **LEASE, **more})


def moved(permit: Any, verb: Verb, when: datetime, **more: Any) -> Any:
    """One move by whoever the table names."""
    from undercity.works.permits.actions import move

    keeper = MOVES[State(permit.state)][verb].power is not None and (
        MOVES[State(permit.state)][verb].power.value == "work.keep")
    return move(permit.uid, verb, **{"by": by_key("keeper-1" if keeper else "leader-2"), "at": when,
                                     "note": "因经营需要", **more})


def valid(work: Any) -> Any:
    return moved(moved(leased(work), Verb.APPLY, at(7, 14)), Verb.GRANT, at(7, 16))


def duty(permit: Any) -> Duty:
    return Duty.objects.get(pk=permit.duty)


# --- the table ------------------------------------------------------------------------------------------------------

def brought_to(state: State, work: Any) -> tuple[Any, datetime]:
    """A permit in this state, and a moment at which it is there."""
    from undercity.works.permits.actions import expire

    permit = leased(work)
    if state is State.LEASED:
        return permit, at(7, 14)
    if state is State.WITHDRAWN:
        return moved(permit, Verb.WITHDRAW, at(7, 14)), at(7, 15)
    permit = moved(permit, Verb.APPLY, at(7, 14))
    if state is State.APPLIED:
        return permit, at(7, 15)
    if state in {State.MORE_ASKED, State.REFUSED}:
        verb = Verb.ASK_MORE if state is State.MORE_ASKED else Verb.REFUSE
        return moved(permit, verb, at(7, 15)), at(7, 16)
    permit = moved(permit, Verb.GRANT, at(7, 16))
    if state is State.CHANGING:
        return moved(permit, Verb.ANNOUNCE_CHANGE, at(7, 20), day=date(2026, 9, 1)), at(7, 21)
    if state is State.RENEWING:
        return moved(permit, Verb.RENEW, at(7, 20), day=date(2027, 12, 31)), at(7, 21)
    if state is State.REVOKED:
        return moved(permit, Verb.REVOKE, at(7, 20)), at(7, 21)
    if state in {State.EXPIRED, State.ENDED}:
        permit = expire(permit.uid, at=at(1, 1, year=2027))
        if state is State.ENDED:
            return moved(permit, Verb.SETTLE_END, at(1, 4, year=2027)), at(1, 5, year=2027)
        return permit, at(1, 4, year=2027)
    return permit, at(7, 21)


@pytest.mark.parametrize("state", list(State))
def test_every_cell_of_the_table_does_what_it_says_and_nothing_else(state: State, work: Any) -> None:
    from django.db import transaction

    from undercity.works.permits.actions import expire, move, warn

    permit, when = brought_to(state, work)
    assert permit.state == state
    for verb in Verb:
        cell = MOVES[state].get(verb)
        moment = when
        if verb is Verb.EXPIRE:
            moment = at(1, 1, year=2027)
        elif verb is Verb.WARN:
            moment = at(12, 1)
        elif verb is Verb.UNDO and state is State.VALID:
            continue  # only just after a decision: see below
        with transaction.atomic():
            if cell is None:
                with pytest.raises(InvalidMove):
                    move(permit.uid, verb, by=by_key("leader-2"), at=when, note="x")
                continue
            if verb is Verb.EXPIRE:
                after = expire(permit.uid, at=moment)
            elif verb is Verb.WARN:
                assert warn(permit.uid, at=moment) == 30
                permit.refresh_from_db()
                after = permit
            else:
                day = date(2028, 1, 31) if verb in {Verb.RENEW, Verb.SETTLE_RENEW} else date(2026, 9, 1)
                after = moved(permit, verb, moment, day=day)
            assert after.state == cell.to, verb
            transaction.set_rollback(True)
        permit.refresh_from_db()
    assert permit.state == state


def test_every_state_is_reached_and_the_last_ones_lead_nowhere() -> None:
    reached = {move.to for moves in MOVES.values() for move in moves.values()} | {State.LEASED}
    assert reached == set(State)
    assert set(MOVES) == set(State)
    assert {state for state in State if not MOVES[state]} == {State.REVOKED, State.REFUSED, State.WITHDRAWN}
    assert BEFORE | IN_FORCE | {State.EXPIRED} == RUNNING


@pytest.mark.parametrize(("state", "verb"), [(state, verb) for state in State for verb, move in MOVES[state].items()
                                             if move.power is not None and verb is not Verb.UNDO])
def test_who_lacks_the_power_is_refused_with_the_reason(state: State, verb: Verb, work: Any) -> None:
    from undercity.works.permits.actions import move

    permit, when = brought_to(state, work)
    power = MOVES[state][verb].power
    assert power is not None
    # The keeper of other works sees nothing of it; whoever sees it lacks the one power or the other.
    with pytest.raises(NotFound):
        move(permit.uid, verb, by=by_key("keeper-2"), at=when, note="x")
    wrong = "leader-2" if power.value == "work.keep" else "keeper-1"
    with pytest.raises(NotAllowed) as refused:
        move(permit.uid, verb, by=by_key(wrong), at=when, note="x", day=date(2028, 1, 31))
    assert str(power.label) in str(refused.value)


# --- the clocks -----------------------------------------------------------------------------------------------------

def test_each_step_is_a_duty_with_its_owner_and_deadline(work: Any) -> None:
    permit = leased(work)
    first = duty(permit)
    assert (first.kind, first.post_id, first.due_at) == ("permit.apply", by_key("keeper-1").post, at(7, 20, 18))
    assert first in mine(by_key("keeper-1"))
    permit = moved(permit, Verb.APPLY, at(7, 14))
    first.refresh_from_db()
    assert (first.outcome, first.done_at) == ("applied", at(7, 14))
    second = duty(permit)
    assert (second.kind, second.limit_value, second.limit_unit) == ("permit.decide", 10, "working_day")
    assert second.due_at == at(7, 28)
    assert second.post_id in {by_key("leader-2").post, by_key("leader-5").post}
    permit = moved(permit, Verb.ASK_MORE, at(7, 15), note="缺消防意见书")
    assert (duty(permit).kind, duty(permit).due_at) == ("permit.supply", at(7, 22))
    permit = moved(permit, Verb.SUPPLY, at(7, 17), note="已补")
    # The office's ten days begin anew.
    assert (duty(permit).kind, duty(permit).due_at) == ("permit.decide", at(7, 31))
    permit = moved(permit, Verb.GRANT, at(7, 20))
    assert (permit.valid_from, permit.valid_to, permit.duty) == (LEASE["lease_from"], LEASE["lease_to"], None)
    assert [str(one) for one in replay().differences] == []


def test_whoever_notes_a_lease_late_is_late_from_the_first_minute(work: Any) -> None:
    permit = leased(work, at=at(8, 10))
    assert duty(permit).due_at == at(8, 10)


def test_silence_is_told_to_the_leader_of_the_territory_and_to_the_post_above(work: Any) -> None:
    from undercity.ledger.actions import escalate
    from undercity.org.models import Post

    permit = leased(work)
    late = at(7, 21)
    assert duty(permit).pk in to_escalate(late)
    escalate(duty(permit).pk, at=late)
    told = Entry.objects.get(verb="duty.escalated/1").facts["post"]
    assert Post.objects.get(pk=told).role == "leader"
    permit = moved(permit, Verb.APPLY, late)
    over = at(8, 20)
    escalate(duty(permit).pk, at=over)
    assert Entry.objects.filter(verb="duty.escalated/1", stream=permit.uid).latest("number").facts["post"] is not None
    assert [str(one) for one in replay().differences] == []


@given(signed=st.dates(date(2025, 3, 1), date(2026, 11, 1)), value=st.integers(1, 20))
def test_the_last_working_day_counts_whole_and_no_free_day_counts(signed: date, value: int) -> None:
    from zoneinfo import ZoneInfo

    from undercity.science.worktime import Calendar, Limit, Unit

    holidays = {date(2026, 2, day): False for day in range(16, 24)} | {date(2026, 2, 28): True}
    calendar = Calendar(zone=ZoneInfo("Asia/Shanghai"), exceptions=holidays)
    due = rules.apply_by(signed, Limit(value, Unit.WORKING_DAY), calendar)
    # Brute force: the close of the so-manieth working day after the day of signing.
    day, left = signed, value
    while left:
        day += timedelta(days=1)
        left -= calendar.is_working(day)
    assert due == datetime(day.year, day.month, day.day, 18, tzinfo=calendar.zone)


@given(left=st.integers(-5, 400), warned=st.sampled_from([None, 60, 30, 7]))
def test_a_warning_is_due_once_and_never_after_the_end(left: int, warned: int | None) -> None:
    from uuid import UUID

    today = date(2026, 7, 18)
    permit = PermitState("real", UUID(int=1), 1, "valid", 3, None, "mall", today, today, today, valid_from=today,
                         valid_to=today + timedelta(days=left), warned=warned)
    due = rules.warning_due(permit, today, (60, 30, 7))
    reached = [days for days in (60, 30, 7) if 0 <= left <= days]
    assert due == (min(reached) if reached and (warned is None or min(reached) < warned) else None)


# --- leases ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("changes", "field"), [
    ({"signed_on": date(2026, 7, 14)}, "signed_on"), ({"lease_to": date(2026, 7, 20)}, "lease_to"),
    ({"lease_from": date(2020, 1, 1), "lease_to": date(2026, 7, 1)}, "lease_to"),
    ({"lease_to": date(2126, 7, 20)}, "lease_to"), ({"contract": " "}, "contract"), ({"party": "x" * 121}, "party")])
def test_a_lease_that_cannot_be_is_refused_with_its_field(changes: dict[str, Any], field: str, work: Any) -> None:
    from undercity.works.permits.models import Permit

    with pytest.raises(RuleBroken) as refused:
        leased(work, **changes)
    assert refused.value.field == field
    assert not Permit.objects.exists()


def test_the_same_lease_sent_twice_is_one_permit_and_a_work_has_one_at_a_time(work: Any) -> None:
    permit = leased(work, client_key="k1")
    assert leased(work, client_key="k1").pk == permit.pk
    with pytest.raises(RuleBroken) as refused:
        leased(work, client_key="k2")
    assert refused.value.field == "work"
    moved(permit, Verb.WITHDRAW, at(7, 14))
    assert leased(work, client_key="k3", at=at(7, 14)).pk != permit.pk


def test_the_database_itself_keeps_a_work_to_one_running_permit(work: Any) -> None:
    from django.db import IntegrityError, transaction

    from undercity.works.permits.models import Permit

    permit = leased(work)
    permit.pk, permit.uid = None, uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        permit.save(force_insert=True)
    assert Permit.objects.count() == 1


def test_no_word_of_a_lease_stands_in_the_record(work: Any) -> None:
    import json

    leased(work)
    said = json.dumps(list(Entry.objects.filter(stream_kind="permit").values_list("facts", flat=True)),
                      ensure_ascii=False)
    assert LEASE["contract"] not in said
    assert LEASE["party"] not in said


def test_a_changed_lease_is_found_by_replay(work: Any) -> None:
    from undercity.works.permits.models import Lease

    leased(work)
    Lease.objects.update(party="另一家")
    assert [one.what for one in replay().differences] == ["dossier changed"]


def test_two_who_decide_at_once_one_is_told_what_changed(work: Any) -> None:
    permit = moved(leased(work), Verb.APPLY, at(7, 14))
    moved(permit, Verb.GRANT, at(7, 16), seen=permit.version)
    with pytest.raises(Conflict) as refused:
        moved(permit, Verb.REFUSE, at(7, 16), seen=permit.version)
    assert [one["what"] for one in refused.value.details["changes"]] != []


# --- changes and renewal --------------------------------------------------------------------------------------------

def test_a_change_is_announced_thirty_days_ahead(work: Any) -> None:
    permit = valid(work)
    with pytest.raises(RuleBroken) as refused:
        moved(permit, Verb.ANNOUNCE_CHANGE, at(7, 20), day=date(2026, 8, 18))
    assert "2026-08-19" in str(refused.value)
    permit = moved(permit, Verb.ANNOUNCE_CHANGE, at(7, 20), day=date(2026, 8, 19))
    assert (duty(permit).kind, duty(permit).due_at) == ("permit.change", at(8, 3))
    permit = moved(permit, Verb.OBJECT_CHANGE, at(7, 22), note="不符合用途")
    assert (permit.state, permit.change_on) == (State.VALID, None)


def test_the_terms_are_dated_and_a_newer_one_holds_from_its_day(work: Any, tmp_path: Any) -> None:
    from undercity.works.terms.actions import load_terms
    from undercity.works.terms.queries import term

    newer = tmp_path / "newer.toml"
    newer.write_text('[[term]]\ncode = "decide"\nlimit = { value = 7, unit = "working_day" }\nzh = "审批申请"\n'
                     'en = "decide"\nsource = "test"\nvalid_from = 2026-08-01\n', encoding="utf-8")
    assert load_terms([newer]) == 1
    assert [term("decide", day).limit.value for day in (date(2026, 7, 31), date(2026, 8, 1))] == [10, 7]
    permit = moved(leased(work), Verb.APPLY, at(8, 3))
    assert duty(permit).due_at == at(8, 12)


def test_a_renewal_goes_beyond_the_old_end_and_the_warnings_begin_anew(work: Any) -> None:
    from undercity.works.permits.actions import warn

    permit = valid(work)
    assert warn(permit.uid, at=at(11, 2)) == 60
    permit.refresh_from_db()
    renew = Duty.objects.get(pk=permit.renew_duty)
    assert (renew.kind, renew.post_id) == ("permit.renew", by_key("keeper-1").post)
    assert renew.due_at == at(12, 31, 23).replace(minute=59)
    with pytest.raises(RuleBroken):
        moved(permit, Verb.RENEW, at(11, 3), day=date(2026, 12, 31))
    permit = moved(permit, Verb.RENEW, at(11, 3), day=date(2027, 12, 31))
    renew.refresh_from_db()
    assert renew.outcome == "renewal_asked"
    permit = moved(permit, Verb.GRANT_RENEWAL, at(11, 9))
    assert (permit.state, permit.valid_to, permit.warned) == (State.VALID, date(2027, 12, 31), None)
    assert warn(permit.uid, at=at(11, 2, year=2027)) == 60
    assert [str(one) for one in replay().differences] == []


# --- what time brings -----------------------------------------------------------------------------------------------

def test_warnings_come_sixty_thirty_and_seven_days_before_each_once(work: Any) -> None:
    from undercity.notices.models import Notice
    from undercity.works.permits.actions import make_due

    permit = valid(work)
    days = [at(10, 31) + timedelta(days=nth) for nth in range(62)]
    made = [(day.date(), make_due(day), make_due(day)) for day in days]
    assert [(day, first) for day, first, _second in made if first] == [
        (date(2026, 11, 1), 1), (date(2026, 12, 1), 1), (date(2026, 12, 24), 1)]
    assert {second for _day, _first, second in made} == {0}
    warned = Entry.objects.filter(verb="permit.warned/1").order_by("number").values_list("facts__days", flat=True)
    assert list(warned) == [60, 30, 7]
    assert Notice.objects.filter(code="permit.warned/1", post=by_key("keeper-1").post).count() == 2
    assert Duty.objects.filter(kind="permit.renew", stream=permit.uid).count() == 1


def test_a_worker_that_slept_gives_the_last_warning_only(work: Any) -> None:
    from undercity.works.permits.actions import make_due

    valid(work)
    assert make_due(at(12, 28)) == 1
    assert Entry.objects.get(verb="permit.warned/1").facts["days"] == 7


def test_an_expired_permit_is_proposed_decided_undone_and_decided_again(work: Any) -> None:
    from undercity.works.permits.actions import make_due

    permit = valid(work)
    assert make_due(at(12, 31, 23)) == 1  # the last warning: it still holds on its last day
    assert make_due(at(1, 1, year=2027)) == 1
    assert make_due(at(1, 2, year=2027)) == 0
    permit.refresh_from_db()
    assert (permit.state, permit.proposal) == (State.EXPIRED, Proposal.END)
    assert (duty(permit).kind, duty(permit).territory_id) == ("permit.settle", work.place.district_id)
    permit = moved(permit, Verb.SETTLE_END, at(1, 4, year=2027), note="租户已撤场")
    assert (permit.state, permit.duty) == (State.ENDED, None)
    permit = moved(permit, Verb.UNDO, at(1, 5, year=2027), note="租户要求续租")
    assert (permit.state, permit.valid_to, permit.ended_at) == (State.EXPIRED, date(2026, 12, 31), None)
    assert duty(permit).kind == "permit.settle"
    permit = moved(permit, Verb.SETTLE_RENEW, at(1, 6, year=2027), day=date(2027, 12, 31))
    assert (permit.state, permit.valid_to) == (State.VALID, date(2027, 12, 31))
    verbs = list(Entry.objects.filter(stream=permit.uid).order_by("sequence").values_list("verb", flat=True))
    assert verbs[-5:] == ["permit.warned/1", "permit.expired/1", "permit.settled/1", "permit.unsettled/1",
                          "permit.settled/1"]
    assert [str(one) for one in replay().differences] == []


def test_who_asked_for_renewal_in_time_is_proposed_to_be_renewed(work: Any) -> None:
    from undercity.works.permits.actions import make_due

    permit = moved(valid(work), Verb.RENEW, at(12, 30), day=date(2027, 6, 30))
    asked = permit.duty
    make_due(at(1, 1, year=2027))
    permit.refresh_from_db()
    assert (permit.state, permit.proposal) == (State.EXPIRED, Proposal.RENEW)
    assert Duty.objects.get(pk=asked).outcome == "lapsed"
    permit = moved(permit, Verb.SETTLE_RENEW, at(1, 4, year=2027))
    assert permit.valid_to == date(2027, 6, 30)
    # Asked for once, it is not proposed again when that end comes.
    make_due(at(7, 1, year=2027))
    permit.refresh_from_db()
    assert permit.proposal == Proposal.END
    assert [str(one) for one in replay().differences] == []


def test_a_decision_is_taken_back_within_its_term_and_only_while_nothing_followed(work: Any) -> None:
    from undercity.works.permits.actions import make_due

    permit = valid(work)
    make_due(at(1, 1, year=2027))
    permit.refresh_from_db()
    permit = moved(permit, Verb.SETTLE_RENEW, at(1, 4, year=2027), day=date(2027, 12, 31))
    # Three working days later it is final.
    with pytest.raises(InvalidMove):
        moved(permit, Verb.UNDO, at(1, 8, year=2027))
    permit = moved(permit, Verb.RENEW, at(1, 5, year=2027), day=date(2028, 12, 31))
    permit = moved(permit, Verb.REFUSE_RENEWAL, at(1, 5, 11, year=2027))
    assert permit.state == State.VALID
    with pytest.raises(InvalidMove):
        moved(permit, Verb.UNDO, at(1, 5, 15, year=2027))


def test_past_its_day_a_permit_waits_for_the_proposal_and_for_nothing_else(work: Any) -> None:
    permit = valid(work)
    with pytest.raises(InvalidMove):
        moved(permit, Verb.RENEW, at(1, 1, year=2027), day=date(2027, 12, 31))


# --- pages ----------------------------------------------------------------------------------------------------------

def test_the_page_offers_what_is_mine_and_greys_the_rest_with_the_reason(
        work: Any, signed_in: Callable[[Any], Any]) -> None:
    from undercity.ledger.models import Look

    permit = moved(leased(work), Verb.APPLY, at(7, 14))
    page = signed_in(by_key("leader-2")).get(f"/desk/permits/{permit.uid}/").content.decode()
    assert "示例商贸" in page
    assert "准予许可" in page
    assert Look.objects.filter(subject=work.uid, reason="permit").count() == 1
    keeper = signed_in(by_key("keeper-1"))
    assert "greyed" in keeper.get(f"/desk/permits/{permit.uid}/").content.decode()
    assert signed_in(by_key("keeper-2")).get(f"/desk/permits/{permit.uid}/").status_code == 404


def test_a_permit_from_lease_to_valid_by_its_pages(city: City, signed_in: Callable[[Any], Any]) -> None:
    from undercity.works.permits.models import Permit

    work = a_work("paged")
    keeper, office = signed_in(by_key("keeper-1")), signed_in(by_key("leader-5"))
    form = {"use": "mall", "contract": "合-1", "party": "示例（虚构）", "signed_on": "2026-07-17",
            "lease_from": "2026-07-20", "lease_to": "2027-07-19", "key": "once"}
    assert keeper.post(f"/desk/works/{work.code}/lease/", {**form, "lease_to": "2026-07-01"}).status_code == 422
    for _ in range(2):
        answer = keeper.post(f"/desk/works/{work.code}/lease/", form)
        assert answer.status_code == 302
    permit = Permit.objects.get()
    steps = f"/desk/permits/{permit.uid}/"
    assert answer.headers["Location"] == steps
    assert keeper.post(f"{steps}apply/", {"seen": 1}).status_code == 302
    assert office.post(f"{steps}ask_more/", {"seen": 2}).status_code == 422
    assert office.post(f"{steps}grant/", {"seen": 2}).status_code == 302
    assert office.post(f"{steps}grant/", {"seen": 2}).status_code == 409
    assert office.post(f"{steps}fly/", {}).status_code == 404
    permit.refresh_from_db()
    assert permit.state == State.VALID
    assert permit.number in keeper.get(f"/desk/works/{work.code}/").content.decode()
