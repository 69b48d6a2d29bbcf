"""How soon a team is somewhere, asked by whoever plans orders to its leader."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from undercity.forces.models import Team
from undercity.forces.queries.teams import cards
from undercity.forces.queries.travel import roads
from undercity.forces.rules import terms
from undercity.places.models import Place


def minutes_to_places(posts: Iterable[int], places: Iterable[int], at: datetime) -> dict[tuple[int, int], float]:
    """(Leader's post, place) → minutes until the nearest of his teams is there, mustering included.

    A post that leads no team is left out. A team starts from its base, wherever it may be sent today.
    """
    teams = [one for one in cards(Team.objects.filter(post__in=list(posts)), at) if one.row.post_id is not None]
    spots = list(Place.objects.filter(pk__in=list(places)).values_list("pk", "lat", "lon"))
    if not teams or not spots:
        return {}
    kept = terms(at.date())
    ways = roads(np.array([(one.lat, one.lon) for one in teams]), np.array([(lat, lon) for _pk, lat, lon in spots]),
                 at, kept)
    found: dict[tuple[int, int], float] = {}
    for team, row in zip(teams, ways.minutes + kept.muster_minutes, strict=True):
        for (place, _lat, _lon), minutes in zip(spots, row.tolist(), strict=True):
            pair = (team.row.post_id or 0, place)
            found[pair] = min(minutes, found.get(pair, minutes))
    return found
