"""What a GeoReport client sent, read strictly: every wrong value names its field and the remedy."""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from undercity.cases.forms import TEXT_MAX
from undercity.clock import ZONE
from undercity.errors import NotAllowed, RuleBroken
from undercity.ledger.pictures import Picture, read_picture
from undercity.org.powers import Actor
from undercity.org.queries import actor_for_key
from undercity.science.coordinates import Datum

PHOTOS_MAX = 3


def text(values: Any, name: str, longest: int) -> str:
    """A text parameter without control characters a database cannot keep."""
    value = str(values.get(name, "")).strip()
    if "\x00" in value:
        raise RuleBroken(_("The text holds a zero character."), field=name, remedy=_("Send plain text."))
    if len(value) > longest:
        raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": longest}, field=name,
                         remedy=_("Shorten it."))
    return value


def number(values: Any, name: str) -> float | None:
    """A finite decimal number; None when it is not given."""
    given = str(values.get(name, "")).strip()
    if not given:
        return None
    try:
        value = float(given)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise RuleBroken(_("This is no number."), field=name, remedy=_("Write degrees with a point, like 36.65."))
    return value


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
    """A moment in the W3C form; a day alone begins at midnight in the city's zone."""
    given = str(values.get(name, "")).strip().replace(" ", "+")
    if not given:
        return None
    try:
        value = datetime.fromisoformat(given)
        return (value if value.tzinfo else value.replace(tzinfo=ZONE)).astimezone(ZONE)
    except (ValueError, OverflowError) as error:
        raise RuleBroken(_("This is no date."), field=name,
                         remedy=_("Write it like 2026-07-18T16:30:00+08:00.")) from error


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


def pictures(request: HttpRequest) -> list[Picture]:
    """The photos of a request, checked and re-encoded."""
    if request.POST.get("media_url"):
        raise RuleBroken(_("A photo is not fetched from another site."), field="media_url",
                         remedy=_("Send the file itself as “media” in a multipart form."))
    files = request.FILES.getlist("media")
    if len(files) > PHOTOS_MAX:
        raise RuleBroken(_("At most %(max)d photos.") % {"max": PHOTOS_MAX}, field="media",
                         remedy=_("Send the best of them."))
    return [read_picture(file.read()) for file in files]


def caller(request: HttpRequest) -> Actor | None:
    """The post behind the key of a request; None without a key, NotAllowed with a wrong one."""
    key = request.headers.get("X-API-Key") or request.POST.get("api_key") or request.GET.get("api_key")
    if not key:
        return None
    actor = actor_for_key(key) if len(key) <= 200 else None
    if actor is None:
        raise NotAllowed(_("This API key is unknown or switched off."), field="api_key",
                         remedy=_("Ask the office for a key of your own."))
    return actor


__all__ = ["TEXT_MAX", "caller", "datum", "moment", "number", "pictures", "text", "whole", "words"]
