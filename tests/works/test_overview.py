"""Works narrowed and counted by permit and check; each number opens to as many works as it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest

from tests.city import City
from tests.works.conftest import a_work, at, by_key
from undercity.places.states import PlaceUse
from undercity.works.overview.states import CheckGroup, PermitGroup
from undercity.works.permits.states import Verb
from undercity.works.upkeep.states import Answer

pytestmark = pytest.mark.works


def permitted(work: Any, ends: date, *, until: str = "granted") -> None:
    from undercity.works.permits.actions import move, note_lease

    permit = note_lease(work.uid, by=by_key("keeper-1"), at=at(3, 2), use=PlaceUse.MALL, contract="合", party="单位",
                        signed_on=date(2026, 3, 2), lease_from=date(2026, 3, 2), lease_to=ends)
    if until == "granted":
        move(permit.uid, Verb.APPLY, by=by_key("keeper-1"), at=at(3, 3))
        move(permit.uid, Verb.GRANT, by=by_key("leader-2"), at=at(3, 4))


@pytest.fixture
def mixed(city: City) -> dict[str, Any]:
    """Six works, each standing otherwise; the city's clock stands at 17 July."""
    from undercity.works.upkeep.actions import begin_check, finish_check, make_due

    works = {key: a_work(key) for key in ("good", "soon", "over", "coming", "none")}
    works["idle"] = a_work("idle", use="idle")
    permitted(works["good"], date(2027, 3, 1))
    permitted(works["soon"], date(2026, 9, 15))
    permitted(works["over"], date(2026, 7, 16))
    permitted(works["coming"], date(2027, 3, 1), until="noted")
    good = dict.fromkeys(("structure", "clean", "gear", "systems", "rust", "ways", "fire"), Answer.PASS)
    for key, answers, when in (("good", good, at(7, 1)), ("soon", {**good, "fire": Answer.FAIL}, at(7, 1)),
                               ("over", good, at(7, 1, year=2025))):
        check = begin_check(works[key].uid, by=by_key("keeper-1"), at=when)
        finish_check(check.pk, by=by_key("keeper-1"), at=when, answers=answers, notes={"fire": "过期"})
    make_due(at(7, 17))
    return works


EXPECTED = {
    ("permit", PermitGroup.NONE): {"none"}, ("permit", PermitGroup.COMING): {"coming"},
    ("permit", PermitGroup.VALID): {"good", "soon"}, ("permit", PermitGroup.EXPIRING): {"soon"},
    ("permit", PermitGroup.EXPIRED): {"over"}, ("check", CheckGroup.RECENT): {"good", "soon"},
    ("check", CheckGroup.OLD): {"over", "coming", "none", "idle"},
    ("check", CheckGroup.WAITING): {"good", "soon", "over", "coming", "none"}, ("check", CheckGroup.OVERDUE): set(),
    ("check", CheckGroup.FAILED): {"soon"}}


@pytest.mark.parametrize(("kind", "group"), list(EXPECTED))
def test_each_filter_finds_what_stands_so(kind: str, group: str, mixed: dict[str, Any]) -> None:
    from undercity.works.models import Work
    from undercity.works.overview.queries import narrowed

    found = narrowed(Work.objects.all(), {kind: group}, at(7, 17))
    assert {work.code.removeprefix("虚构-") for work in found} == EXPECTED[kind, group]


def test_a_check_past_its_day_is_overdue_and_a_later_clean_one_closes_the_finding(mixed: dict[str, Any]) -> None:
    from undercity.works.models import UpkeepCheck, Work
    from undercity.works.overview.queries import narrowed
    from undercity.works.upkeep.actions import finish_check

    late = at(8, 3)
    assert narrowed(Work.objects.all(), {"check": "overdue"}, late).count() == 5
    check = UpkeepCheck.objects.get(work=mixed["soon"], status="open")
    finish_check(check.pk, by=by_key("keeper-1"), at=late, notes={}, answers=dict.fromkeys(check_codes(), Answer.PASS))
    assert not narrowed(Work.objects.all(), {"check": "failed"}, late).exists()


def check_codes() -> list[str]:
    from undercity.works.terms.queries import in_force

    return list(in_force("standard"))


@pytest.mark.parametrize("by", ["keeper", "district"])
def test_every_number_of_the_overview_opens_to_as_many_works(by: str, mixed: dict[str, Any],
                                                            signed_in: Callable[[Any], Any]) -> None:
    client = signed_in(by_key("leader-2"))
    page = client.get("/desk/upkeep/", {"by": by}).content.decode()
    cells = re.findall(r'data-label="[^"]+"><a href="([^"]+)">(\d+)</a>', page)
    assert len(cells) >= 7
    for href, count in cells:
        listed = client.get(unescape(href)).content.decode()
        assert listed.count("data-lat=") == int(count), href


def test_a_keeper_sees_the_numbers_of_his_own_works(mixed: dict[str, Any], signed_in: Callable[[Any], Any]) -> None:
    a_work("other", keeper="jinan-cad-works")
    page = signed_in(by_key("keeper-1")).get("/desk/upkeep/").content.decode()
    assert "<b>6</b>" in page
    assert "keeper=jinan-cad-works" not in page
    assert signed_in(by_key("administrator-1")).get("/desk/upkeep/").status_code == 403


def test_the_overview_costs_as_many_statements_for_six_works_as_for_two(city: City) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from undercity.works.overview.queries import overview

    counts = []
    for keys in (("a", "b"), ("c", "d", "e", "f")):
        for key in keys:
            a_work(key)
        overview(by_key("leader-2"), "keeper", at(7, 17))
        actor = by_key("leader-2")
        with CaptureQueriesContext(connection) as captured:
            overview(actor, "keeper", at(7, 17))
        counts.append(len(captured.captured_queries))
    assert counts == [10, 10]


def test_a_filter_that_is_no_choice_is_left_aside(mixed: dict[str, Any], signed_in: Callable[[Any], Any]) -> None:
    client = signed_in(by_key("leader-2"))
    for odd in ({"permit": "gold"}, {"check": "\0"}, {"keeper": "nobody"}, {"keeper": "\0"},
                {"district": "\0"}):
        assert client.get("/desk/works/", odd).status_code == 200
