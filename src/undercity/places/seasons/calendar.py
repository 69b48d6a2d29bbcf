"""Seasons as a calendar 日历订阅: RFC 5545, times in Asia/Shanghai, one event for each stretch of equal hours.

What a calendar says is what the rule of the state says, day by day: an extended season is longer, a day closed for rain
is left out. Events keep their UID from version to version; SEQUENCE is the version of the place's year.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vDDDLists

from undercity.clock import ZONE
from undercity.places.models import Place
from undercity.places.queries import Found, found
from undercity.places.seasons.models import Season
from undercity.places.seasons.rules import Timetable, stretches
from undercity.places.seasons.timetables import span_of, timetable

Clock = tuple[time, timedelta]


def calendar_of(rows: Iterable[tuple[Place, list[Season]]], *, title: str, at: datetime, host: str,
                day: date) -> bytes:
    """A calendar of these places' seasons. `host` names the system in the UIDs; `day` is the stamp of the file."""
    book = Calendar()
    book.add("prodid", "-//Undercity//Seasons//ZH")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", title)
    book.add("x-wr-timezone", "Asia/Shanghai")
    stamp = datetime.combine(day, time.min, ZONE)
    for place, seasons in rows:
        one, table = found(place, at), timetable(place.hours, seasons)
        for season in seasons:
            for event in _events(one, table, season, stamp, host):
                book.add_component(event)
    book.add_missing_timezones()
    return bytes(book.to_ical())


def _events(one: Found, table: Timetable, season: Season, stamp: datetime, host: str) -> Iterable[Event]:
    span = span_of(season)
    if span is None:
        return
    since = datetime.combine(span.opens_on, time.min, ZONE)
    until = datetime.combine(span.closes_on, time.min, ZONE) + timedelta(days=1)
    by_clock: dict[Clock, list[date]] = defaultdict(list)
    for begins, ends in stretches(table, since, until):
        local = begins.astimezone(ZONE)
        by_clock[local.time(), ends - begins].append(local.date())
    for (begins_at, length), days in sorted(by_clock.items(), key=lambda row: row[1][0]):
        yield _event(one, season, begins_at, length, days, stamp,
                     f"{season.uid}-{begins_at:%H%M}-{int(length.total_seconds()) // 60}@{host}")


def _event(one: Found, season: Season, begins_at: time, length: timedelta, days: list[date], stamp: datetime,
           uid: str) -> Event:
    first = datetime.combine(days[0], begins_at, ZONE)
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp)
    event.add("sequence", season.version)
    event.add("dtstart", first)
    event.add("dtend", first + length)
    if len(days) > 1:
        last = datetime.combine(days[-1], begins_at, ZONE)
        event.add("rrule", {"freq": "daily", "until": last.astimezone(UTC)})
        held = set(days)
        missing = [first + timedelta(days=nth) for nth in range((days[-1] - days[0]).days + 1)
                   if days[0] + timedelta(days=nth) not in held]
        if missing:
            event.add("exdate", vDDDLists(missing))
    event.add("summary", _("Open: %(name)s") % {"name": one.name})
    event.add("location", one.address)
    event.add("geo", (one.place.lat, one.place.lon))
    event.add("transp", "TRANSPARENT")
    event.add("categories", [_("Cool places")])
    event.add("description", _("Season %(from)s to %(to)s. Exceptions may change it at short notice.") % {
        "from": season.opens_on, "to": season.closes_on} + (
            " " + _("Demonstration data; the official announcements prevail") if settings.DEMO else ""))
    return event


def tag_of(rows: Iterable[tuple[Place, list[Season]]], words: str) -> str:
    """An ETag that changes when any of the seasons does, or the reader's language."""
    said = ",".join(f"{season.uid}:{season.version}" for _place, seasons in rows for season in seasons)
    return f'"{hashlib.sha256(f"{words}|{said}".encode()).hexdigest()[:24]}"'
