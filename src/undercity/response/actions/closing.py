"""Places that a response closes to the public, and opens again when it is lowered or over."""

from __future__ import annotations

from collections.abc import Set
from contextlib import suppress
from datetime import datetime

from django.utils.translation import gettext as _

from undercity.alerts.states import Matter
from undercity.clock import ZONE
from undercity.errors import Refused
from undercity.org.powers import Actor
from undercity.places.models import Place
from undercity.places.seasons.actions.opening import withdraw_exception
from undercity.places.seasons.actions.proposals import accept, propose_closing
from undercity.places.seasons.actions.turning import uid_of
from undercity.places.seasons.states import Source, Why
from undercity.response.actions.announcing import tell_public
from undercity.response.models import Order, Response
from undercity.response.queries.closures import closed_by, key_of


def close_places(row: Response, closing: Set[int | None], by: Actor, at: datetime) -> int:
    """Close these places, open again what this response closed and no longer does; how many it keeps closed now.

    What the officer may not decide waits as a proposal. Done again, nothing is closed twice.
    """
    year = at.astimezone(ZONE).year
    touched = set(closing) | set(Order.objects.filter(response=row).values_list("place_id", flat=True))
    places = {uid_of(place.key, year): place for place in Place.objects.filter(
        pk__in=[one for one in touched if one is not None]).order_by("pk")}
    ours = closed_by(row, list(places))
    kept = 0
    shut: list[Place] = []
    opened: list[Place] = []
    for season, place in places.items():
        if place.pk in closing:
            fresh = season not in ours and _close(row, place, by, at)
            shut += [place] if fresh else []
            kept += fresh or season in ours
        elif season in ours:
            with suppress(Refused):
                withdraw_exception(season, ours[season], by=by, at=at,
                                   note=_("The response no longer closes this place."))
                opened.append(place)
    tell_public(row, Matter.CLOSING, shut, by, at)
    tell_public(row, Matter.OPENING, opened, by, at)
    return kept


def _close(row: Response, place: Place, by: Actor, at: datetime) -> bool:
    try:
        made = propose_closing(place.pk, by=by, at=at, reason=Why.RAIN, source=Source.RESPONSE,
                               key=key_of(row, row.wave), note=_("By order of the response."))
        accept(made.season.pk, made.id, by=by, at=at, note=_("By order of the response."))
    except Refused:
        # Closed already, or another officer's to decide: the order itself stands.
        return False
    return True
