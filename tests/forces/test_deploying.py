"""A team is called up, signs in on the spot, is relieved and stood down; its days are counted by the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.city import City
from tests.forces.conftest import AT, SPOT, holder, team
from undercity import clock
from undercity.errors import Conflict, InvalidMove, NotAllowed, NotFound, RuleBroken
from undercity.forces.states import MOVES, How, Stage, Verb
from undercity.org.powers import Actor


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("verb", Verb)
def test_a_deployment_moves_as_the_table_says_and_nowhere_else(stage: Stage, verb: Verb) -> None:
    expected = {("called", "arrive"): "there", ("called", "stand_down"): "over", ("there", "relieve"): "over",
                ("there", "stand_down"): "over"}.get((stage.value, verb.value))
    assert MOVES[stage].get(verb) == expected


def needed(by: Actor, **changes: Any) -> Any:
    from undercity.forces.actions import need

    return need(**{"by": by, "at": AT, "what": "通道积水", "lat": SPOT[0], "lon": SPOT[1], "urgency": "serious",
                   "m3h": 300, "skills": {"pumping": 4}, **changes})


def test_from_call_to_relief_with_duties_days_and_a_clean_replay(forces: City, officer: Actor) -> None:
    from undercity.forces import actions
    from undercity.ledger.models import Duty
    from undercity.ledger.replay import replay
    from undercity.notices.models import Notice

    first, second = team("市政排水"), team("水务防汛")
    need = needed(officer)
    sent = actions.call_up(first.pk, reason="积水上涨", by=officer, at=AT, need=need.pk)
    duty = Duty.objects.get(pk=sent.duty)
    leader = holder("sz-municipal-1")
    assert (duty.kind, duty.post_id, duty.done_at) == ("force.muster", leader.post, None)
    assert Notice.objects.filter(post=leader.post, code="force.muster").count() == 1
    assert AT < sent.expected_at < duty.due_at
    sent = actions.arrive(sent.pk, by=leader, at=AT + timedelta(minutes=20), lat=SPOT[0] + 0.001, lon=SPOT[1])
    duty.refresh_from_db()
    assert (sent.stage, sent.how, duty.outcome) == ("there", "code", "arrived")
    assert 100 < sent.metres < 125
    assert Duty.objects.get(pk=sent.duty).kind == "force.serve"
    with pytest.raises(RuleBroken) as nobody:
        actions.relieve(sent.pk, by=officer, at=AT + timedelta(days=1), successor=sent.pk)
    assert nobody.value.field == "successor"
    other = actions.call_up(second.pk, reason="接替", by=officer, at=AT + timedelta(days=2), need=need.pk)
    actions.arrive(other.pk, by=officer, at=AT + timedelta(days=2, hours=1), how=How.HAND, note="电话报到，手机没电")
    sent = actions.relieve(sent.pk, by=officer, at=AT + timedelta(days=2, hours=2), successor=other.pk)
    assert (sent.stage, sent.outcome, sent.days, sent.duty) == ("over", "relieved", 3, None)
    need = actions.end_need(need.pk, by=officer, at=AT + timedelta(days=3), met=True)
    other.refresh_from_db()
    assert (need.stage, other.stage, other.outcome, other.days, other.how) == ("met", "over", "done", 2, "hand")
    assert replay().differences == []


def test_a_check_in_too_far_away_is_refused_and_one_without_a_position_says_so(forces: City, officer: Actor) -> None:
    from undercity.forces import actions

    sent = actions.call_up(team("市政排水").pk, reason="x", by=officer, at=AT, need=needed(officer).pk)
    leader = holder("sz-municipal-1")
    with pytest.raises(RuleBroken) as far:
        actions.arrive(sent.pk, by=leader, at=AT, lat=SPOT[0] + 0.02, lon=SPOT[1])
    assert far.value.field == "lat"
    with pytest.raises(NotAllowed):
        actions.arrive(sent.pk, by=holder("sz-water-1"), at=AT)
    with pytest.raises(RuleBroken):
        actions.arrive(sent.pk, by=officer, at=AT, how=How.HAND)
    sent = actions.arrive(sent.pk, by=leader, at=AT)
    assert (sent.stage, sent.metres) == ("there", None)
    again = actions.arrive(sent.pk, by=leader, at=AT + timedelta(hours=1))
    assert again.arrived_at == sent.arrived_at, "signing in twice changes nothing"


def test_nobody_is_sent_twice_and_a_retry_calls_once(forces: City, officer: Actor) -> None:
    from undercity.forces import actions
    from undercity.forces.models import Deployment

    out = team("市政排水")
    first = actions.call_up(out.pk, reason="x", by=officer, at=AT, client_key="k")
    assert actions.call_up(out.pk, reason="x", by=officer, at=AT, client_key="k").pk == first.pk
    with pytest.raises(Conflict):
        actions.call_up(out.pk, reason="y", by=officer, at=AT)
    assert Deployment.objects.filter(team=out).count() == 1
    with pytest.raises(Conflict):
        actions.stand_down(first.pk, by=officer, at=AT, seen=7)
    back = actions.stand_down(first.pk, by=officer, at=AT, seen=1)
    assert (back.outcome, back.days) == ("called_back", 0)
    with pytest.raises(InvalidMove):
        actions.stand_down(first.pk, by=officer, at=AT)


def test_who_may_not_send_and_what_cannot_be_called(forces: City, officer: Actor) -> None:
    from undercity.forces import actions

    with pytest.raises(NotAllowed):
        actions.call_up(team("市政排水").pk, reason="x", by=holder("administrator-1"), at=AT)
    with pytest.raises(RuleBroken) as store:
        actions.call_up(team("市级防汛").pk, reason="x", by=officer, at=AT)
    assert store.value.field == "heads"
    with pytest.raises(RuleBroken):
        actions.call_up(team("市政排水").pk, reason="", by=officer, at=AT)
    with pytest.raises(NotFound):
        actions.call_up(officer_uid(), reason="x", by=officer, at=AT)
    with pytest.raises(RuleBroken) as outside:
        needed(officer, lat=31.2, lon=121.5)
    assert outside.value.field == "lat"
    with pytest.raises(RuleBroken):
        needed(officer, skills={"flying": 1})


def officer_uid() -> Any:
    import uuid

    return uuid.uuid4()


def test_in_a_drill_the_same_teams_are_called_and_the_real_board_stays_empty(forces: City, officer: Actor) -> None:
    from undercity.forces import actions
    from undercity.forces.queries import available, to_serve
    from undercity.forces.queries.needs import visible_to

    out = team("市政排水")
    with clock.on(clock.Timeline("drill-1", frozen=AT)):
        sent = actions.call_up(out.pk, reason="演练", by=officer, at=AT, need=needed(officer).pk)
        assert sent.timeline == "drill-1"
        assert len(to_serve(visible_to(officer))) == 1
    assert to_serve(visible_to(officer)) == []
    assert next(one for one in available(AT) if one.row.pk == out.pk).sent is None


def test_days_in_a_row_and_the_gaps_of_points_follow_from_the_record(forces: City, officer: Actor) -> None:
    from undercity.forces.models import Point, Team
    from undercity.forces.queries import cards, staffing

    kept = {one.row.pk: one for one in cards(Team.objects.all(), AT)}
    first = kept[team("下沉干部一队").pk]
    assert (first.days, first.tired, first.state) == (12, True, "there")
    assert kept[team("下沉干部二队").pk].tired is False
    found = {one.row.kind: one for one in staffing(Point.objects.all(), AT)}
    assert (found["motorway"].gap, found["motorway"].short) == (0, False)
    assert (found["site"].gap, found["site"].heads) == (2, 6)
    assert found["underpass"].lacks != ()
    assert found["community"].teams[0].tired


def test_the_source_of_2022_is_there_with_its_numbers(forces: City) -> None:
    from undercity.forces.models import Team

    rows = Team.objects.filter(invented=False)
    assert sum(row.heads for row in rows if row.kind == "young") == 40
    assert sum(row.heads for row in rows if row.kind == "cadres") == 233
    assert team("下沉干部一队").heads == 143
    assert {row.since.astimezone(clock.ZONE).year for row in rows} == {2022}
    assert Team.objects.filter(invented=True, since__lt=datetime(2026, 1, 1, tzinfo=clock.ZONE)).count() == 0


def test_without_a_code_the_phone_must_say_where_it_is(forces: City, officer: Actor) -> None:
    from undercity.forces import actions

    sent = actions.call_up(team("市政排水").pk, reason="驻地待命", by=officer, at=AT)
    leader = holder("sz-municipal-1")
    with pytest.raises(RuleBroken) as nowhere:
        actions.arrive(sent.pk, by=leader, at=AT, how=How.HERE)
    assert nowhere.value.field == "lat"
    with pytest.raises(RuleBroken):
        actions.arrive(sent.pk, by=leader, at=AT, how=How.HERE, lat=36.7, lon=117.0)
    sent = actions.arrive(sent.pk, by=leader, at=AT, how=How.HERE, lat=36.6434, lon=117.0076)
    assert (sent.stage, sent.how, sent.metres) == ("there", "here", 0)
