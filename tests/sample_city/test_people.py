"""The invented people of the sample city: the same each time, where people can be, and never more than a cell holds."""

from __future__ import annotations

from tests.city import City
from undercity.city.people import FEWEST, RESOLUTION, sample_people
from undercity.coverage.people_rules import DENSEST
from undercity.org.queries import directory


def test_the_same_seed_gives_the_same_people_each_in_a_territory_of_its_own(city: City) -> None:
    book = directory()
    found = sample_people(book)
    assert found == sample_people(book)
    assert len({one.cell for one in found}) == len(found) > 5000
    assert all(FEWEST <= one.people <= DENSEST[RESOLUTION] and (one.elderly or 0) <= one.people for one in found)
    assert {book.cards[one.territory].kind for one in found} == {"district", "street"}
