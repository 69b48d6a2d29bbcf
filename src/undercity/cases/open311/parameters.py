"""What a GeoReport client sent, read strictly: every wrong value names its field and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.forms import TEXT_MAX
from undercity.cases.open311.faults import Faults
from undercity.cases.open311.quotas import within_quota
from undercity.cases.queries.scheme import scheme
from undercity.clock import ZONE
from undercity.errors import NotAllowed, NotFound, RuleBroken
from undercity.ledger.pictures import Picture, read_picture
from undercity.org.powers import Actor
from undercity.org.queries import KeyOver, directory, key_card
from undercity.science.coordinates import Datum

PHOTOS_MAX = 3
# The standard's own default span of a list, and the longest it allows.
SPAN = timedelta(days=90)
PART_OF_A_SECOND = timedelta(microseconds=999_999)
LAST_SECOND = datetime(9999, 12, 31, tzinfo=ZONE)


def as_text(value: str, field: str, longest: int) -> str:
    """A text without control characters a database cannot keep."""
    value = value.strip()
    if "\x00" in value:
        raise RuleBroken(_("The text holds a zero character."), field=field, remedy=_("Send plain text."))
    if len(value) > longest:
        raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": longest}, field=field,
                         remedy=_("Shorten it."))
    return value


def as_number(value: str, field: str) -> float:
    """A finite decimal number."""
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise RuleBroken(_("This is no number."), field=field, remedy=_("Write it with a point, like 36.65."))
    return number


def as_moment(value: str, field: str) -> datetime:
    """A moment in the W3C form; a day alone begins at midnight in the city's zone."""
    try:
        # A plus sign that was not escaped in an address arrives as a space.
        found = datetime.fromisoformat(value.strip().replace(" ", "+"))
        return (found if found.tzinfo else found.replace(tzinfo=ZONE)).astimezone(ZONE)
    except (ValueError, OverflowError) as error:
        raise RuleBroken(_("This is no date."), field=field,
                         remedy=_("Write it like 2026-07-18T16:30:00+08:00.")) from error


def text(values: Any, name: str, longest: int) -> str:
    """A text parameter; empty when it is not given."""
    return as_text(str(values.get(name, "")), name, longest)


def number(values: Any, name: str) -> float | None:
    """A finite decimal number; None when it is not given."""
    given = str(values.get(name, "")).strip()
    return as_number(given, name) if given else None


def whole(values: Any, name: str, default: int, most: int) -> int:
    """A whole number from 1 to `most`."""
    given = str(values.get(name, "")).strip()
    if not given:
        return default
    if not (given.isascii() and given.isdecimal() and len(given) < 18 and int(given) >= 1):
        raise RuleBroken(_("This is no whole number above zero."), field=name,
                         remedy=_("Write a number from 1 to %(most)d.") % {"most": most})
    return min(int(given), most)


def moment(values: Any, name: str) -> datetime | None:
    """A moment; None when it is not given."""
    given = str(values.get(name, "")).strip()
    return as_moment(given, name) if given else None


def flag(values: Any, name: str) -> bool:
    """A yes or no; no when it is not given."""
    given = text(values, name, 20).lower()
    if given not in {"", "true", "false", "1", "0"}:
        raise RuleBroken(_("This is neither true nor false."), field=name, remedy=_("Write true or false."))
    return given in {"true", "1"}


def span(values: Any, faults: Faults, first: str, last: str) -> tuple[datetime | None, datetime | None]:
    """Two moments; one of them means the 90 days beside it. Reversed or wider is a fault."""
    begins = ends = None
    with faults.noting():
        begins = moment(values, first)
    with faults.noting():
        ends = moment(values, last)
    try:
        if begins is not None and ends is None:
            ends = begins + SPAN
        if ends is not None and begins is None:
            begins = ends - SPAN
    except OverflowError:
        faults.add(RuleBroken(_("This is no date."), field=first if ends is None else last,
                              remedy=_("Write it like 2026-07-18T16:30:00+08:00.")))
        return None, None
    if begins is not None and ends is not None:
        if begins > ends:
            faults.add(RuleBroken(_("The end lies before the start."), field=last,
                                  remedy=_("Exchange %(first)s and %(last)s.") % {"first": first, "last": last}))
        elif ends - begins > SPAN:
            faults.add(RuleBroken(_("The span is longer than %(days)d days.") % {"days": SPAN.days}, field=last,
                                  remedy=_("Ask for several shorter spans.")))
    if ends is not None and not ends.microsecond:
        # Answers are to the second: whoever sends one back means all of that second.
        ends = min(ends, LAST_SECOND) + PART_OF_A_SECOND
    return begins, ends


@dataclass(frozen=True, slots=True)
class Circle:
    """So many metres around a point, in degrees of WGS 84."""

    lat: float
    lon: float
    metres: float


def around(values: Any, faults: Faults) -> Circle | None:
    """Where to look: lat with long, and radius in metres; 0 is a number like any other."""
    lat = lon = metres = None
    with faults.noting():
        lat = number(values, "lat")
    with faults.noting():
        lon = number(values, "long")
    with faults.noting():
        metres = number(values, "radius")
    given = [name for name in ("lat", "long", "radius") if str(values.get(name, "")).strip()]
    if not given:
        return None
    for name in ("lat", "long"):
        if name not in given:
            faults.add(RuleBroken(_("A position needs both latitude and longitude."), field=name,
                                  remedy=_("Give both, or neither.")))
    if (lat is not None and abs(lat) > 90) or (lon is not None and abs(lon) > 180):
        faults.add(RuleBroken(_("This is no position on earth."), field="lat",
                              remedy=_("Latitude lies between −90 and 90, longitude between −180 and 180 degrees.")))
    if metres is not None and not 0 < metres <= 50_000:
        faults.add(RuleBroken(_("This is no radius."), field="radius",
                              remedy=_("Give metres: more than 0, at most 50000.")))
    if lat is None or lon is None:
        return None
    return Circle(lat, lon, metres if metres is not None else float(scheme().term("nearby_metres", clock.now()) or 500))


def words(values: Any, name: str) -> list[str]:
    """Several values separated by commas."""
    return [one.strip() for one in text(values, name, 4000).split(",") if one.strip()][:100]


def datum(values: Any) -> Datum:
    """The datum of the position, an extension: wgs84 unless said otherwise."""
    given = text(values, "datum", 20) or Datum.WGS84.value
    if given not in list(Datum):
        raise RuleBroken(_("There is no datum “%(datum)s”.") % {"datum": given}, field="datum",
                         remedy=_("Use one of: %(all)s.") % {"all": ", ".join(Datum)})
    return Datum(given)


def email(values: Any) -> str:
    """An address for letters; empty when it is not given."""
    given = text(values, "email", 120)
    try:
        if given:
            validate_email(given)
    except ValidationError as error:
        raise RuleBroken(_("This is no e-mail address."), field="email",
                         remedy=_("Write it like name@example.org, or leave it out.")) from error
    return given


def link(values: Any) -> str:
    """Where a picture lies on another site; it goes with the words, and nothing is fetched."""
    given = text(values, "media_url", 500)
    if given and (urlsplit(given).scheme not in {"http", "https"} or not urlsplit(given).netloc):
        raise RuleBroken(_("This is no address of a picture."), field="media_url",
                         remedy=_("Write it like https://example.org/a.jpg, or send the file itself as “media” in a "
                                  "multipart form."))
    return given


def pictures(request: HttpRequest) -> list[Picture]:
    """The photos of a request, checked and re-encoded."""
    files = request.FILES.getlist("media")
    if len(files) > PHOTOS_MAX:
        raise RuleBroken(_("At most %(max)d photos.") % {"max": PHOTOS_MAX}, field="media",
                         remedy=_("Send the best of them."))
    return [read_picture(file.read()) for file in files]


def caller(request: HttpRequest) -> Actor | None:
    """The post behind the key of a request; None without a key.

    NotAllowed with a wrong, revoked or expired one; TooMany when its quota is used up.
    """
    key = request.headers.get("X-API-Key") or request.POST.get("api_key") or request.GET.get("api_key")
    if not key:
        return None
    card = key_card(key) if len(key) <= 200 else None
    if card is None:
        raise NotAllowed(_("This API key is unknown or switched off."), field="api_key",
                         remedy=_("Ask the office for a key of your own."))
    if isinstance(card, KeyOver):
        said = _("This API key was revoked.") if card.why == "revoked" else _("This API key is over.")
        raise NotAllowed(said, field="api_key", remedy=_("Ask the office for a new one."))
    within_quota(card)
    return card.actor


def jurisdiction(request: HttpRequest) -> str:
    """The path of the territory a client means; "" when it names none, which means all we have.

    NotFound when the name is unknown.
    """
    values = request.POST if request.method == "POST" and "jurisdiction_id" in request.POST else request.GET
    given = text(values, "jurisdiction_id", 80)
    if not given:
        return ""
    body = scheme().jurisdiction(given, clock.now().date())
    if body is None or body not in directory().cards:
        known = ", ".join(sorted(scheme().jurisdictions)) or _("none")
        raise NotFound(_("There is no jurisdiction “%(code)s” here.") % {"code": given}, field="jurisdiction_id",
                       remedy=_("Known are: %(known)s. It may also be left out.") % {"known": known})
    return directory().cards[body].path


__all__ = ["SPAN", "TEXT_MAX", "Circle", "around", "as_moment", "as_number", "as_text", "caller", "datum", "email",
           "flag", "jurisdiction", "link", "moment", "number", "pictures", "span", "text", "whole", "words"]
