"""The situation as arrays: needs nobody serves yet, teams and pumps that can be sent, minutes between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from undercity.forces.models import Need, Team
from undercity.forces.queries.needs import to_serve
from undercity.forces.queries.teams import Card, Gear, available, cards
from undercity.forces.queries.travel import Roads, roads
from undercity.forces.rules import Terms, terms
from undercity.forces.states import Skill, Stage
from undercity.science.assigning import NOBODY, Situation

SKILLS = tuple(Skill.values)


@dataclass(frozen=True, slots=True)
class Pump:
    """A ready pump that can be sent, and the team or store that keeps it."""

    gear: Gear
    keeper: Card


@dataclass(frozen=True, slots=True)
class Problem:
    """The arrays, and what their rows stand for."""

    now: Situation
    needs: tuple[Need, ...]
    teams: tuple[Card, ...]
    pumps: tuple[Pump, ...]
    roads: Roads
    kept: Terms
    at: datetime


def problem(needs: QuerySet[Need], teams: QuerySet[Team], at: datetime) -> Problem:
    """What has to be decided now. Teams under way may be sent elsewhere, at the price of a change."""
    kept = terms(at.date())
    rows = to_serve(needs)
    free = available(at, teams)
    pumps = pumps_of(cards(teams, at))
    index = {row.pk: nth for nth, row in enumerate(rows)}
    spots = np.array([(row.words.lat, row.words.lon) for row in rows]).reshape(-1, 2)
    ways = roads(np.array([(one.lat, one.lon) for one in free]
                          + [(one.keeper.lat, one.keeper.lon) for one in pumps]).reshape(-1, 2), spots, at, kept)
    team_minutes = ways.minutes[:len(free)].T + kept.muster_minutes
    pump_minutes = ways.minutes[len(free):].T + kept.hitch_minutes
    gear_now = {gear: index.get(one.sent.need_id, NOBODY) for one in free if one.sent and one.sent.need_id
                for gear in one.sent.gear}
    now = Situation(
        weight=np.array([kept.weight(row.urgency) for row in rows]),
        wanted=np.array([(row.wanted_at - at) / timedelta(minutes=1) for row in rows]),
        skills=np.array([_heads({one["skill"]: one["heads"] for one in row.skills}) for row in rows],
                        dtype=np.int64).reshape(-1, len(SKILLS)),
        flow=np.array([float(row.m3h) for row in rows]),
        has=np.array([_heads({code: min(heads, one.heads_now) for code, heads in one.skills.items()}) for one in free],
                     dtype=np.int64).reshape(-1, len(SKILLS)),
        operates=np.array([one.runs for one in free], dtype=np.int64), load=np.array([float(one.days) for one in free]),
        team_minutes=_under_way(team_minutes, free, index, at),
        pump_flow=np.array([float(one.gear.m3h) for one in pumps]), pump_minutes=pump_minutes,
        team_now=np.array([index.get(one.sent.need_id, NOBODY) if one.sent and one.sent.need_id else NOBODY
                           for one in free], dtype=np.int64),
        pump_now=np.array([gear_now.get(str(one.gear.id), NOBODY) for one in pumps], dtype=np.int64),
        horizon=float(kept.horizon_minutes), load_price=kept.load_price, change_price=kept.change_price)
    return Problem(now, tuple(rows), tuple(free), tuple(pumps), ways, kept, at)


def _under_way(found: np.ndarray, free: list[Card], index: dict[UUID, int], at: datetime) -> np.ndarray:
    """A team under way arrives when it was expected; elsewhere it starts from its base as reckoned."""
    for nth, one in enumerate(free):
        if one.sent and one.sent.need_id in index and one.sent.expected_at:
            found[index[one.sent.need_id], nth] = max(0.0, (one.sent.expected_at - at) / timedelta(minutes=1))
    return found


def _heads(given: dict[str, int]) -> list[int]:
    return [given.get(code, 0) for code in SKILLS]


def pumps_of(kept: list[Card]) -> list[Pump]:
    """Ready pumps not at work: those that went with a team that is there stay with it. One row a pump."""
    at_work = {gear for one in kept if one.sent and one.sent.stage == Stage.THERE for gear in one.sent.gear}
    return [Pump(gear, one) for one in kept for gear in one.gear
            if gear.pumps and gear.ready and str(gear.id) not in at_work]


def minutes_to(team: Card, lat: float, lon: float, at: datetime) -> tuple[float, Roads]:
    """Minutes until a team is there when it is called now, and how that was reckoned."""
    kept = terms(at.date())
    found = roads(np.array([(team.lat, team.lon)]), np.array([(lat, lon)]), at, kept)
    return float(found.minutes[0, 0]) + kept.muster_minutes, found
