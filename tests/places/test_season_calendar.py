"""Seasons as calendars: read back by the library's parser, they say of every quarter of an hour what the rule says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from django.test import Client
from hypothesis import given, settings as hypothesis_settings, strategies as some
from icalendar import Calendar

from tests.city import City
from tests.places.test_seasons import AT, Desk
from undercity import clock

ZONE = clock.ZONE
HERE = "/calendar/places/cool-weishier.ics"


@pytest.fixture
def desk(city: City) -> Iterator[Desk]:
    with clock.standing_at(AT):
        yield Desk(city)


def spans(body: bytes) -> set[tuple[datetime, datetime]]:
    """Every stretch a calendar speaks of, rules and left-out days worked out by another library."""
    found = set()
    for event in Calendar.from_ical(body).walk("VEVENT"):
        begins, length = event["DTSTART"].dt, event["DTEND"].dt - event["DTSTART"].dt
        rule = event.get("RRULE")
        starts = list(rrulestr(rule.to_ical().decode(), dtstart=begins)) if rule else [begins]
        left_out = {one.dt for one in event["EXDATE"].dts} if "EXDATE" in event else set()
        found |= {(start, start + length) for start in starts if start not in left_out}
    return found


def test_a_calendar_is_valid_in_the_citys_time_and_changes_when_the_season_does(desk: Desk) -> None:
    from undercity.places.seasons.actions import opening, proposals

    answer = Client().get(HERE)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    book = Calendar.from_ical(answer.content)
    assert (str(book["VERSION"]), str(book["X-WR-TIMEZONE"])) == ("2.0", "Asia/Shanghai")
    assert [str(one["TZID"]) for one in book.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    event = book.walk("VEVENT")[0]
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert event["DTSTART"].dt == datetime(2026, 6, 21, 9, 30, tzinfo=ZONE)
    assert len(spans(answer.content)) == 72
    assert Client().get(HERE, headers={"If-None-Match": answer["ETag"]}).status_code == 304

    opening.extend_season(desk.place.pk, 2026, by=desk.officer, at=AT, closes_on=date(2026, 9, 10), note="高温")
    longer = Client().get(HERE)
    assert longer["ETag"] != answer["ETag"]
    assert len(spans(longer.content)) == 82
    again = Calendar.from_ical(longer.content).walk("VEVENT")[0]
    assert (again["UID"], again["SEQUENCE"]) == (event["UID"], 2)

    made = desk.rain(ends=AT + timedelta(days=2))
    proposals.accept(made.season.pk, made.id, by=desk.officer, at=AT, note="同意")
    shut = spans(Client().get(HERE).content)
    assert (datetime(2026, 7, 18, 9, 30, tzinfo=ZONE), AT) in shut
    assert (AT + timedelta(days=2), datetime(2026, 7, 20, 20, 0, tzinfo=ZONE)) in shut
    assert not [one for one in shut if one[0].date() == date(2026, 7, 19)]


def test_the_calendar_of_all_holds_listed_places_only(desk: Desk) -> None:
    from undercity.places.models import Place

    assert [str(one["UID"]) for one in Calendar.from_ical(Client().get("/calendar/seasons.ics").content).walk(
        "VEVENT")] == [f"{desk.season.pk}-0930-630@testserver"]
    Place.objects.update(listed=False)
    assert Calendar.from_ical(Client().get("/calendar/seasons.ics").content).walk("VEVENT") == []
    assert Client().get(HERE).status_code == 404
    assert Client().get("/calendar/places/nowhere.ics").status_code == 404


def test_every_stretch_of_the_calendar_is_one_of_the_rule(desk: Desk) -> None:
    from undercity.places.models import Season
    from undercity.places.queries import place_by_key
    from undercity.places.seasons.calendar import calendar_of
    from undercity.places.seasons.rules import stretches
    from undercity.places.seasons.timetables import timetable

    first = datetime(2026, 6, 21, tzinfo=ZONE)
    hours = some.integers(0, 72 * 24).map(lambda nth: first + timedelta(hours=nth))
    place = place_by_key("cool-weishier")
    assert place is not None

    @hypothesis_settings(max_examples=25)
    @given(some.lists(some.tuples(hours, some.integers(1, 100), some.sampled_from(["", "08:00-22:00"])), max_size=4))
    def compare(rows: list[tuple[datetime, int, str]]) -> None:
        season = Season(**{name: getattr(desk.season, name) for name in (
            "uid", "year", "version", "opens_on", "closes_on", "hours")}, exceptions=[
                {"why": "heat" if other else "rain", "starts": starts.isoformat(), "hours": other,
                 "ends": (starts + timedelta(hours=length)).isoformat()} for starts, length, other in rows])
        body = calendar_of([(place, [season])], title="x", at=AT, host="h", day=AT.date())
        until = first + timedelta(days=72)
        expected: set[tuple[Any, Any]] = set(stretches(timetable(place.hours, [season]), first, until))
        assert spans(body) == expected

    compare()
