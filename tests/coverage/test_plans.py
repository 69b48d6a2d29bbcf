"""Plans: asked, calculated, kept with their inputs; never worse than greedy; only of areas one may plan."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from tests.city import City
from tests.coverage.conftest import cells_round, leader
from tests.coverage.test_cover import could, reckoned
from tests.officers import replayed_clean
from undercity.coverage import rules
from undercity.coverage.actions import planning
from undercity.coverage.actions.people import import_people, withdraw_people
from undercity.coverage.actions.planning import ask_plan, digest_of_places, solve, solve_waiting
from undercity.coverage.queries.plans import gap_of, lines, plan_of, visible_to
from undercity.coverage.rules import Question, gap_in_words
from undercity.coverage.states import Listing, Outcome, PlanKind, PlanStatus
from undercity.errors import NotAllowed, NotFound, RuleBroken
from undercity.org.powers import THE_SYSTEM, Actor
from undercity.org.queries import directory
from undercity.places.states import PlaceUse


def question(k: int = 2, kind: PlanKind = PlanKind.COVER, **more: Any) -> Question:
    given: dict[str, Any] = {"minutes": 15, "uses": (PlaceUse.READING, PlaceUse.IDLE), "listing": Listing.ALL, **more}
    return Question(kind, k, **given)


def asked(city: City, by: Actor, q: Question | None = None, area: str = "jinan", **more: Any) -> Any:
    return ask_plan(q or question(), scope=directory().by_key[area], moment=None, by=by, at=city.at, **more)


def answered(city: City, by: Actor, q: Question | None = None, **more: Any) -> Any:
    return solve(asked(city, by, q, **more).pk, by=by, at=city.at)


@pytest.fixture
def ten(city: City) -> list[str]:
    """Ten invented places that are not listed, scattered among the people."""
    import random

    from undercity.places.actions import open_place

    dice, book, keys = random.Random(3), directory(), []
    while len(keys) < 10:
        lat, lon = 36.655 + dice.uniform(-0.025, 0.025), 117.003 + dice.uniform(-0.03, 0.03)
        found = book.at(lat, lon)
        district = book.above(found, "district") if found is not None else None
        if district is not None:
            keys.append(f"yc-{len(keys)}")
            open_place(key=keys[-1], names=[{"zh": f"虚构{keys[-1]}", "en": keys[-1]}], district=district.id,
                       address_zh="虚构路", lat=lat, lon=lon, hours="off", source="test", valid_from=city.at.date(),
                       listed=False, invented=True, use=PlaceUse.IDLE, area_m2=dice.randint(200, 4000))
    return keys


def test_no_other_choice_of_places_reaches_more(city: City, planner: Actor, people: Any, ten: list[str]) -> None:
    made, cover = answered(city, planner, question(3)), reckoned(city, people)
    best = max(reckoned(city, people, besides=some).near for some in combinations(could(city), 3))
    assert (made.status, made.outcome) == (PlanStatus.ANSWERED, Outcome.OPTIMAL)
    assert made.before == cover.near
    assert made.before + made.gained == pytest.approx(best)
    assert made.candidates == 10
    assert gap_of(made) == 0.0
    found = lines(made, city.at)
    assert [line.rank for line in found] == [1, 2, 3]
    assert sum(line.people for line in found) == pytest.approx(made.gained)
    assert found[-1].sum == pytest.approx(best)


def test_one_place_more_never_gains_fewer(city: City, planner: Actor, people: Any, ten: list[str]) -> None:
    gained = [answered(city, planner, question(k)).gained for k in (1, 2, 4, 8)]
    assert gained == sorted(gained)


def test_who_goes_where_fits_into_the_rooms(city: City, planner: Actor, people: Any, ten: list[str]) -> None:
    made = answered(city, planner, question(4, PlanKind.ROOM))
    found = lines(made, city.at)
    terms = rules.terms(city.at.date())
    assert made.people == pytest.approx(people.people * terms.share_coming)
    assert all(line.room is not None and line.people <= line.room + 1e-6 for line in found)
    assert sum(line.people for line in found) == pytest.approx(made.before + made.gained)
    assert sum(1 for line in found if line.rank) <= 4
    assert made.bound <= made.cost
    without = answered(city, planner, question(0, PlanKind.ROOM))
    assert without.cost >= made.cost
    assert (without.gained, without.candidates) == (0.0, 10)


def test_what_is_asked_and_answered_stands_in_the_record_without_naming_a_place(
        city: City, planner: Actor, people: Any, ten: list[str]) -> None:
    from undercity.ledger.models import Entry

    made = answered(city, planner)
    entries = list(Entry.objects.filter(stream=made.pk).order_by("sequence"))
    assert [one.verb for one in entries] == ["coverage.plan_asked/1", "coverage.plan_answered/1"]
    assert entries[1].facts["digest"] == digest_of_places(list(made.places.all()))
    assert not any(key in str(one.facts) for one in entries for key in ten)
    replayed_clean()


def test_the_same_form_sent_twice_makes_one_plan(city: City, planner: Actor, people: Any) -> None:
    first, second = (asked(city, planner, client_key="k-1") for _ in range(2))
    assert first.pk == second.pk
    assert asked(city, planner, client_key="k-2").pk != first.pk


def test_the_worker_goes_on_with_what_a_second_was_not_enough_for(city: City, planner: Actor, people: Any,
                                                                  ten: list[str]) -> None:
    made = asked(city, planner)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "covering", _never_proven(planning.covering))
        assert solve(made.pk, by=planner, at=city.at, at_once=True).status == PlanStatus.WAITING
    assert solve_waiting(city.at, by=THE_SYSTEM) == 1
    made.refresh_from_db()
    assert (made.status, made.outcome) == (PlanStatus.ANSWERED, Outcome.OPTIMAL)
    assert solve_waiting(city.at, by=THE_SYSTEM) == 0
    replayed_clean()


def _never_proven(solver: Any) -> Any:
    from dataclasses import replace

    return lambda *plan, **more: replace(solver(*plan, **more), outcome=Outcome.STOPPED)


def test_a_plan_whose_figures_were_withdrawn_fails_and_says_so(city: City, planner: Actor, people: Any) -> None:
    made = asked(city, planner)
    withdraw_people(people.pk, by=planner, at=city.at)
    assert solve(made.pk, by=planner, at=city.at).status == PlanStatus.FAILED
    replayed_clean()


def test_without_figures_there_is_nothing_to_plan(city: City, planner: Actor) -> None:
    with pytest.raises(RuleBroken) as told:
        asked(city, planner)
    assert told.value.field == "population"


def test_a_calculated_plan_stays_when_figures_change(city: City, planner: Actor, people: Any, ten: list[str]) -> None:
    made = answered(city, planner)
    import_people(cells_round(4, seed=99), resolution=9, valid_from=city.at.date(), source="newer", invented=True,
                  by=planner, at=city.later(minutes=1))
    assert solve(made.pk, by=planner, at=city.at).gained == made.gained


def test_one_plans_where_one_has_the_power_and_sees_no_other_plan(city: City, planner: Actor, people: Any,
                                                                  ten: list[str]) -> None:
    district = leader("leader-1")
    with pytest.raises(NotAllowed):
        asked(city, district)
    with pytest.raises(NotAllowed):
        asked(city, leader("duty-officer-1"), area="shizhong")
    mine, whole = answered(city, district, area="shizhong"), answered(city, planner)
    assert set(visible_to(district)) == {mine}
    assert plan_of(district, whole.pk) is None
    assert set(visible_to(planner)) == {mine, whole}
    book = directory()
    assert {line.site.district for line in lines(mine, city.at)} <= {book.by_key["shizhong"]}
    with pytest.raises(NotFound):
        asked(city, planner, area="shungeng")


@pytest.mark.parametrize(("field", "wrong"), [("k", "0"), ("k", "101"), ("k", "x"), ("minutes", "0"),
                                              ("minutes", "61"), ("uses", []), ("kind", "best")])
def test_a_question_that_cannot_be_is_refused_by_field(field: str, wrong: Any) -> None:
    given: dict[str, Any] = {"kind": "cover", "k": "3", "minutes": "15", "uses": ["idle"], "listing": "all",
                             field: wrong}
    with pytest.raises(RuleBroken) as told:
        rules.asked(**given)
    assert told.value.field == field


def test_the_gap_is_said_in_words() -> None:
    assert "0.73" in gap_in_words(0.0073)
    assert "%" not in gap_in_words(0.0)
