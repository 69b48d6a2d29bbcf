"""Which places a response closed to the public, read from the years of the places themselves."""

from __future__ import annotations

import uuid
from uuid import UUID

from undercity.places.seasons.models import Season
from undercity.response.models import Response


def key_of(row: Response, wave: int) -> str:
    """The key by which a wave of a response proposes to close a place: the same however often it is tried."""
    return f"response:{row.pk}:{wave}"


def closed_by(row: Response, seasons: list[UUID]) -> dict[UUID, UUID]:
    """Of these years of places, those this response keeps closed → the exception by which it does."""
    found: dict[UUID, UUID] = {}
    for season, exceptions in Season.objects.filter(pk__in=seasons).values_list("pk", "exceptions"):
        ours = {str(uuid.uuid5(season, key_of(row, wave))) for wave in range(1, row.wave + 1)}
        # An exception without an end holds until it is withdrawn, which gives it one.
        found.update((season, UUID(one["id"])) for one in exceptions
                     if one.get("proposal") in ours and one["ends"] is None)
    return found
