"""The sample city with a few hundred invented cells of people round its middle, and who plans there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import h3
import pytest

from tests.city import SPOT, City, city
from undercity.coverage.people_rules import CellRow
from undercity.org.powers import Actor

__all__ = ["city"]


def cells_round(rings: int = 9, seed: int = 7) -> list[CellRow]:
    """Cells of resolution 9 round the middle of the city, with invented people."""
    from undercity.org.queries import directory

    dice, found = random.Random(seed), []
    for cell in sorted(h3.grid_disk(h3.latlng_to_cell(*SPOT, 9), rings)):
        where = directory().at(*h3.cell_to_latlng(cell))
        if where is not None:
            people = float(dice.randint(0, 900))
            found.append(CellRow(h3.str_to_int(cell), people, float(int(people * 0.2)), where))
    return found


def leader(post: str) -> Actor:
    """The actor who holds this post."""
    from undercity.org.models import Appointment
    from undercity.org.queries import actor_for_person

    person = Appointment.objects.get(post__key=post, ends__isnull=True).person_id
    assert person is not None
    found = actor_for_person(person)
    assert found is not None
    return found


@pytest.fixture
def planner(city: City) -> Actor:
    """The director of the city's civil air defence office."""
    return leader("leader-2")


@pytest.fixture
def people(city: City, planner: Actor) -> Iterator[Any]:
    """The invented figures, imported."""
    from undercity.coverage.actions.people import import_people
    from undercity.coverage.queries.people import forget

    forget()
    yield import_people(cells_round(), resolution=9, valid_from=city.at.date(), source="虚构", invented=True,
                        by=planner, at=city.at)
    forget()


@pytest.fixture
def cellars(city: City) -> list[str]:
    """Three invented places that are not listed: two near people, one far from all of them. Their keys."""
    from undercity.org.queries import directory
    from undercity.places.actions import open_place
    from undercity.places.states import PlaceUse

    keys = []
    for key, lat, lon, area in (("yc-near", 36.660, 116.985, 1800), ("yc-also", 36.668, 117.000, 900),
                                ("yc-far", 36.60, 116.96, 5000)):
        book = directory()
        found = book.at(lat, lon)
        assert found is not None
        district = book.above(found, "district")
        assert district is not None
        open_place(key=key, names=[{"zh": f"暗渠{key}工程", "en": f"Hidden {key}"}], district=district.id,
                   address_zh="虚构路1号", lat=lat, lon=lon, hours="off", source="test", valid_from=city.at.date(),
                   listed=False, invented=True, use=PlaceUse.READING, area_m2=area)
        keys.append(key)
    return keys
