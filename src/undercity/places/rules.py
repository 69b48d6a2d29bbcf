"""Decisions about places: is it open, and until when. Hours are written as in OpenStreetMap's `opening_hours`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils.translation import gettext as _
from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # its stub leaves the error out

from undercity.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class Opening:
    """Open now or not, and when that changes (aware; None: never, as far as the hours say)."""

    is_open: bool
    changes_at: datetime | None


@lru_cache(maxsize=4096)
def _parsed(hours: str) -> OpeningHours:
    return OpeningHours(hours)


def checked_hours(hours: str) -> str:
    """The hours, if they can be understood; RuleBroken with an example if not."""
    try:
        _parsed(hours)
    except ParserError as error:
        raise RuleBroken(_("These opening hours cannot be understood: %(hours)s") % {"hours": hours}, field="hours",
                         remedy=_("Write for example “Jun 21-Aug 31 09:30-20:00”.")) from error
    return hours


def opening(hours: str, at: datetime) -> Opening:
    """Whether a place with these hours is open at an aware moment, and when that changes."""
    local = at.replace(tzinfo=None)
    parsed = _parsed(hours)
    change = parsed.next_change(local)
    return Opening(parsed.is_open(local), change.replace(tzinfo=at.tzinfo) if change is not None else None)
