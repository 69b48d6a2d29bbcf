"""One entry in each of several streams at once: a holder who acknowledges all his orders, a silence told of many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import Encoded, Rows, insert, insert_rows, reserve, rows_of
from undercity.errors import Conflict
from undercity.ledger.actions import tell
from undercity.ledger.facts import Facts
from undercity.ledger.fold import StreamState, changed
from undercity.ledger.models import Entry, Unsealed
from undercity.ledger.record import ENTRY_FIELDS, Written, happening_of, save_each, states_from_rows
from undercity.org.powers import Actor


def states_of(kind: str, streams: list[UUID]) -> dict[UUID, StreamState]:
    """The states of streams of one kind, from their rows: three statements. The caller holds their locks."""
    last = dict(Entry.objects.filter(stream__in=streams).values_list("stream").annotate(Max("sequence")))
    return states_from_rows(kind, {stream: last.get(stream, 0) for stream in streams})


def record_each(said: Mapping[UUID, Facts], was: Mapping[UUID, StreamState], *, stream_kind: str, by: Actor,
                at: datetime) -> dict[UUID, StreamState]:
    """Add one entry to each of these streams, write what follows, and tell whoever got a duty.

    Like `record` of each, with the entries in one go. Call it inside `db.write()`, with the streams' rows locked.
    Conflict when another writer took a sequence: then none of them is written.
    """
    timeline, recorded = clock.timeline(), clock.now()
    entries = [Written(timeline=timeline, stream_kind=stream_kind, stream=stream, sequence=was[stream].sequence + 1,
                       at=at, recorded=recorded, actor=by.kind, post=by.post, appointment=by.appointment,
                       verb=facts.verb, facts=Encoded(facts.model_dump_json())) for stream, facts in said.items()]
    rows = rows_of(Entry, ENTRY_FIELDS, map(attrgetter(*ENTRY_FIELDS), entries))
    numbers = reserve(Entry, len(entries))
    try:
        with transaction.atomic():
            insert(Rows(Entry, ("number", *rows.names),
                        [[number, *values] for number, values in zip(numbers, rows.values, strict=True)]))
    except IntegrityError as error:
        raise Conflict(_("Somebody else wrote to this at the same moment."),
                       remedy=_("Look at what changed, then try again.")) from error
    insert_rows(Unsealed, ["entry_id"], ((number,) for number in numbers))
    after: dict[UUID, StreamState] = {}
    for entry in entries:
        before = was[entry.stream]
        now = changed(said[entry.stream].apply(before, happening_of(entry)), sequence=entry.sequence)
        for identity, duty in now.duties.items():
            if identity not in before.duties:
                tell(duty)
        after[entry.stream] = now
    save_each(stream_kind, was, after)
    return after
