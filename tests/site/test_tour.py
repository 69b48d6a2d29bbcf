"""The tour is the honest state of the product: every row of the mission, and a link that works or the word 未建成."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.test import Client

from tests.city import City
from undercity.org.models import Person
from undercity.site.tour import rows

# The rows of the mission: serve, protect, account, team.
CODES = [*(f"S{n}" for n in range(1, 8)), *(f"P{n}" for n in range(1, 7)), *(f"A{n}" for n in range(1, 9)),
         *(f"T{n}" for n in range(1, 6))]


def test_every_row_of_the_mission_is_there_once_and_in_order() -> None:
    assert [row.code for row in rows()] == CODES
    assert all(first.promise == second.promise or second.code.endswith("1") for first, second in pairwise(rows()))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.code)
def test_a_row_says_what_it_does_and_lacks_in_both_languages_or_nothing(row: object) -> None:
    for words in (row.source, row.does, row.lacks):  # type: ignore[attr-defined]
        assert bool(words[0]) == bool(words[1])
    assert bool(row.link) == bool(row.does[0])  # type: ignore[attr-defined]


def test_every_link_of_the_tour_opens_something_that_works(city: City) -> None:
    leader = Client()
    leader.force_login(Person.objects.get(username="leader1"))
    page = Client().get("/tour/").content.decode()
    for row in rows():
        if row.link:
            assert row.link.replace("&", "&amp;") in page, row.code
            assert leader.get(row.link).status_code == 200, row.code
            stranger = Client().get(row.link).status_code
            assert stranger == (302 if row.officers else 200), row.code


def test_a_row_without_a_page_says_it_is_not_built(db: None) -> None:
    page = Client().get("/tour/").content.decode()
    missing = [row for row in rows() if not row.link]
    assert page.count("未建成</span>") >= len(missing) > 0
