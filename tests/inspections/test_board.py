"""The readiness board: its numbers are those of the record, on any day; who sees what; exports; statements."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.city import City
from tests.inspections.conftest import a_place, at, by_key, check_of, done
from tests.inspections.test_checking import PICTURE
from undercity import clock
from undercity.inspections.queries.checklists import topics
from undercity.inspections.queries.readiness import board, end_of, listed, worst_first
from undercity.inspections.states import Standing
from undercity.ledger.models import Entry


@pytest.fixture
def three(lists: City) -> list[Any]:
    """Three places: one ready, one failing, one never checked; and one of another district."""
    places = [a_place("ready"), a_place("failing"), a_place("never"), a_place("far", district="zhangqiu")]
    done(check_of(places[0]))
    done(check_of(places[1]), {"pumps": "no"}, at=at(7, 10), photos=[("pumps", PICTURE)])
    return places


def shown(post: str, day: date, **narrowed: Any) -> Any:
    return board(by_key(post), topics()["flood"], day, at(7, 17), **narrowed)


def standings(found: Any) -> dict[str, Standing]:
    return {row.place.key: row.standing for row in listed(found, found.spots) if row.place.invented}


def test_each_place_stands_as_its_checks_say(three: list[Any]) -> None:
    found = shown("leader-1", date(2026, 7, 17))
    said = standings(found)
    assert {key: said[key] for key in ("ready", "failing", "never")} == {
        "ready": Standing.READY, "failing": Standing.FAILING, "never": Standing.UNCHECKED}
    worst = [row for row in listed(found, worst_first(found)) if row.place.invented]
    assert worst[0].place.key == "failing"
    assert worst[0].missing == ("排水泵试运行正常",)


def test_on_an_earlier_day_it_stood_as_it_stood_then(three: list[Any]) -> None:
    assert standings(shown("leader-1", date(2026, 7, 9)))["failing"] is Standing.UNCHECKED
    assert standings(shown("leader-1", date(2026, 7, 8)))["ready"] is Standing.UNCHECKED


def test_a_check_older_than_it_holds_no_longer_counts(three: list[Any]) -> None:
    found = board(by_key("leader-1"), topics()["flood"], date(2026, 9, 30), at(9, 30))
    assert standings(found)["ready"] is Standing.LAPSED


def from_the_record(place: int, at_moment: datetime) -> Standing:
    """How a place stood, told anew from the entries alone, by the words of the rule."""
    newest: dict[str, tuple[datetime, set[str], int]] = {}
    given: dict[Any, Any] = {}
    for entry in Entry.objects.filter(stream_kind="inspection", at__lte=at_moment).order_by("at", "sequence"):
        if entry.verb == "inspection.given/1":
            given[entry.stream] = entry.facts
        said = given.get(entry.stream)
        if said is None or said["place"] != place or said["topic"] != "flood":
            continue
        if entry.verb == "inspection.done/1":
            newest[said["checklist"]] = (entry.at, set(entry.facts["failed"]), said["holds_days"])
        if entry.verb == "inspection.looked/1":
            done_at, failing, holds = newest[said["checklist"]]
            newest[said["checklist"]] = (done_at, (failing - set(entry.facts["results"])) | set(entry.facts["failed"]),
                                         holds)
    if not newest:
        return Standing.UNCHECKED
    if any(failing for _at, failing, _holds in newest.values()):
        return Standing.FAILING
    fresh = any(at_moment < done_at + timedelta(days=holds) for done_at, _failing, holds in newest.values())
    return Standing.READY if fresh else Standing.LAPSED


def test_the_numbers_of_every_day_are_those_of_the_record(three: list[Any]) -> None:
    from tests.inspections.test_checking import closed
    from undercity.inspections.actions.checking import finish_check, look_again
    from undercity.inspections.models import Inspection

    check = Inspection.objects.get(place=three[1], period="2026-07")
    closed(check.cases["pumps"])
    look_again(at(7, 11))
    finish_check(check.pk, by=by_key("keeper-1"), at=at(7, 13), answers={"pumps": "yes"}, notes={})
    found = shown("leader-1", date(2026, 7, 17))
    assert found.trend[0][0] == date(2026, 5, 1)
    for day, counted in found.trend:
        moment = end_of(day, at(7, 17))
        assert counted == Counter(from_the_record(spot.place, moment) for spot in found.spots), day
    assert found.trend[-1][1][Standing.READY] == 2


def test_a_post_sees_its_own_area_or_what_its_body_keeps(three: list[Any]) -> None:
    a_place("elsewhere", body="op-parking")
    assert set(standings(shown("keeper-1", date(2026, 7, 17)))) == {"ready", "failing", "never", "far"}
    assert set(standings(shown("keeper-3", date(2026, 7, 17)))) == {"elsewhere"}
    assert "far" not in standings(shown("leader-1", date(2026, 7, 17)))


def test_narrowed_to_a_district_or_keeper_it_counts_these(three: list[Any]) -> None:
    found = shown("keeper-1", date(2026, 7, 17), district="zhangqiu")
    assert list(standings(found)) == ["far"]
    assert [(share.key, share.total) for share in found.shares("district")] == [("zhangqiu", 1)]


# --- the page -------------------------------------------------------------------------------------------------------

def test_the_page_shows_who_is_not_ready_and_saves_it(three: list[Any], signed_in: Callable[[Any], Client]) -> None:
    client = signed_in(by_key("keeper-1"))
    page = client.get("/desk/readiness/?standing=not&day=2026-07-17").content.decode()
    assert "虚构·never" in page
    assert "虚构·ready" not in page
    assert 'href="?topic=flood&amp;day=2026-06-01&amp;standing=not' in page
    rows = b"".join(client.get("/desk/readiness/list.csv?standing=not").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert rows.splitlines()[0] == "演示数据"
    assert len(rows.splitlines()) == 5
    sheet = b"".join(client.get("/desk/readiness/list.xlsx").streaming_content)  # type: ignore[attr-defined]
    values = list(openpyxl.load_workbook(io.BytesIO(sheet)).active.values)  # type: ignore[union-attr]
    assert values[1][0] == "场所"
    assert len(values) == 6


@pytest.mark.parametrize("query", ["day=x", "day=9999-01-01", "day=0001-01-01", "topic=none", "page=0", "page=²",
                                   "page=99999999999", "standing=%00", "district=%00&keeper=x", "use=castle"])
def test_what_cannot_be_read_is_left_aside(query: str, three: list[Any], signed_in: Callable[[Any], Client]) -> None:
    assert signed_in(by_key("leader-1")).get(f"/desk/readiness/?{query}").status_code == 200


def test_without_a_checklist_the_page_says_so(city: City, signed_in: Callable[[Any], Client]) -> None:
    assert "undercity readiness load" in signed_in(by_key("leader-1")).get("/desk/readiness/").content.decode()


def test_the_statements_do_not_grow_with_the_places(lists: City, signed_in: Callable[[Any], Client]) -> None:
    client, asked = signed_in(by_key("keeper-1")), []
    for count in (1, 60):
        for nth in range(count):
            place = a_place(f"many-{count}-{nth}")
        check_of(place)
        client.get("/desk/readiness/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/desk/readiness/").status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 20


def test_five_thousand_places_and_their_season_need_no_more_statements(lists: City) -> None:
    from uuid_utils.compat import uuid7

    from undercity.db import insert_objects, reserve
    from undercity.inspections.actions.checklists import keep
    from undercity.inspections.models import Inspection, Keeping
    from undercity.places.models import Place

    pattern = a_place("pattern")
    body, district = by_key("keeper-1").body, pattern.district_id
    numbers = list(reserve(Place, 5000))
    insert_objects(Place, [Place(pk=pk, key=f"p-{pk}", district_id=district, address_zh="示例路", lat=36.6, lon=117.0,
                                 cell=pattern.cell, use="mall", listed=False, invented=True, hours="24/7",
                                 source="test", valid_from=date(2026, 1, 1)) for pk in numbers])
    keep([Keeping(place_id=pk, body_id=body, source="test") for pk in numbers])
    Inspection.objects.bulk_create([Inspection(
        uid=uuid7(), timeline=clock.REAL, place_id=pk, body_id=body, checklist="flood-season", since=date(2025, 1, 1),
        topic="flood", period=f"2026-0{month}", status="done", version=2, given_at=at(month, 5), done_at=at(month, 9),
        clean_at=at(month, 9) if pk % 9 else None, holds_days=45) for pk in numbers for month in (6, 7)],
        batch_size=500)
    with CaptureQueriesContext(connection) as queries:
        found = shown("keeper-1", date(2026, 7, 17))
        rows = listed(found, worst_first(found)[:100])
    assert len(queries) <= 12
    assert (len(rows), found.trend[-1][1].total()) == (100, 5001)
    assert found.total[Standing.FAILING] == sum(pk % 9 == 0 for pk in numbers)


# --- what must not get out ------------------------------------------------------------------------------------------

def test_nothing_of_readiness_is_seen_by_the_public(three: list[Any]) -> None:
    client = Client()
    for path in ("/", "/places/", "/numbers/", "/map/", "/ogc/collections/places/items?limit=100", "/duties/",
                 "/tour/"):
        page = client.get(path).content.decode()
        assert not any(word in page for word in ("虚构·failing", "虚构·ready", "排水泵试运行"))
    for path in ("/desk/readiness/", "/desk/readiness/list.csv", "/desk/readiness/material/",
                 "/desk/readiness/places/ready/"):
        assert client.get(path).status_code == 302
