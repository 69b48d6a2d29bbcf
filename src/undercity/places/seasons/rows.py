"""`Season` rows as states of the record, and back; the notes of a season."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from undercity import clock
from undercity.db import Rows, rows_of
from undercity.ledger.dossier import register_table
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.places.queries import name_of, with_names
from undercity.places.seasons.announcing_facts import register_announcements
from undercity.places.seasons.facts import SUBJECT
from undercity.places.seasons.fold import SeasonState
from undercity.places.seasons.models import Season, SeasonNote
from undercity.places.seasons.states import Answer, Why, Wish

FIELDS = tuple(field.name for field in dataclasses.fields(SeasonState))


def _load(streams: Iterable[UUID]) -> dict[UUID, SeasonState]:
    rows = Season.objects.filter(pk__in=list(streams)).values_list("uid", *FIELDS)
    return {row[0]: SeasonState(*row[1:]) for row in rows}


def state_of(season: Season) -> SeasonState:
    """The state of a row at hand."""
    return SeasonState(**{name: getattr(season, name) for name in FIELDS})


def _rows(states: Mapping[UUID, SeasonState]) -> Rows:
    values = attrgetter(*FIELDS)
    return rows_of(Season, ["uid", *FIELDS], ((uid, *values(state)) for uid, state in states.items()))


def _update(uid: UUID, was: SeasonState, now: SeasonState) -> None:
    Season.objects.filter(pk=uid).update(**changes(was, now))


def _without_entries() -> Iterable[UUID]:
    return Season.objects.filter(~Exists(Entry.objects.filter(stream=OuterRef("uid")))).values_list("uid", flat=True)


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    now = clock.now()
    rows = Season.objects.filter(pk__in=list(streams)).select_related("place").prefetch_related(with_names("place__"))
    return {row.uid: Line(number=str(row.year), title=_asked(row), where=name_of(row.place, now)) for row in rows}


def _asked(season: Season) -> str:
    waiting: list[dict[str, Any]] = [one for one in season.proposals if one["answer"] == Answer.PROPOSED]
    if not waiting:
        return str(season.year)
    return ", ".join(f"{Wish(one['wish']).label} · {Why(one['why']).label}" for one in waiting)


def register_subject() -> None:
    """Tell the record how seasons and their notes are read and written."""
    register(Subject(kind=SUBJECT, state=SeasonState, load=_load, rows=_rows, update=_update,
                     without_entries=_without_entries, describe=_describe))
    register_table("season.note", SeasonNote, ("text",))
    register_announcements()
