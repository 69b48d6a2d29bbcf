"""From a plan's question to its answer: the arrays, the solver, and places with their figures. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from undercity.coverage.models import Plan, PlanPlace
from undercity.coverage.queries.people import People, people_of
from undercity.coverage.queries.sites import Site, candidates, cool_places, positions
from undercity.coverage.rules import Terms
from undercity.coverage.states import Listing, Outcome
from undercity.org.queries import directory
from undercity.science.allotting import Rooms, allotted
from undercity.science.covering import most_covered
from undercity.science.reach import nearest, summed, within


@dataclass(frozen=True)
class Answer:
    """What goes into the record, and the places; see `Plan` for what the figures mean."""

    outcome: Outcome
    candidates: int
    people: float
    before: float
    gained: float
    cost: float | None
    bound: float
    places: tuple[PlanPlace, ...]


def _sides(plan: Plan, at: datetime) -> tuple[People, list[Site], list[Site]]:
    """The people, the places open already, and the candidates of a plan."""
    there = cool_places(at, open_at=plan.moment)
    book = directory()
    could = candidates(at, besides=there, uses=plan.uses.split(","), listing=Listing(plan.listing),
                       bodies=book.under(book.cards[plan.scope_id].path))
    return people_of(plan.population_id), there, could


def covering(plan: Plan, terms: Terms, *, seconds: float, at: datetime) -> Answer:
    """最大覆盖: which k candidates bring a cool place within the minutes to most people of the area."""
    people, there, could = _sides(plan, at)
    mine = people.among(directory().under(directory().cards[plan.scope_id].path))
    weights = np.where(mine, people.people, 0.0)
    _index, metres = nearest(people.middle, positions(there))
    reached = terms.pace.minutes(metres) <= plan.minutes
    near = within(people.middle, positions(could), terms.pace.metres(plan.minutes))
    found = most_covered(near.cell, near.site, weights, len(could), plan.k, reached=reached, gap=terms.gap,
                         seconds=seconds)
    return Answer(Outcome(found.status.value), len(could), float(weights.sum()), float(weights[reached].sum()),
                  found.value, None, found.bound,
                  tuple(PlanPlace(place_id=could[site].id, rank=rank, people=gained)
                        for rank, (site, gained) in enumerate(zip(found.sites, found.gains, strict=True), 1)))


def capacitated(plan: Plan, terms: Terms, *, seconds: float, at: datetime) -> Answer:
    """有容量的选址: which k candidates shorten the walks of those who come, when no place takes more than fit in."""
    people, there, could = _sides(plan, at)
    mine = people.among(directory().under(directory().cards[plan.scope_id].path))
    coming = np.where(mine, people.people, 0.0) * terms.share_coming
    sites = [*there, *could]
    near = within(people.middle, positions(sites), terms.pace.metres(plan.minutes))
    useful = coming[near.cell] > 0
    rooms = Rooms(near.cell[useful], near.site[useful], terms.pace.minutes(near.metres[useful]), coming,
                  np.array([terms.room(site.area_m2) for site in sites]), np.arange(len(sites)) < len(there))
    beyond = float(terms.beyond_times * plan.minutes)
    without = allotted(rooms, 0, beyond=beyond)
    found = allotted(rooms, plan.k, beyond=beyond, gap=terms.gap, seconds=seconds)
    before, after = (float(coming.sum() - one.over.sum()) for one in (without, found))
    going = summed(found.site, found.people, len(sites))
    walked = summed(found.site, found.people * _minutes(rooms, found.cell, found.site), len(sites))
    used = [n for n in range(len(sites)) if n < len(there) or n in found.sites]
    ranks = {site: rank for rank, site in enumerate(sorted(found.sites, key=lambda one: (-going[one], one)), 1)}
    return Answer(Outcome(found.status.value), len(could), float(coming.sum()), before, after - before, found.cost,
                  found.bound, tuple(
                      PlanPlace(place_id=sites[n].id, rank=ranks.get(n), people=float(going[n]),
                                minutes=float(walked[n] / going[n]) if going[n] > 0 else None,
                                room=float(rooms.capacity[n])) for n in used))


def _minutes(rooms: Rooms, cell: np.ndarray, site: np.ndarray) -> np.ndarray:
    """The minutes of these pairs, which are pairs of the problem."""
    width = len(rooms.capacity)
    keys = rooms.cell * width + rooms.site
    found: np.ndarray = rooms.minutes[np.searchsorted(keys, cell * width + site)]
    return found
