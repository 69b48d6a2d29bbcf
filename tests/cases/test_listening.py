"""A problem found at a place becomes a case, once, and betrays no work that the public does not know."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import MANHOLE, City
from undercity.org.powers import THE_SYSTEM


def told(city: City, place: Any, key: str = "sump-1") -> str:
    from undercity.db import write
    from undercity.places.signals import problem_found

    with write():
        answers = problem_found.send(sender=None, place=place, category=MANHOLE, text="集水坑水位超限", source="sensor",
                                     by=THE_SYSTEM, at=city.at, key=key)
    return next(number for _receiver, number in answers)


@pytest.fixture
def place(city: City) -> Any:
    from undercity.places.models import Place

    return Place.objects.filter(listed=True).order_by("pk")[0]


def test_the_same_problem_told_twice_is_one_case(city: City, place: Any) -> None:
    from undercity.cases.models import Case

    assert told(city, place) == told(city, place)
    assert told(city, place, key="sump-2") != told(city, place)
    case = Case.objects.order_by("pk")[0]
    assert (case.source, case.stage, case.report.lat) == ("sensor", "intake", place.lat)
    assert case.report.text == "集水坑水位超限"


def test_the_case_of_an_unlisted_work_names_its_district_only(city: City, place: Any) -> None:
    from undercity.cases.models import Case

    place.listed = False
    place.save()
    number = told(city, place)
    case = Case.objects.get()
    assert case.number == number
    assert (case.territory_id, case.report.lat, case.report.lon) == (place.district_id, None, None)
    assert place.address_zh not in case.report.address
