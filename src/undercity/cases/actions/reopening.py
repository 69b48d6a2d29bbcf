"""重办: what a citizen says is not solved is taken up again as a case of its own, or not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from undercity.cases.actions.moving import locked, turn
from undercity.cases.actions.reporting import written
from undercity.cases.facts import SUBJECT
from undercity.cases.models import Case, Note, Report
from undercity.cases.states import Source, Verb
from undercity.cases.voices import Continues, ReopenDecided
from undercity.ledger.actions import record
from undercity.ledger.models import Entry
from undercity.org.powers import THE_CITIZEN, Actor


def agree_to_reopen(case: UUID, *, by: Actor, at: datetime, seen: int | None = None, note: str = "") -> Case:
    """同意重办: a new case with the citizen's reason begins at intake; the closed one stays as it was."""
    with turn(case, Verb.AGREE_REOPEN, by=by, at=at, seen=seen) as now:
        was = Report.objects.get(case=now.row)
        # The citizen reports it, not the officer who agrees: nobody's count of reports grows by agreeing.
        again = written(by=THE_CITIZEN, at=at, source=Source(now.case.source), category=now.case.category,
                        text=_asked(now.row), territory=now.case.territory_id, address=was.address, lat=was.lat,
                        lon=was.lon, photos=(), sender=None, key=None)
        _row, stream = locked(Case.objects.filter(pk=again.pk))
        record(Continues(first=now.row.uid), stream_kind=SUBJECT, stream=again.uid, was=stream, by=by, at=at)
        return now.answer(ReopenDecided(closes=now.question, **now.evidence(note), agreed=True, again=again.uid))


def refuse_to_reopen(case: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Case:
    """不同意重办: with the reason, which the citizen reads."""
    with turn(case, Verb.REFUSE_REOPEN, by=by, at=at, seen=seen) as now:
        return now.answer(ReopenDecided(closes=now.question, **now.evidence(reason), agreed=False, again=None))


def _asked(case: Case) -> str:
    """The citizen's own reason."""
    asked = Entry.objects.filter(stream=case.uid, verb="case.reopen_asked/1").order_by("-sequence").first()
    note = Note.objects.filter(pk=asked.facts["note"]["id"]).first() if asked and asked.facts["note"] else None
    return note.text if note else ""
