"""What is warned of as the same problem: near in place and time, of the same major class."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.city import MANHOLE, METRE, SPOT, City

LITTER = "gbt47678-matter-06-001"


def near(city: City, case: Any) -> list[str]:
    from undercity.cases.queries.similar import similar

    return [one.number for one in similar(case, city.post("intake_officer"))]


@pytest.mark.parametrize(("metres", "hours", "category", "warned"), [
    (49.99, 0, MANHOLE, True), (50.1, 0, MANHOLE, False), (10, -23, MANHOLE, True), (10, -25, MANHOLE, False),
    (10, 23, MANHOLE, True), (0, 0, "gbt47678-component-01-002", True), (0, 0, LITTER, False)])
def test_fifty_metres_and_a_day(metres: float, hours: float, category: str, warned: bool, city: City) -> None:
    from undercity.cases.queries.scheme import scheme

    assert category in scheme().categories
    case = city.reported()
    other = city.reported(lat=SPOT[0] + metres * METRE, at=city.at + timedelta(hours=hours), category=category)
    assert (other.number in near(city, case)) is warned


def test_the_nearest_comes_first_and_itself_not_at_all(city: City) -> None:
    case = city.reported()
    far, close = (city.reported(lat=SPOT[0] + metres * METRE) for metres in (40, 5))
    assert near(city, case) == [close.number, far.number]


def test_what_was_refused_warns_of_nothing_and_a_report_without_position_neither(city: City) -> None:
    from undercity.cases.actions.intake import refuse_intake

    case = city.reported()
    refuse_intake(city.reported().uid, by=city.post("intake_officer"), at=city.at, reason="不属于")
    assert near(city, case) == []
    assert near(city, city.reported(lat=None, lon=None)) == []


def test_another_territorys_case_is_not_shown(city: City) -> None:
    from undercity.cases.queries.similar import similar

    case = city.reported()
    city.reported()
    assert similar(case, city.post("department_handler")) == []


def test_repeats_are_counted_over_a_month(city: City) -> None:
    from undercity.cases.queries.similar import repeats

    case = city.reported()
    for days in (2, 29, 31):
        city.reported(at=city.at - timedelta(days=days))
    assert repeats(case) == 2


def test_the_page_offers_the_nearest_to_merge_with(city: City, client: Any) -> None:
    from undercity.org.models import Person

    other, case = city.reported(), city.reported()
    client.force_login(Person.objects.get(pk=city.post("intake_officer").person))
    page = client.get(f"/desk/cases/{case.number}/").content.decode()
    assert f"/desk/cases/{other.number}/" in page
    assert f'name="into" value="{other.number}"' in page
