"""Opening hours in words. What is simple is said in the reader's language; the rest stays as it was written."""

from __future__ import annotations

import re
from datetime import date

from django.utils.dateformat import format as formatted
from django.utils.translation import get_language, gettext as _

MONTHS = {name: number for number, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1)}
_DAY = rf"({'|'.join(MONTHS)}) (\d\d?)"
_SEASON = re.compile(rf"{_DAY}\s*-\s*{_DAY}\s*:?\s+(?P<rest>\S.*)\Z")
_WEEK = re.compile(r"(?P<days>(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)(?:[-,](?:Mo|Tu|We|Th|Fr|Sa|Su|PH))*)\s+(?P<rest>\S.*)\Z")
_TIMES = re.compile(r"\d\d:\d\d-\d\d:\d\d(?:\s*,\s*\d\d:\d\d-\d\d:\d\d)*\Z")
# Between word joiners, so that no line ends inside a stretch of hours.
_TO = "\u2060–\u2060"
# 2024 has a 29 February; the year is never shown.
_ANY_YEAR = 2024


def in_words(hours: str) -> str:
    """`Jun 21-Aug 31 09:30-20:00` as “21 June to 31 August, every day 09:30–20:00”; what is not simple, as it is."""
    parts = [_rule(part.strip()) for part in hours.split(";") if part.strip()]
    return _("; ").join(parts) if parts and all(parts) else hours


def season(hours: str) -> str:
    """The days of the year these hours speak of; "" when they speak of all of it."""
    found = _SEASON.match(hours.strip())
    return _span(found) if found else ""


def season_of_days(first: date, last: date) -> str:
    """From a day of the year to another, in words."""
    pattern = "n月j日" if (get_language() or "zh").startswith("zh") else "j F"
    return _("%(from)s to %(to)s") % {"from": formatted(first, pattern), "to": formatted(last, pattern)}


def _rule(text: str) -> str:
    if text == "24/7":
        return _("day and night, all year")
    found = _SEASON.match(text)
    when = _span(found) if found else ""
    if found and not when:
        return ""
    said = _days_and_times(found["rest"] if found else text)
    return (_("%(season)s, %(times)s") % {"season": when, "times": said}) if when and said else said


def _days_and_times(text: str) -> str:
    found = _WEEK.match(text)
    days = _days(found["days"]) if found else _("every day")
    times = found["rest"] if found else text
    if times in {"off", "closed"}:
        return _("%(days)s closed") % {"days": days}
    if not _TIMES.match(times):
        return ""
    said = _TO.join(times.split("-")).replace(" ", "").replace(",", ", ")
    return _("%(days)s %(times)s") % {"days": days, "times": said}


def _days(text: str) -> str:
    names = {"Mo": _("Monday"), "Tu": _("Tuesday"), "We": _("Wednesday"), "Th": _("Thursday"), "Fr": _("Friday"),
             "Sa": _("Saturday"), "Su": _("Sunday"), "PH": _("public holidays")}
    if text == "Mo-Su":
        return _("every day")
    return _(", ").join(_("%(from)s to %(to)s") % {"from": names[part[:2]], "to": names[part[3:]]} if "-" in part
                        else names[part] for part in text.split(","))


def _span(found: re.Match[str]) -> str:
    try:
        return season_of_days(*(date(_ANY_YEAR, MONTHS[found[at]], int(found[at + 1])) for at in (1, 3)))
    except ValueError:
        return ""
