"""Pages of a city in which there is nothing yet, of a body with a long name, and of a database without any city."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.apps import apps
from django.test import Client

from tests.city import City
from undercity.cases.queries import numbers
from undercity.org import directory
from undercity.org.models import BodyName, Person

PUBLIC = ("/", "/places/", "/report/", "/map/", "/map/?layer=below", "/numbers/", "/duties/", "/tour/", "/about/",
          "/components/", "/source/", "/signin/")
DESK = ("/desk/", "/desk/board/", "/desk/cases/", "/desk/cases/?stage=late", "/desk/duties/",
        "/desk/duties/?state=done", "/desk/duties/give/", "/desk/scores/", "/map/",
        *(["/desk/works/"] if apps.is_installed("undercity.works") else []))
LONG = ("济南市市中区城市管理和综合行政执法局道路市政设施养护与应急抢险"
        "以及背街小巷综合整治提升工作专班办公室（筹备组）第一分部临时驻点")[:60]


@pytest.fixture
def nothing(db: None) -> Iterator[None]:
    """Tables without rows."""
    directory.forget()
    numbers.forget()
    yield
    directory.forget()
    numbers.forget()


@pytest.mark.parametrize("path", PUBLIC)
def test_without_any_city_a_public_page_still_makes_sense(path: str, nothing: None) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert b"<h1" in answer.content


@pytest.mark.parametrize("username", ["leader1", "lead1", "sanitation1", "keeper1", "secretary1"])
def test_a_city_without_cases_and_duties_shows_every_page_of_the_desk(username: str, city: City) -> None:
    client = Client()
    client.force_login(Person.objects.get(username=username))
    for path in DESK:
        answer = client.get(path)
        assert answer.status_code in {200, 403}, path
        assert b"<h1" in answer.content, path


def test_a_name_of_sixty_characters_is_shown_whole(city: City) -> None:
    body = Person.objects.get(username="sanitation1").appointments.get(ends__isnull=True).post.body
    BodyName.objects.create(body=body, zh=LONG, en="A very long name", valid_from=date(2026, 7, 1))
    directory.forget()
    case = city.walk(city.reported(category="gbt47678-matter-06-010"), "disposal")
    assert case.department_id == body.pk
    client = Client()
    client.force_login(Person.objects.get(username="leader1"))
    for path in ("/desk/cases/", f"/desk/cases/{case.number}/"):
        assert LONG in client.get(path).content.decode(), path
