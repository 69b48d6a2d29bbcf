"""A machine proposes, an officer decides: proposals, decisions, and the way back 建议与审定."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as ids
from django.utils.translation import gettext as _

from undercity import clock
from undercity.clock import ZONE
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.ledger.actions import assigned
from undercity.ledger.fold import Assigned
from undercity.org.powers import SYSTEM, THE_SYSTEM, Actor, Decision, require
from undercity.org.queries import calendar, holder
from undercity.org.states import Power, Role
from undercity.places.seasons.actions.opening import checked_exception, checked_extension, of, tell_closed
from undercity.places.seasons.actions.turning import Turn, turn
from undercity.places.seasons.facts import (
    ChangeAccepted,
    ChangeLapsed,
    ChangeProposed,
    ChangeRefused,
    ChangeWithdrawn,
    DecisionUndone,
    Exempt,
)
from undercity.places.seasons.heat import heat_rule
from undercity.places.seasons.kinds import DECIDE
from undercity.places.seasons.models import Season
from undercity.places.seasons.powers import may_decide, may_propose
from undercity.places.seasons.rules import legal
from undercity.places.seasons.states import CLOSING, Answer, Source, Standing, Verb, Why, Wish
from undercity.science.worktime import deadline


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal as it was made, or was there already: the place's year, and its id in it."""

    season: Season
    id: UUID


def propose_closing(place: int, *, by: Actor, at: datetime, reason: str, source: str, starts: datetime | None = None,
                    ends: datetime | None = None, note: str = "", key: str = "") -> Proposed:
    """建议临时关闭: close a place for a time, from now or a later moment on (`ends` None: until further notice).

    `reason`: a `Why` that closes, for example "rain"; `source`: who or what says so (`Source`). The same `key` again
    is the same proposal; a machine that proposes what waits already gets that one back.
    """
    if reason not in CLOSING:
        raise RuleBroken(_("This is no reason to close a place."), field="reason",
                         remedy=_("Choose one of: %(codes)s.") % {"codes": ", ".join(CLOSING)})
    begins = starts or at
    checked_exception(reason, begins, ends, "", at)
    return _propose(place, begins.astimezone(ZONE).year, by=by, at=at, key=key, note=note, wish=Wish.CLOSING,
                    why=Why(reason), source=source, starts=begins, ends=ends)


def propose_extension(place: int, year: int, *, by: Actor, at: datetime, closes_on: date, source: str,
                      why: str = Why.HEAT, note: str = "", key: str = "") -> Proposed:
    """建议延长开放季: the last day becomes a later one."""
    return _propose(place, year, by=by, at=at, key=key, note=note, wish=Wish.EXTENSION, why=Why(why), source=source,
                    closes_on=closes_on)


def propose_longer_hours(place: int, *, by: Actor, at: datetime, hours: str, starts: datetime, ends: datetime,
                         source: str, note: str = "", key: str = "") -> Proposed:
    """建议延长每日开放时间: other hours for some days because of the heat."""
    checked_exception(Why.HEAT, starts, ends, hours, at)
    return _propose(place, starts.astimezone(ZONE).year, by=by, at=at, key=key, note=note, wish=Wish.LONGER,
                    why=Why.HEAT, source=source, starts=starts, ends=ends, hours=hours)


def _propose(place: int, year: int, *, by: Actor, at: datetime, key: str, note: str, wish: Wish, why: Why, source: str,
             starts: datetime | None = None, ends: datetime | None = None, closes_on: date | None = None,
             hours: str = "") -> Proposed:
    if source not in Source.values:
        raise RuleBroken(_("This is no source of a proposal."), field="source",
                         remedy=_("Choose one of: %(codes)s.") % {"codes": ", ".join(Source.values)})
    with turn(place, year, by=by, at=at) as now:
        require(may_propose(by, now.place.district_id, now.keeper))
        identity = uuid.uuid5(now.uid, key) if key else ids.uuid7()
        waiting = _known(now, identity, wish, why, machine=by.kind == SYSTEM)
        if waiting is not None:
            return waiting
        if wish is Wish.EXTENSION:
            assert closes_on is not None
            if now.season is None or now.season.closes_on is None or now.season.standing == Standing.NONE:
                raise InvalidMove(_("There is no season this year to extend."), remedy=_("Open one first."))
            checked_extension(now.season, closes_on, at)
        made = now.record(ChangeProposed(
            place=now.place.pk, year=year, proposal=identity, wish=wish.value, why=why.value, source=source,
            starts=starts, ends=ends, closes_on=closes_on, hours=hours, opens=_duty(now, wish),
            note=now.note(note, needed=by.kind != SYSTEM)))
        return Proposed(made, identity)


def _known(now: Turn, identity: UUID, wish: Wish, why: Why, *, machine: bool) -> Proposed | None:
    """The same proposal, if it was made before. A person who proposes what waits already is told so."""
    for one in now.season.proposals if now.season else []:
        same = one["answer"] == Answer.PROPOSED and (one["wish"], one["why"]) == (wish, why)
        if one["id"] == str(identity) or (same and machine):
            return Proposed(of(now.uid), UUID(one["id"]))
        if same:
            raise InvalidMove(_("The same is proposed already and waits for a decision."),
                              remedy=_("Decide on that one, or take it back first."))
    return None


def _duty(now: Turn, wish: Wish) -> Assigned:
    """Whoever decides, by when: the duty officers of the area take turns, then its leaders."""
    district = now.place.district_id
    to = (holder(Power.PLACE_EDIT, district, role=Role.DUTY_OFFICER, turn=now.uid.int)
          or holder(Power.PLACE_EDIT, district, role=Role.LEADER, turn=now.uid.int))
    limit = heat_rule(now.at.astimezone(ZONE).date()).decide[wish]
    return assigned(DECIDE, to=to, body=to.body if to else district, territory=district, limit=limit,
                    due_at=deadline(now.at, limit, calendar()))


def accept(season: UUID, proposal: UUID, *, by: Actor, at: datetime, note: str, seen: int | None = None) -> Season:
    """同意: what was proposed becomes so, with the reason. A closing is told to whoever listens, in the same write."""
    row = of(season)
    with turn(row.place_id, row.year, by=by, at=at, seen=seen) as now:
        one = _movable(now, proposal, Verb.ACCEPT, may_decide(by, now.place.district_id))
        exempt, closes_on = _effect(now, one)
        made = now.record(ChangeAccepted(place=row.place_id, year=row.year, proposal=proposal, closes=UUID(one["duty"]),
                                         exempt=exempt, closes_on=closes_on, note=now.note(note)))
        if one["wish"] == Wish.CLOSING and exempt is not None:
            tell_closed(now.place, Why(one["why"]), exempt.ends, exempt.starts)
        return made


def _effect(now: Turn, one: dict[str, Any]) -> tuple[Exempt | None, date | None]:
    if one["wish"] == Wish.EXTENSION:
        closes_on = date.fromisoformat(one["closes_on"])
        assert now.season is not None
        checked_extension(now.season, closes_on, now.at)
        return None, closes_on
    starts, ends = _moment(one["starts"]), _moment(one["ends"])
    # Nothing that was decided later holds for the time before it.
    begins = max(starts or now.at, now.at)
    if ends is not None and ends <= now.at:
        raise InvalidMove(_("What was proposed is over already."), remedy=_("Refuse it, or let it lapse."))
    return checked_exception(one["why"], begins, ends, one["hours"], now.at, UUID(one["id"])), None


def refuse(season: UUID, proposal: UUID, *, by: Actor, at: datetime, note: str, seen: int | None = None) -> Season:
    """不同意: nothing changes, and the reason is recorded."""
    row = of(season)
    with turn(row.place_id, row.year, by=by, at=at, seen=seen) as now:
        one = _movable(now, proposal, Verb.REFUSE, may_decide(by, now.place.district_id))
        return now.record(ChangeRefused(place=row.place_id, year=row.year, proposal=proposal, closes=UUID(one["duty"]),
                                        note=now.note(note)))


def undo(season: UUID, proposal: UUID, *, by: Actor, at: datetime, note: str, seen: int | None = None) -> Season:
    """撤销决定: what the decision brought is taken away, and the proposal waits for a new one.

    InvalidMove once its effect is over or was changed by something later.
    """
    row = of(season)
    with turn(row.place_id, row.year, by=by, at=at, seen=seen) as now:
        one = _movable(now, proposal, Verb.UNDO, may_decide(by, now.place.district_id))
        if one["answer"] == Answer.ACCEPTED and not _still_holds(now, one):
            raise InvalidMove(_("What was decided is over, or was changed later; it can no longer be undone."),
                              remedy=_("Decide anew: add an exception, extend or end the season."))
        return now.record(DecisionUndone(place=row.place_id, year=row.year, proposal=proposal, note=now.note(note),
                                         opens=_duty(now, Wish(one["wish"]))))


def _still_holds(now: Turn, one: dict[str, Any]) -> bool:
    season = now.season
    assert season is not None
    if one["wish"] == Wish.EXTENSION:
        return (season.closes_on is not None and season.closes_on.isoformat() == one["closes_on"]
                and now.at.astimezone(ZONE).date() <= season.closes_on)
    kept = next((row for row in season.exceptions if row["id"] == one["exception"]), None)
    return kept is not None and (kept["ends"] is None or datetime.fromisoformat(kept["ends"]) > now.at)


def withdraw(season: UUID, proposal: UUID, *, by: Actor, at: datetime, note: str, seen: int | None = None) -> Season:
    """撤回建议: by the post that made it."""
    row = of(season)
    with turn(row.place_id, row.year, by=by, at=at, seen=seen) as now:
        known = _one(now, proposal)
        mine = by.post is not None and by.post == known["post"]
        one = _movable(now, proposal, Verb.WITHDRAW,
                       Decision(mine, "" if mine else _("Another post made this proposal.")))
        return now.record(ChangeWithdrawn(place=row.place_id, year=row.year, proposal=proposal,
                                          closes=UUID(one["duty"]), note=now.note(note)))


def lapse_due(at: datetime) -> int:
    """What time itself ends: proposals whose own time is over without a decision; how many."""
    lapsed = 0
    for row in Season.objects.filter(waiting__gt=0, timeline=clock.timeline()).order_by("pk"):
        for one in row.proposals:
            if one["answer"] == Answer.PROPOSED and _is_over(row, one, at):
                with turn(row.place_id, row.year, by=THE_SYSTEM, at=at) as now:
                    # Somebody may have decided since the list was read.
                    known = _one(now, UUID(one["id"]))
                    if known["answer"] == Answer.PROPOSED:
                        now.record(ChangeLapsed(place=row.place_id, year=row.year, proposal=UUID(one["id"]),
                                                closes=UUID(known["duty"])))
                        lapsed += 1
    return lapsed


def _is_over(row: Season, one: dict[str, Any], at: datetime) -> bool:
    if one["wish"] == Wish.EXTENSION:
        return at.astimezone(ZONE).date() > date.fromisoformat(one["closes_on"])
    ends = _moment(one["ends"])
    return ends is not None and ends <= at


def _one(now: Turn, proposal: UUID) -> dict[str, Any]:
    found = next((one for one in now.season.proposals if one["id"] == str(proposal)), None) if now.season else None
    if found is None:
        raise NotFound(_("There is no such proposal."), remedy=_("Load the page again."))
    return found


def _movable(now: Turn, proposal: UUID, verb: Verb, decision: Decision) -> dict[str, Any]:
    one = _one(now, proposal)
    require(decision)
    legal(Answer(one["answer"]), verb)
    return one


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
