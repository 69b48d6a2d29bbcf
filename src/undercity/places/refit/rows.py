"""`RefitItem` rows as states of the record, and back; the duty an item brings, and its dossiers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from operator import attrgetter
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import get_language, gettext_lazy as _

from undercity import clock
from undercity.db import Rows, rows_of
from undercity.ledger.dossier import register_table
from undercity.ledger.kinds import DutyKind, register as register_kind
from undercity.ledger.models import Entry
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.places.queries import name_of, with_names
from undercity.places.refit.facts import SUBJECT
from undercity.places.refit.fold import ItemState
from undercity.places.refit.models import RefitItem, RefitNote, RefitPhoto, RefitWords

FIELDS = tuple(field.name for field in dataclasses.fields(ItemState))
IMPROVE = "refit.improve"


def _load(streams: Iterable[UUID]) -> dict[UUID, ItemState]:
    rows = RefitItem.objects.filter(pk__in=list(streams)).values_list("uid", *FIELDS)
    return {row[0]: ItemState(*row[1:]) for row in rows}


def state_of(item: RefitItem) -> ItemState:
    """The state of a row at hand."""
    return ItemState(**{name: getattr(item, name) for name in FIELDS})


def _rows(states: Mapping[UUID, ItemState]) -> Rows:
    values = attrgetter(*FIELDS)
    return rows_of(RefitItem, ["uid", *FIELDS], ((uid, *values(state)) for uid, state in states.items()))


def _update(uid: UUID, was: ItemState, now: ItemState) -> None:
    RefitItem.objects.filter(pk=uid).update(**changes(was, now))


def _without_entries() -> Iterable[UUID]:
    return RefitItem.objects.filter(~Exists(Entry.objects.filter(stream=OuterRef("uid")))).values_list(
        "uid", flat=True)


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    chinese, now = (get_language() or "zh").startswith("zh"), clock.now()
    rows = (RefitItem.objects.filter(pk__in=list(streams)).select_related("words", "place")
            .prefetch_related(with_names("place__")))
    return {row.uid: Line(number=str(row.year), where=name_of(row.place, now),
                          title=row.words.zh if chinese or not row.words.en else row.words.en) for row in rows}


def register_subject() -> None:
    """Tell the record how items of the refit are read and written, and which duty they bring."""
    register(Subject(kind=SUBJECT, state=ItemState, load=_load, rows=_rows, update=_update,
                     without_entries=_without_entries, describe=_describe))
    register_table("refit.words", RefitWords, ("zh", "en"))
    register_table("refit.note", RefitNote, ("text",))
    register_table("refit.photo", RefitPhoto, ("moment", "sha256", "width", "height"))
    register_kind(DutyKind(code=IMPROVE, label=_("Improve a place"), page="refit_item", to_superior=True,
                           silence=_("The refit is late; the post above is told.")))
