"""Population figures in the record: stored whole, once, by whoever plans for the city; withdrawn, never changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.city import City
from tests.coverage.conftest import cells_round, leader
from tests.officers import replayed_clean
from undercity.coverage.actions.people import check_people, digest_of, import_people, withdraw_people
from undercity.coverage.people_rules import CellRow
from undercity.errors import Conflict, InvalidMove, NotAllowed, RuleBroken
from undercity.org.powers import Actor


def stored(city: City, by: Actor, cells: list[CellRow] | None = None, **more: Any) -> Any:
    given = {"resolution": 9, "valid_from": city.at.date(), "source": "虚构", "invented": True, **more}
    return import_people(cells if cells is not None else cells_round(2), by=by, at=city.at, **given)


def test_an_import_is_an_entry_with_its_totals_and_a_mark_over_all_cells(city: City, planner: Actor) -> None:
    from undercity.coverage.models import PopulationCell
    from undercity.ledger.models import Entry

    cells = cells_round(3)
    made = stored(city, planner, cells)
    entry = Entry.objects.get(stream=made.uid)
    assert entry.verb == "coverage.people_imported/1"
    assert entry.facts["cells"] == made.cells == PopulationCell.objects.count() == len(cells)
    assert entry.facts["people"] == made.people == sum(one.people for one in cells)
    back = [CellRow(*row) for row in PopulationCell.objects.values_list("cell", "people", "elderly", "territory_id")]
    assert entry.facts["digest"] == digest_of(back, made.source)
    replayed_clean()


def test_the_same_import_again_is_the_same_one(city: City, planner: Actor) -> None:
    from undercity.coverage.models import Population

    assert stored(city, planner).pk == stored(city, planner).pk
    assert Population.objects.count() == 1
    assert stored(city, planner, source="another").pk != stored(city, planner).pk


def test_the_latest_day_holds_and_a_withdrawn_one_does_not(city: City, planner: Actor) -> None:
    from undercity.coverage.queries.people import in_force

    old = stored(city, planner, valid_from=city.at.date() - timedelta(days=30))
    new = stored(city, planner)
    later = stored(city, planner, valid_from=city.at.date() + timedelta(days=1))
    assert in_force(city.at.date()) == new
    assert in_force(city.at.date() - timedelta(days=31)) is None
    withdraw_people(new.pk, by=planner, at=city.at)
    assert in_force(city.at.date()) == old
    assert in_force(later.valid_from) == later
    replayed_clean()


def test_withdrawing_twice_or_what_somebody_changed_is_refused(city: City, planner: Actor) -> None:
    made = stored(city, planner)
    with pytest.raises(Conflict):
        withdraw_people(made.pk, by=planner, at=city.at, seen=99)
    withdraw_people(made.pk, by=planner, at=city.at, seen=made.version)
    with pytest.raises(InvalidMove):
        withdraw_people(made.pk, by=planner, at=city.at)


def test_only_who_plans_for_the_whole_city_imports(city: City) -> None:
    for post in ("leader-1", "duty-officer-1", "keeper-2"):
        with pytest.raises(NotAllowed):
            stored(city, leader(post))


def test_figures_need_a_source_and_cells(city: City, planner: Actor) -> None:
    for wrong in ({"source": " "}, {"source": "x" * 241}, {"cells": []}):
        with pytest.raises(RuleBroken):
            stored(city, planner, **wrong)


def test_totals_far_from_those_before_are_told(city: City, planner: Actor) -> None:
    import h3

    stored(city, planner, cells_round(6))
    one = cells_round(0)[0]
    found = check_people(f"cell,people\n{h3.int_to_str(one.cell)},12\n".encode(), 9)
    assert found.faults == []
    assert len(found.warnings) == 1
    with pytest.raises(RuleBroken):
        check_people(b"", 7)
