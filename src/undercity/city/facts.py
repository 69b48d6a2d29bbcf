"""What the record says of the source: one verb, stated once for each fact, never moved on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy as _

from undercity.city.models import SourceFact
from undercity.ledger import subjects
from undercity.ledger.dossier import register_table
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import DossierRef, Happening, StreamState

SUBJECT = "source"
DOSSIER = "source.fact"
HASHED = ("value", "zh", "en", "source")


@dataclass(frozen=True)
class Statement:
    """A fact as the record tells it: its code, the row of the mission, the year, and the day if it is known."""

    code: str
    row: str
    year: int
    day: date | None


@verb("source.stated/1", _("Stated in the source"))
class Stated(Facts):
    """据报道: the source of the project said so then."""

    code: str
    row: str
    year: int
    day: date | None
    words: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return replace(state, subject=Statement(self.code, self.row, self.year, self.day))


def _describe(streams: Iterable[UUID]) -> dict[UUID, subjects.Line]:
    chinese = (get_language() or "zh").startswith("zh")
    return {row.pk: subjects.Line(number=row.row, title=row.zh if chinese else row.en, where=row.source)
            for row in SourceFact.objects.filter(pk__in=list(streams))}


def register() -> None:
    """Tell the record how facts of the source are read."""
    register_table(DOSSIER, SourceFact, HASHED)
    # The row is written whole, with its words, by whoever states the fact.
    subjects.register(subjects.Subject(kind=SUBJECT, state=Statement, model=SourceFact, describe=_describe, stream="id",
                                       whole=True))
