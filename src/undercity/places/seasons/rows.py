"""`Season` rows as states of the record, and back; the notes of a season."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from undercity import clock
from undercity.ledger.dossier import register_table
from undercity.ledger.subjects import Line, Subject, register
from undercity.places.queries import name_of, with_names
from undercity.places.seasons.announcing_facts import register_announcements
from undercity.places.seasons.facts import SUBJECT
from undercity.places.seasons.fold import SeasonState
from undercity.places.seasons.models import Season, SeasonNote
from undercity.places.seasons.states import Answer, Why, Wish


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    now = clock.now()
    rows = Season.objects.filter(pk__in=list(streams)).select_related("place").prefetch_related(with_names("place__"))
    return {row.uid: Line(number=str(row.year), title=_asked(row), where=name_of(row.place, now)) for row in rows}


def _asked(season: Season) -> str:
    waiting: list[dict[str, Any]] = [one for one in season.proposals if one["answer"] == Answer.PROPOSED]
    if not waiting:
        return str(season.year)
    return ", ".join(f"{Wish(one['wish']).label} · {Why(one['why']).label}" for one in waiting)


SEASONS = Subject(kind=SUBJECT, state=SeasonState, model=Season, describe=_describe)
state_of = SEASONS.state_of


def register_subject() -> None:
    """Tell the record how seasons and their notes are read and written."""
    register(SEASONS)
    register_table("season.note", SeasonNote, ("text",))
    register_announcements()
