"""`Permit` rows as states of the record, and back; the dossiers of a permit."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from undercity import clock
from undercity.ledger.dossier import register_table
from undercity.ledger.subjects import Line, Subject, register
from undercity.places.queries import name_of, with_names
from undercity.works.permits.facts import SUBJECT, PermitState
from undercity.works.permits.models import Lease, Permit, PermitNote


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    now = clock.now()
    rows = Permit.objects.filter(uid__in=list(streams)).select_related("work__place").prefetch_related(
        with_names("work__place__"))
    return {row.uid: Line(number=row.number, title=name_of(row.work.place, now), where=row.work.code) for row in rows}


PERMITS = Subject(kind=SUBJECT, state=PermitState, model=Permit, describe=_describe, first="signed_on")
state_of = PERMITS.state_of


def register_subject() -> None:
    """Tell the record how permits and their dossiers are read and written."""
    register(PERMITS)
    register_table("permit.lease", Lease, ("contract", "party"))
    register_table("permit.note", PermitNote, ("text",))
