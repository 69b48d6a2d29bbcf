"""The facts of the source as records of 2022, stated when the city begins."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import uuid_utils.compat as uuid

from undercity import clock
from undercity.city.facts import DOSSIER, SUBJECT, Stated
from undercity.city.models import SourceFact
from undercity.city.sample_files import read
from undercity.db import Encoded, insert_objects, write
from undercity.ledger.actions import record_history
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.fold import StreamState
from undercity.ledger.record import Written, happening_of, history
from undercity.org.powers import SYSTEM


def state_the_source(*, recorded: datetime) -> int:
    """Enter every fact of the source as said in its year or on its day; how many."""
    told = read("source_2022.toml")
    rows = [_row(one, told["where"]) for one in told["fact"]]
    entries, states = [], {}
    for row in rows:
        said = Stated(code=row.code, row=row.row, year=row.year, day=row.day,
                      words=ref(DOSSIER, row.pk, content_of(DOSSIER, row)))
        # What is known by its year only is placed at that year's end.
        at = datetime.combine(row.day or date(row.year, 12, 31), time(12), clock.ZONE)
        entry = Written(timeline=clock.REAL, stream_kind=SUBJECT, stream=row.pk, sequence=1, at=at, recorded=recorded,
                      actor=SYSTEM, post=None, appointment=None, verb=said.verb, facts=Encoded(said.model_dump_json()))
        entries.append(entry)
        now = said.apply(StreamState(), happening_of(entry))
        states[row.pk] = StreamState(sequence=1, subject=now.subject)
    with write():
        record_history(history(SUBJECT, entries, states))
        insert_objects(SourceFact, rows)
    return len(rows)


def _row(one: dict[str, Any], where: str) -> SourceFact:
    day = date.fromisoformat(one["date"]) if "-" in one["date"] else None
    return SourceFact(id=uuid.uuid7(), salt=new_salt(), code=one["code"], row=one["row"], year=int(one["date"][:4]),
                      day=day, value=one["value"], zh=one["zh"], en=one["en"], source=f"{where}（{one['article']}）")
