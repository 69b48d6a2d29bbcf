"""`UpkeepCheck` rows as states of the record, and back; the dossiers of a check."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from undercity import clock
from undercity.ledger.dossier import register_table
from undercity.ledger.subjects import Line, Subject, register
from undercity.places.queries import name_of, with_names
from undercity.works.upkeep.facts import SUBJECT, CheckState
from undercity.works.upkeep.models import CheckNote, CheckPhoto, UpkeepCheck


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    now = clock.now()
    rows = UpkeepCheck.objects.filter(pk__in=list(streams)).select_related("work__place").prefetch_related(
        with_names("work__place__"))
    return {row.uid: Line(number=row.period, title=name_of(row.work.place, now), where=row.work.code) for row in rows}


CHECKS = Subject(kind=SUBJECT, state=CheckState, model=UpkeepCheck, describe=_describe)
state_of = CHECKS.state_of


def register_subject() -> None:
    """Tell the record how checks and their dossiers are read and written."""
    register(CHECKS)
    register_table("check.note", CheckNote, ("item", "text"))
    register_table("check.photo", CheckPhoto, ("item", "sha256", "width", "height"))
