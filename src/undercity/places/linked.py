"""A place in the words of schema.org, for search engines and assistants: a data block on its page, never run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, override

from undercity.clock import ZONE
from undercity.org.queries import body_name, directory
from undercity.org.states import BodyKind
from undercity.places.queries import Found, name_of
from undercity.places.rules import opening
from undercity.places.states import PlaceUse, StepFree

CONTEXT = "https://schema.org"
# How far ahead the hours are told. What is further off is not settled: seasons are extended, storms close places.
DAYS = 28
ALL_DAY = ("00:00", "23:59")
# Inside a script element these could end it or begin another.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}

Times = tuple[str, str]


def as_script(values: dict[str, Any]) -> SafeString:
    """The values as JSON that may stand inside a script element."""
    return SafeString(json.dumps(values, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES))


def described(one: Found, at: datetime, *, url: str, amenities: list[str]) -> dict[str, Any]:
    """A listed place as a schema.org Place. `amenities`: what is there, in the reader's words."""
    place = one.place
    features: list[tuple[str, bool]] = [(word, True) for word in amenities]
    # A made-up telephone has no mark that a search engine would keep: it is left out.
    sure = {name for name in ("phone", "capacity", "step_free") if name not in place.invented_facts}
    if place.step_free != StepFree.UNKNOWN and "step_free" in sure:
        features.append((str(StepFree.YES.label), place.step_free == StepFree.YES))
    names = []
    for language in ("zh-hans", "en"):
        with override(language):
            names.append(name_of(place, at))
    city = directory().above(place.district_id, BodyKind.CITY)
    return {
        "@context": CONTEXT, "@type": "Place", "@id": url, "url": url, "name": one.name,
        "alternateName": [name for name in names if name and name != one.name],
        "address": {"@type": "PostalAddress", "addressCountry": "CN",
                    "addressRegion": body_name(city.id if city else None),
                    "addressLocality": body_name(place.district_id), "streetAddress": one.address},
        "geo": {"@type": "GeoCoordinates", "latitude": place.lat, "longitude": place.lon},
        **({"disambiguatingDescription": _("Demonstration data; the official announcements prevail")}
           if settings.DEMO or place.invented else {}),
        "publicAccess": True, **({"isAccessibleForFree": True} if place.use == PlaceUse.COOLING else {}),
        **({"telephone": place.phone} if place.phone and "phone" in sure else {}),
        **({"maximumAttendeeCapacity": place.capacity} if place.capacity and "capacity" in sure else {}),
        "amenityFeature": [{"@type": "LocationFeatureSpecification", "name": word, "value": value}
                           for word, value in features],
        "openingHoursSpecification": [_specified(*run) for run in _runs(one, at)]}


def _specified(first: date, last: date, times: Times) -> dict[str, str]:
    return {"@type": "OpeningHoursSpecification", "validFrom": first.isoformat(), "validThrough": last.isoformat(),
            "opens": times[0], "closes": times[1]}


def _runs(one: Found, at: datetime) -> Iterator[tuple[date, date, Times]]:
    """Days in a row with the same hours. A day without any says 00:00 to 00:00: closed."""
    days = by_day(one, at)
    open_runs: dict[Times, tuple[date, date]] = {}
    for day in sorted(days):
        today = days[day] or [("00:00", "00:00")]
        for times in [known for known in open_runs if known not in today]:
            yield (*open_runs.pop(times), times)
        for times in today:
            open_runs[times] = (open_runs[times][0] if times in open_runs else day, day)
    for times, (first, last) in open_runs.items():
        yield first, last, times


def by_day(one: Found, at: datetime) -> dict[date, list[Times]]:
    """When it is open on each day from today on; what runs past midnight belongs to the day it began."""
    begin = datetime.combine(at.date(), time.min, ZONE)
    end = begin + timedelta(days=DAYS)
    found: dict[date, list[Times]] = {(begin + timedelta(days=n)).date(): [] for n in range(DAYS)}
    moment = begin
    while moment < end:
        now = opening(one.table, moment)
        until = min(now.changes_at or end, end)
        if now.is_open:
            _note(found, moment, until)
        moment = until if until > moment else end
    return found


def _note(found: dict[date, list[Times]], begin: datetime, end: datetime) -> None:
    while end - begin >= timedelta(days=1):
        tomorrow = datetime.combine(begin.date() + timedelta(days=1), time.min, ZONE)
        found[begin.date()].append(ALL_DAY if begin.time() == time.min else (f"{begin:%H:%M}", "23:59"))
        begin = tomorrow
    if end > begin:
        found[begin.date()].append((f"{begin:%H:%M}", f"{end:%H:%M}" if f"{end:%H:%M}" != "00:00" else "23:59"))
