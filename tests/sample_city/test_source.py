"""The facts of the source: records of 2022, labelled so, on a public page."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client

from tests.city import City
from undercity.city.actions.loading import BEGINS
from undercity.city.actions.sources import state_the_source
from undercity.city.models import SourceFact
from undercity.ledger.models import Entry
from undercity.ledger.replay import replay


@pytest.fixture
def stated(city: City) -> int:
    return state_the_source(recorded=BEGINS)


def test_every_fact_is_an_entry_of_2022_recorded_when_the_city_begins(stated: int) -> None:
    entries = Entry.objects.filter(stream_kind="source")
    assert stated == entries.count() == SourceFact.objects.count() == 15
    assert set(entries.values_list("verb", "recorded", "sequence")) == {
        ("source.stated/1", BEGINS.astimezone(UTC), 1)}
    by_code = {entry.facts["code"]: entry for entry in entries}
    assert by_code["shoucai"].at == datetime(2022, 5, 19, 4, tzinfo=UTC)
    assert {entry.at.date() for code, entry in by_code.items() if code != "shoucai"} == {date(2022, 12, 31)}
    assert replay().differences == []


@pytest.mark.parametrize(("statement", "what"), [
    ("UPDATE city_sourcefact SET zh = '另一句话' WHERE code = 'drills'", "dossier changed"),
    ("UPDATE city_sourcefact SET year = 2026 WHERE code = 'drills'", "source changed"),
    ("DELETE FROM city_sourcefact WHERE code = 'drills'", "source missing"),
])
def test_a_fact_changed_behind_the_record_is_found(statement: str, what: str, stated: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert what in {one.what for one in replay().differences}


def test_the_page_says_what_is_reported_and_what_is_invented(stated: int) -> None:
    page = Client().get("/source/").content.decode()
    assert page.count("据2022年报道") == 15
    for said in ("地上一座城，地下一张网", "21℃", "16场", "233名", "七贤街道", "连续四个季度", "守彩", "2022-05-19"):
        assert said in page, said
    assert "虚构" in page
    assert "as reported in 2022" in Client().get("/source/", headers={"accept-language": "en"}).content.decode()


def test_a_city_without_facts_says_so(city: City) -> None:
    answer = Client().get("/source/")
    assert answer.status_code == 200
    assert 'class="empty"' in answer.content.decode()
