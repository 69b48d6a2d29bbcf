"""`RefitItem` rows as states of the record, and back; the duty an item brings, and its dossiers."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy as _

from undercity import clock
from undercity.ledger.dossier import register_table
from undercity.ledger.kinds import DutyKind, register as register_kind
from undercity.ledger.subjects import Line, Subject, register
from undercity.places.queries import name_of, with_names
from undercity.places.refit.facts import SUBJECT
from undercity.places.refit.fold import ItemState
from undercity.places.refit.models import RefitItem, RefitNote, RefitPhoto, RefitWords

IMPROVE = "refit.improve"


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    chinese, now = (get_language() or "zh").startswith("zh"), clock.now()
    rows = (RefitItem.objects.filter(pk__in=list(streams)).select_related("words", "place")
            .prefetch_related(with_names("place__")))
    return {row.uid: Line(number=str(row.year), where=name_of(row.place, now),
                          title=row.words.zh if chinese or not row.words.en else row.words.en) for row in rows}


ITEMS = Subject(kind=SUBJECT, state=ItemState, model=RefitItem, describe=_describe)
state_of = ITEMS.state_of


def register_subject() -> None:
    """Tell the record how items of the refit are read and written, and which duty they bring."""
    register(ITEMS)
    register_table("refit.words", RefitWords, ("zh", "en"))
    register_table("refit.note", RefitNote, ("text",))
    register_table("refit.photo", RefitPhoto, ("moment", "sha256", "width", "height"))
    register_kind(DutyKind(code=IMPROVE, label=_("Improve a place"), page="refit_item", to_superior=True,
                           silence=_("The refit is late; the post above is told.")))
