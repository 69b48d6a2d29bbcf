"""What a client of OGC API – Features asked for, read strictly: what is wrong names its parameter and the remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import isfinite

from django.http import QueryDict
from django.utils.translation import gettext as _

from undercity.clock import ZONE
from undercity.errors import RuleBroken

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
# CRS84 under the names clients write; with a height it is still longitude and latitude first.
CRS84_NAMES = frozenset({CRS84, "http://www.opengis.net/def/crs/OGC/0/CRS84h", "urn:ogc:def:crs:OGC:1.3:CRS84",
                         "urn:ogc:def:crs:OGC::CRS84", "[OGC:CRS84]", "OGC:CRS84", "CRS84"})
A_PAGE, AT_ONCE, FARTHEST = 100, 1000, 10_000
KEY = re.compile(r"[-a-zA-Z0-9_]{1,60}\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+\- ]\d\d:\d\d)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Box:
    """A bounding box in degrees of CRS84. When west is greater than east it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @property
    def crosses(self) -> bool:
        """Does it reach over the 180th meridian?"""
        return self.west > self.east

    @property
    def parts(self) -> tuple[Box, ...]:
        """The box as one or two boxes that do not cross it."""
        return (Box(self.west, self.south, 180.0, self.north), Box(-180.0, self.south, self.east, self.north)) if (
            self.crosses) else (self,)


@dataclass(frozen=True, slots=True)
class Span:
    """A moment or an interval (aware, ends included); None is an open end."""

    begins: datetime | None
    ends: datetime | None

    @property
    def moment(self) -> datetime | None:
        """The moment, when it is one."""
        return self.begins if self.begins == self.ends else None


def only(given: QueryDict, known: Collection[str]) -> None:
    """Every parameter is one the address knows, and comes once: the standard wants 400 for all others."""
    for name in given:
        if name not in known:
            raise RuleBroken(_("There is no parameter “%(name)s” here.") % {"name": name[:40]}, field=name[:40] or "?",
                             remedy=_("Known are: %(names)s.") % {"names": ", ".join(sorted(known))})
        if len(given.getlist(name)) > 1:
            raise RuleBroken(_("This parameter was given more than once."), field=name, remedy=_("Give it once."))


def box(given: QueryDict) -> Box | None:
    """`bbox`: west,south,east,north, or six numbers with heights, which are not looked at. None when not given."""
    crs = given.get("bbox-crs", "").strip()
    if crs and crs not in CRS84_NAMES:
        raise RuleBroken(_("This door counts in longitude and latitude only."), field="bbox-crs",
                         remedy=_("Leave it out, or write %(crs)s.") % {"crs": CRS84})
    text = given.get("bbox", "").strip()
    if not text:
        if "bbox" in given:
            raise _no_box()
        return None
    numbers = [_number(part) for part in text.split(",")]
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4:
        raise _no_box()
    west, south, east, north = numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise RuleBroken(_("These numbers are no longitudes and latitudes."), field="bbox",
                         remedy=_("Longitude comes first and goes from -180 to 180, latitude from -90 to 90."))
    if south > north:
        raise RuleBroken(_("The southern edge lies north of the northern one."), field="bbox",
                         remedy=_("Write west,south,east,north."))
    return Box(west, south, east, north)


def _no_box() -> RuleBroken:
    return RuleBroken(_("This is no box of four or six numbers."), field="bbox",
                      remedy=_("Write west,south,east,north, like 116.9,36.6,117.1,36.7."))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise _no_box() from None
    if not isfinite(number) or len(text) > 40:
        raise _no_box()
    return number


def span(given: QueryDict) -> Span | None:
    """`datetime`: a moment, or `begin/end` where one of both may be `..` or empty. None when not given."""
    text = given.get("datetime")
    if text is None:
        return None
    parts = text.strip().split("/")
    if len(parts) == 1:
        first = _bounds(parts[0])
        return Span(*first)
    if len(parts) != 2 or all(part in {"", ".."} for part in parts):
        raise _no_moment()
    begins, ends = (None if part in {"", ".."} else _bounds(part) for part in parts)
    if begins and ends and begins[0] > ends[1]:
        raise RuleBroken(_("The end lies before the start."), field="datetime",
                         remedy=_("Exchange both ends of the interval."))
    return Span(begins[0] if begins else None, ends[1] if ends else None)


def _bounds(text: str) -> tuple[datetime, datetime]:
    # A plus sign that was not escaped in an address arrives as a space.
    text = text.strip()
    try:
        if _DAY.match(text):
            day = datetime.combine(datetime.fromisoformat(text), time.min, ZONE)
            return day, day + timedelta(days=1) - timedelta(microseconds=1)
        if _MOMENT.match(text):
            at = datetime.fromisoformat(f"{text[:10]}T{text[11:].upper().replace(' ', '+')}")
            at = (at if at.tzinfo else at.replace(tzinfo=ZONE)).astimezone(ZONE)
            return at, at
    except (ValueError, OverflowError):
        pass
    raise _no_moment()


def _no_moment() -> RuleBroken:
    return RuleBroken(_("This is no moment and no interval."), field="datetime", remedy=_(
        "Write 2026-07-18T16:30:00+08:00, a day like 2026-07-18, or two of them with “/” between; “..” is an open "
        "end."))


def limit(given: QueryDict) -> int:
    """`limit`: from 1; the standard wants what is above the most to count as the most."""
    return min(_whole(given, "limit", A_PAGE, 1), AT_ONCE)


def offset(given: QueryDict) -> int:
    """`offset`: how many features to pass over."""
    found = _whole(given, "offset", 0, 0)
    if found > FARTHEST:
        raise RuleBroken(_("So far no page is turned by numbers."), field="offset",
                         remedy=_("Write at most %(most)d, or follow the links “next”.") % {"most": FARTHEST})
    return found


def _whole(given: QueryDict, name: str, default: int, least: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 18 and int(text) >= least):
        raise RuleBroken(_("This is no whole number from %(least)d on.") % {"least": least}, field=name,
                         remedy=_("Write it with digits only."))
    return int(text)


def after(given: QueryDict) -> str:
    """`after`: the key behind which the page begins; "" is the first page."""
    text = given.get("after", "")
    if "after" in given and not KEY.match(text):
        raise RuleBroken(_("This is no key of a feature."), field="after", remedy=_("Follow the links “next”."))
    return text


def choice(given: QueryDict, name: str, known: Iterable[str]) -> str:
    """One of the known words; "" when not given, or left empty by a form."""
    text = given.get(name, "")
    if not text:
        return ""
    names = sorted(known)
    if text not in names:
        raise RuleBroken(_("There is no “%(word)s” among the values.") % {"word": text[:40].replace("\0", "")},
                         field=name, remedy=_("Known are: %(names)s.") % {"names": ", ".join(names)})
    return text


def truth(given: QueryDict, name: str) -> bool | None:
    """True or false, which `ogr2ogr` writes as 1 or 0; None when not given."""
    text = given.get(name, "").strip().lower()
    if text not in {"", "true", "false", "1", "0"}:
        raise RuleBroken(_("This is neither true nor false."), field=name, remedy=_("Write true or false."))
    return text in {"true", "1"} if text else None
