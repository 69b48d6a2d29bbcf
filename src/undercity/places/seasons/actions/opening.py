"""What an officer says of a place's year without a proposal: season opened, ended, extended; exceptions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

import uuid_utils.compat as ids
from django.utils.translation import gettext as _

from undercity.clock import ZONE
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.org.powers import Actor, require
from undercity.places.models import Place
from undercity.places.seasons.actions.turning import Turn, turn
from undercity.places.seasons.facts import (
    ExceptionAdded,
    ExceptionWithdrawn,
    Exempt,
    SeasonClosed,
    SeasonExtended,
    SeasonOpened,
)
from undercity.places.seasons.fold import SeasonState
from undercity.places.seasons.models import Season
from undercity.places.seasons.powers import may_decide
from undercity.places.seasons.rules import checked_hours, of_a_season
from undercity.places.seasons.states import CHANGING, CLOSING, Standing, Why
from undercity.places.signals import place_closed

LONGEST = timedelta(days=400)


def open_season(place: int, *, by: Actor, at: datetime, opens_on: date, closes_on: date, hours: str,
                keeper: int | None = None, note: str = "", seen: int | None = None) -> Season:
    """确定开放季: from a day to another of one year, at these hours, run by a body. InvalidMove when one is open."""
    if not opens_on <= closes_on or opens_on.year != closes_on.year:
        raise RuleBroken(_("A season ends after it begins, in the same year."), field="closes_on",
                         remedy=_("Correct one of the two days."))
    if of_a_season(hours):
        raise RuleBroken(_("The hours of a season name no months: its days say when it is."), field="hours",
                         remedy=_("Write for example “09:30-20:00”."))
    with turn(place, opens_on.year, by=by, at=at, seen=seen) as now:
        require(may_decide(by, now.place.district_id))
        if now.season and now.season.standing == Standing.OPEN:
            raise InvalidMove(_("The season of this year is open already."),
                              remedy=_("Extend it, end it early, or add an exception."))
        return now.record(SeasonOpened(place=now.place.pk, year=now.year, opens_on=opens_on, closes_on=closes_on,
                                       hours=checked_hours(hours), keeper=keeper, note=now.note(note, needed=False)))


def close_season(place: int, year: int, *, by: Actor, at: datetime, closes_on: date, note: str,
                 seen: int | None = None) -> Season:
    """提前结束: the last day becomes an earlier one, today or later."""
    with turn(place, year, by=by, at=at, seen=seen) as now:
        require(may_decide(by, now.place.district_id))
        season = _open(now)
        assert season.opens_on is not None
        assert season.closes_on is not None
        earliest = max(season.opens_on, _today(at))
        if not earliest <= closes_on < season.closes_on:
            raise RuleBroken(_("The new last day lies before the old one, and not in the past."), field="closes_on",
                             remedy=_("Choose a day from %(from)s to the day before %(to)s.") % {
                                 "from": earliest.isoformat(), "to": season.closes_on.isoformat()})
        made = now.record(SeasonClosed(place=now.place.pk, year=year, closes_on=closes_on, note=now.note(note)))
        if of_a_season(now.place.hours):
            tell_closed(now.place, Why.OVER, None, datetime.combine(closes_on + timedelta(days=1), time.min, ZONE))
        return made


def extend_season(place: int, year: int, *, by: Actor, at: datetime, closes_on: date, note: str,
                  seen: int | None = None) -> Season:
    """延长开放: the last day becomes a later one of the same year; a season that ended early goes on."""
    with turn(place, year, by=by, at=at, seen=seen) as now:
        require(may_decide(by, now.place.district_id))
        season = now.season
        if season is None or season.closes_on is None:
            raise InvalidMove(_("There is no season this year to extend."), remedy=_("Open one first."))
        checked_extension(season, closes_on, at)
        return now.record(SeasonExtended(place=now.place.pk, year=year, closes_on=closes_on, note=now.note(note)))


def checked_extension(season: SeasonState, closes_on: date, at: datetime) -> None:
    """The new last day is later, of the same year, and not past; RuleBroken otherwise."""
    assert season.closes_on is not None
    if not (season.closes_on < closes_on and closes_on.year == season.year and closes_on >= _today(at)):
        raise RuleBroken(_("The new last day lies after the old one, in the same year."), field="closes_on",
                         remedy=_("Choose a day after %(day)s.") % {"day": season.closes_on.isoformat()})


def add_exception(place: int, *, by: Actor, at: datetime, why: str, starts: datetime, ends: datetime | None, note: str,
                  hours: str = "", seen: int | None = None) -> Season:
    """加例外: closed from a moment on, or other hours, with the reason the public reads."""
    exempt = checked_exception(why, starts, ends, hours, at)
    with turn(place, starts.astimezone(ZONE).year, by=by, at=at, seen=seen) as now:
        require(may_decide(by, now.place.district_id))
        made = now.record(ExceptionAdded(place=now.place.pk, year=now.year, exempt=exempt, note=now.note(note)))
        if not exempt.hours:
            tell_closed(now.place, Why(why), exempt.ends, exempt.starts)
        return made


def checked_exception(why: str, starts: datetime, ends: datetime | None, hours: str, at: datetime,
                      proposal: UUID | None = None) -> Exempt:
    """An exception that makes sense; RuleBroken names the field otherwise."""
    if why not in {*CLOSING, *CHANGING}:
        raise RuleBroken(_("This is no reason for an exception."), field="why", remedy=_("Choose one from the list."))
    if (why in CHANGING) != bool(hours.strip()):
        raise RuleBroken(_("Other hours are needed for this reason.") if why in CHANGING else
                         _("Closed has no hours."), field="hours", remedy=_("Write for example “09:30-22:00”."))
    if ends is not None and not starts < ends <= starts + LONGEST:
        raise RuleBroken(_("An exception ends after it begins, within 400 days."), field="ends",
                         remedy=_("Correct one of the two moments."))
    if ends is not None and ends <= at:
        raise RuleBroken(_("This exception would be over already."), field="ends", remedy=_("Choose a later moment."))
    if why in CHANGING and ends is None:
        raise RuleBroken(_("Other hours end some day."), field="ends", remedy=_("Say until when they hold."))
    return Exempt(id=ids.uuid7(), why=Why(why).value, starts=starts, ends=ends,
                  hours=checked_hours(hours.strip()) if hours.strip() else "", proposal=proposal)


def withdraw_exception(season: UUID, exception: UUID, *, by: Actor, at: datetime, note: str,
                       seen: int | None = None) -> Season:
    """取消例外: it ends now, or never begins."""
    row = of(season)
    with turn(row.place_id, row.year, by=by, at=at, seen=seen) as now:
        require(may_decide(by, now.place.district_id))
        kept = next((one for one in now.season.exceptions if one["id"] == str(exception)), None) if now.season else None
        if kept is None:
            raise NotFound(_("There is no such exception."), remedy=_("Load the page again."))
        if kept["ends"] and datetime.fromisoformat(kept["ends"]) <= at:
            raise InvalidMove(_("This exception is over already."), remedy=_("It stays in the record."))
        return now.record(ExceptionWithdrawn(place=now.place.pk, year=now.year, exception=exception,
                                             note=now.note(note)))


def of(season: UUID) -> Season:
    """A place's year by its id, on the current timeline."""
    row = Season.objects.select_related("place").filter(pk=season).first()
    if row is None:
        raise NotFound(_("There is no such season."))
    return row


def tell_closed(place: Place, why: Why, until: datetime | None, at: datetime) -> None:
    """Say to whoever listens that a place is closed from a moment on, inside the write that closes it."""
    place_closed.send(sender=Season, place=place, reason=why.value, until=until, at=at)


def _open(now: Turn) -> SeasonState:
    if now.season is None or now.season.standing != Standing.OPEN:
        raise InvalidMove(_("No season is open this year."), remedy=_("Open one first."))
    return now.season


def _today(at: datetime) -> date:
    return at.astimezone(ZONE).date()
