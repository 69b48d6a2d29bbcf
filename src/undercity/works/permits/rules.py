"""Decisions about permits: what is legal now, who may, which day is too early or too late. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from undercity.errors import InvalidMove, RuleBroken
from undercity.org.powers import Actor, Decision, can
from undercity.org.states import Power
from undercity.science.worktime import Calendar, Limit, deadline
from undercity.works.permits.facts import PermitState
from undercity.works.permits.states import IN_FORCE, MOVES, Move, Needs, State, Verb

# A lease longer than this is a mistyped year.
LONGEST_YEARS = 50
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms in force at a moment that decide what is legal: days of the warnings, most first; limit of the undo."""

    warnings: tuple[int, ...]
    undo: Limit


@dataclass(frozen=True, slots=True)
class Option:
    """A move that is legal now, and whether somebody may make it."""

    verb: Verb
    move: Move
    decision: Decision


def is_over(permit: PermitState, day: date) -> bool:
    """Has its last day passed while nobody noted it?"""
    return State(permit.state) in IN_FORCE and permit.valid_to is not None and day > permit.valid_to


def warning_due(permit: PermitState, day: date, warnings: tuple[int, ...]) -> int | None:
    """The warning that is due now: the nearest one reached and not given yet. A worker that slept gives the last one
    only.

    >>> from uuid import UUID
    >>> permit = PermitState("real", UUID(int=1), 1, "valid", 3, None, "mall", date(2025, 7, 1), date(2025, 7, 1),
    ...                      date(2026, 7, 31), valid_from=date(2025, 7, 1), valid_to=date(2026, 7, 31))
    >>> warning_due(permit, date(2026, 6, 1), (60, 30, 7)), warning_due(permit, date(2026, 7, 30), (60, 30, 7))
    (60, 7)
    """
    if Verb.WARN not in MOVES[State(permit.state)] or permit.valid_to is None:
        return None
    left = (permit.valid_to - day).days
    if left < 0:
        return None
    reached = min((days for days in warnings if left <= days), default=None)
    return reached if reached is not None and (permit.warned is None or reached < permit.warned) else None


def possible(permit: PermitState, at: datetime, terms: Terms, calendar: Calendar) -> dict[Verb, Move]:
    """The moves that are legal at a moment."""
    found = dict(MOVES[State(permit.state)])
    if is_over(permit, at.date()):
        # Only time moves it now: the proposal arises, and then somebody decides.
        return {Verb.EXPIRE: found[Verb.EXPIRE]}
    found.pop(Verb.EXPIRE, None)
    if warning_due(permit, at.date(), terms.warnings) is None:
        found.pop(Verb.WARN, None)
    if not may_undo(permit, at, terms, calendar):
        found.pop(Verb.UNDO, None)
    return found


def may_undo(permit: PermitState, at: datetime, terms: Terms, calendar: Calendar) -> bool:
    """Was it the last thing that happened, and not long ago?"""
    return (permit.settled is not None and permit.settled == permit.version and permit.settled_at is not None
            and at <= deadline(permit.settled_at, terms.undo, calendar))


def legal(permit: PermitState, verb: Verb, at: datetime, terms: Terms, calendar: Calendar) -> Move:
    """The move, if the table and the moment allow it; otherwise InvalidMove says what is possible."""
    found = possible(permit, at, terms, calendar)
    if verb not in found:
        names = [str(one.label) for one in found if found[one].power is not None]
        raise InvalidMove(_("A permit that is “%(state)s” cannot: %(verb)s.") % {
            "state": State(permit.state).label, "verb": verb.label},
            remedy=_("Possible now: %(verbs)s.") % {"verbs": ", ".join(names)} if names
            else _("Nothing more can be done about it."), details={"possible": [one.value for one in found]})
    return found[verb]


def may(by: Actor, power: Power, *, district: str, keeper: str) -> Decision:
    """May this actor? Keeping is a power over the keeper's body, deciding one over the district (paths)."""
    return can(by, power, keeper if power is Power.WORK_KEEP else district)


def may_note(by: Actor, *, district: str, keeper: str) -> Decision:
    """A lease is noted by whoever keeps the work, or whoever decides in its district."""
    keeps = may(by, Power.WORK_KEEP, district=district, keeper=keeper)
    return keeps if keeps else may(by, Power.PERMIT_DECIDE, district=district, keeper=keeper)


def options(permit: PermitState, by: Actor, at: datetime, terms: Terms, calendar: Calendar, *, district: str,
            keeper: str) -> Iterator[Option]:
    """Every move people can make now, with whether this one may."""
    for verb, move in possible(permit, at, terms, calendar).items():
        if move.power is not None:
            yield Option(verb, move, may(by, move.power, district=district, keeper=keeper))


def complete(move: Move, note: str) -> None:
    """The reason is there where one is asked for."""
    if Needs.REASON in move.needs and not note.strip():
        raise RuleBroken(_("A reason is missing."), field="note", remedy=_("Write in one sentence why."))


def checked_lease(signed_on: date, begins: date, ends: date, today: date) -> None:
    """A lease that can be; otherwise RuleBroken naming the field."""
    if signed_on > today:
        raise RuleBroken(_("The lease is not signed yet."), field="signed_on",
                         remedy=_("Note it on the day it is signed."))
    if ends <= begins:
        raise RuleBroken(_("The lease ends before it begins."), field="lease_to", remedy=_("Correct one of the days."))
    if ends < today:
        raise RuleBroken(_("The lease is over already."), field="lease_to",
                         remedy=_("Only a use that lies ahead needs a permit."))
    if ends > begins.replace(day=1) + timedelta(days=366 * LONGEST_YEARS):
        raise RuleBroken(_("The lease is longer than %(years)d years.") % {"years": LONGEST_YEARS}, field="lease_to",
                         remedy=_("Check the year."))


def apply_by(signed_on: date, limit: Limit, calendar: Calendar) -> datetime:
    """Until when the keeper must apply: the limit counted from the end of the day the lease was signed."""
    begins = datetime.combine(signed_on + timedelta(days=1), time.min, calendar.zone)
    return deadline(begins, limit, calendar)


def last_moment(day: date, calendar: Calendar) -> datetime:
    """The last minute of a day."""
    return datetime.combine(day, LAST_MINUTE, calendar.zone)


def checked_change(change_on: date, today: date, notice: timedelta) -> None:
    """Announced long enough before; otherwise RuleBroken with the earliest day."""
    if change_on < today + notice:
        raise RuleBroken(_("A change is announced %(days)d days ahead.") % {"days": notice.days}, field="day",
                         remedy=_("The earliest day is %(day)s.") % {"day": (today + notice).isoformat()})


def checked_until(until: date | None, permit: PermitState, today: date) -> date:
    """A new end of validity that lies beyond the old one and today; otherwise RuleBroken."""
    if until is None:
        raise RuleBroken(_("Until when?"), field="day", remedy=_("Give the last day of the new lease."))
    if until <= max(permit.valid_to or today, today):
        raise RuleBroken(_("The new end lies not beyond the old one."), field="day",
                         remedy=_("Give the last day of the new lease."))
    if permit.valid_to and until > permit.valid_to + timedelta(days=366 * LONGEST_YEARS):
        raise RuleBroken(_("The lease is longer than %(years)d years.") % {"years": LONGEST_YEARS}, field="day",
                         remedy=_("Check the year."))
    return until
