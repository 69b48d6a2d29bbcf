"""A proposal names who should go, is accepted in one go, and is calculated anew with few changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.city import City
from tests.forces.conftest import AT, SPOT, holder, team
from tests.forces.test_deploying import needed
from undercity.errors import Conflict, NotAllowed
from undercity.org.powers import Actor


def proposed(officer: Actor, **changes: Any) -> Any:
    from undercity.forces.actions import propose

    return propose(**{"by": officer, "at": AT, "seconds": 5.0, **changes})


def test_accepting_calls_up_the_leaders_with_their_pumps_and_twice_does_it_once(forces: City, officer: Actor) -> None:
    from undercity.forces.actions import accept
    from undercity.forces.models import Deployment
    from undercity.ledger.models import Duty
    from undercity.ledger.replay import replay

    needed(officer, m3h=800)
    needed(officer, what="群众被困", urgency="life", m3h=0, skills={"water": 4}, lat=SPOT[0] + 0.02)
    made = proposed(officer)
    content = made.content
    assert (content["needs"], len(content["lines"]), content["left"]) == (2, 2, [])
    assert content["cost"] <= content["greedy"]
    assert content["bound"] <= content["cost"]
    wet = next(one for one in content["lines"] if one["pumps"])
    assert wet["m3h"] >= 500
    sent = accept(made.pk, by=officer, at=AT + timedelta(minutes=2))
    assert {one.pk for one in accept(made.pk, by=officer, at=AT)} == {one.pk for one in sent}
    assert Deployment.objects.filter(proposal=made.pk).count() == 2
    assert {duty.kind for duty in Duty.objects.filter(pk__in=[one.duty for one in sent])} == {"force.muster"}
    assert sorted(map(len, (one.gear for one in sent))) == [0, len(wet["pumps"])]
    assert replay().differences == []


def test_a_new_need_changes_accepted_orders_only_when_it_pays(forces: City, officer: Actor) -> None:
    from undercity.forces.actions import accept
    from undercity.forces.models import Deployment

    first = needed(officer)
    accept(proposed(officer).pk, by=officer, at=AT)
    before = Deployment.objects.get(need=first, ended_at__isnull=True)
    needed(officer, what="另一处积水", lat=SPOT[0] - 0.03)
    again = proposed(officer)
    kept = next(one for one in again.content["lines"] if one["need"] == str(first.pk))
    assert (kept["kept"], kept["team"], again.content["released"]) == (True, str(before.team_id), [])
    accept(again.pk, by=officer, at=AT)
    before.refresh_from_db()
    assert before.ended_at is None
    assert Deployment.objects.filter(ended_at__isnull=True, need__isnull=False).count() == 2


def test_a_proposal_that_no_longer_fits_is_refused_whole(forces: City, officer: Actor) -> None:
    from undercity.forces.actions import accept, call_up, end_need
    from undercity.forces.models import Deployment

    one, other = needed(officer), needed(officer, what="另一处", lat=SPOT[0] - 0.02)
    made = proposed(officer)
    end_need(one.pk, by=officer, at=AT, met=False)
    with pytest.raises(Conflict) as over:
        accept(made.pk, by=officer, at=AT)
    assert "a need is over" in str(over.value)
    made = proposed(officer)
    line = made.content["lines"][0]
    call_up(line["team"], reason="x", by=officer, at=AT)
    with pytest.raises(Conflict):
        accept(made.pk, by=officer, at=AT)
    assert not Deployment.objects.filter(need=other).exists()


def test_only_chosen_lines_are_ordered_and_only_by_who_may_send(forces: City, officer: Actor) -> None:
    from undercity.forces.actions import accept

    one = needed(officer)
    needed(officer, what="另一处", lat=SPOT[0] - 0.02)
    made = proposed(officer)
    with pytest.raises(NotAllowed):
        accept(made.pk, by=holder("leader-1"), at=AT)
    with pytest.raises(NotAllowed):
        proposed(holder("leader-1"))
    sent = accept(made.pk, by=officer, at=AT, only={str(one.pk)})
    assert [row.need_id for row in sent] == [one.pk]


def test_who_is_on_post_is_not_available_and_the_tired_are_named_with_their_days(forces: City, officer: Actor) -> None:
    from undercity.forces.queries import available

    names = {one.name for one in available(AT)}
    assert "Cadres' team 1 (Qixian, communities)" not in names
    assert "Municipal drainage team 1" in names
    assert "City flood store" not in names
    assert all(one.row.pk != team("下沉干部二队").pk for one in available(AT))


def test_a_pump_of_the_store_goes_with_a_team_that_runs_it(forces: City, officer: Actor) -> None:
    needed(officer, m3h=3000, urgency="life")
    line = proposed(officer).content["lines"][0]
    assert str(team("市级防汛").pk) in {one["from"] for one in line["pumps"]}
    assert len(line["pumps"]) <= 3


def test_people_in_danger_draw_a_team_off_and_the_change_is_listed_and_recorded(forces: City, officer: Actor) -> None:
    from undercity.forces.actions import accept
    from undercity.forces.models import Deployment
    from undercity.ledger.models import Duty
    from undercity.ledger.replay import replay

    usual = needed(officer, m3h=0, urgency="usual", skills={"power": 8})
    first = accept(proposed(officer).pk, by=officer, at=AT)[0]
    danger = needed(officer, what="配电室有人被困", m3h=0, urgency="life", skills={"power": 8})
    made = proposed(officer, at=AT + timedelta(minutes=3))
    line = made.content["lines"][0]
    assert (line["need"], line["before"], line["kept"]) == (str(danger.pk), str(usual.pk), False)
    assert made.content["released"] == [str(first.team_id)]
    assert made.content["left"] == [str(usual.pk)]
    second = accept(made.pk, by=officer, at=AT + timedelta(minutes=4))[0]
    first.refresh_from_db()
    assert (first.stage, first.outcome, second.team_id) == ("over", "redirected", first.team_id)
    assert Duty.objects.filter(kind="force.muster", done_at__isnull=True).count() == 1
    assert Deployment.objects.filter(team=first.team_id, ended_at__isnull=True).count() == 1
    assert replay().differences == []
