"""What a request costs in statements, counted at the door: session, sign-in and powers included."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.city import MANHOLE, City, png

CARRIED = re.compile(r'name="carried" value="([^"]*)"')
FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")


def statements(captured: CaptureQueriesContext) -> list[str]:
    return [one["sql"] for one in captured.captured_queries if not one["sql"].startswith(FRAMES)]


@pytest.fixture
def officer(city: City) -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=city.post("intake_officer").person))
    return client


def send(client: Client) -> tuple[Any, list[str]]:
    """Three steps of the report page; the last one's answer and what it cost."""
    page = client.post("/report/", {"step": "where", "area": "ganshiqiao", "address": "路口", "datum": "wgs84"})
    carried = CARRIED.search(page.content.decode())
    assert carried, page.content.decode()[:2000]
    page = client.post("/report/", {"step": "what", "carried": carried[1], "category": MANHOLE, "text": "井盖破损",
                                    "photos": SimpleUploadedFile("a.png", png(), "image/png")})
    carried = CARRIED.search(page.content.decode())
    assert carried
    with CaptureQueriesContext(connection) as captured:
        answer = client.post("/report/", {"step": "send", "carried": carried[1], "phone": ""})
    return answer, statements(captured)


def test_a_report_signed_in_with_a_photo_and_a_notice_costs_at_most_14_statements(officer: Client) -> None:
    from undercity.cases.models import Photo
    from undercity.notices.models import Notice

    send(officer)
    answer, cost = send(officer)
    assert answer.status_code == 302
    assert (Photo.objects.count(), Notice.objects.count()) == (2, 2)
    assert len(cost) <= 14, "\n".join(cost)


def test_a_list_of_a_hundred_cases_costs_at_most_6_statements(officer: Client, city: City) -> None:
    for number in range(101):
        city.reported(text=f"第 {number} 处")
    officer.get("/desk/cases/")
    with CaptureQueriesContext(connection) as captured:
        page = officer.get("/desk/cases/")
    assert page.content.count(b"<tr") == 101
    assert len(statements(captured)) <= 6, "\n".join(statements(captured))


def test_the_desk_costs_the_same_however_long_it_is(officer: Client, city: City) -> None:
    costs = []
    for _ in range(2):
        for _ in range(10):
            city.reported()
        officer.get("/desk/")
        with CaptureQueriesContext(connection) as captured:
            officer.get("/desk/")
        costs.append(len(statements(captured)))
    assert costs[0] == costs[1] <= 10
