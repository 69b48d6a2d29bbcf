"""Public numbers and the board agree with the cases there are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.city import City
from undercity import clock
from undercity.cases.queries import numbers
from undercity.cases.queries.board import board
from undercity.cases.states import Stage
from undercity.org.models import Person


def test_twelve_months_end_with_the_running_one() -> None:
    starts = numbers.month_starts(date(2026, 3, 31))
    assert (starts[0], starts[-1], len(starts)) == (date(2025, 4, 1), date(2026, 3, 1), 12)


def test_an_empty_city_has_no_share_and_says_so(city: City) -> None:
    found = numbers.numbers(city.at)
    assert [month.reported for month in found.months] == [0] * 12
    assert found.months[-1].share_in_time is None
    assert "还没有上报的问题" in Client().get("/numbers/").content.decode()


def test_reports_solved_and_in_time_are_counted_by_the_day_of_the_report(city: City) -> None:
    first = city.walk(city.reported(), "closed")
    late = city.walk(city.reported(), "disposal")
    late.refresh_from_db()
    city.at = late.due_at.astimezone(clock.ZONE) + timedelta(minutes=1)
    city.walk(late, "closed")
    city.reported()
    assert first.stage == "closed"
    month = numbers.numbers(city.at).months[-1]
    assert (month.reported, month.solved, month.in_time, month.share_in_time) == (3, 2, 1, 50)
    assert numbers.numbers(city.at).open == 1


def test_the_board_holds_every_open_case_under_its_stage(city: City) -> None:
    city.reported()
    city.reported()
    city.walk(city.reported(), "disposal")
    columns = {column.stage: column for column in board(city.post("shift_lead"), city.at)}
    assert columns[Stage.INTAKE].count == len(columns[Stage.INTAKE].cards) == 2
    assert columns[Stage.DISPOSAL].count == 1
    assert columns[Stage.CHECK].cards == []
    assert Stage.ON_HOLD not in columns


@pytest.mark.parametrize("reported", [1, 3])
def test_the_board_costs_the_same_however_many_cases(city: City, reported: int,
                                                     django_assert_max_num_queries: object) -> None:
    for _ in range(reported):
        city.reported()
    client = Client()
    client.force_login(Person.objects.get(username="lead1"))
    client.get("/desk/board/")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert client.get("/desk/board/").status_code == 200
