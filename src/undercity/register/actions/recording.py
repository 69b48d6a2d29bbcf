"""Writing profiles and telling the record, one place or twenty thousand in the same way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid

from undercity import clock
from undercity.db import Encoded, insert_objects, insert_rows, reserve, update_rows
from undercity.ledger.actions import record_history
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.fold import DossierRef, StreamState
from undercity.ledger.models import Entry, Unsealed
from undercity.ledger.record import ENTRY_FIELDS, Written, happening_of, history
from undercity.ledger.subjects import columns
from undercity.org.powers import Actor
from undercity.register.facts import PROFILE, ProfileState, ProfileStep
from undercity.register.models import Change, Profile
from undercity.register.public_profile import in_parts
from undercity.register.rows import CHANGE

Values = Mapping[str, Mapping[str, tuple[Any, Any]]]
Said = Callable[[int, UUID | None, tuple[str, ...], DossierRef], ProfileStep]
STATE = columns(ProfileState)


@dataclass(frozen=True, slots=True)
class Told:
    """One place, what of it changes (part → field → (was, now)), and how the record says it.

    `batch` is the import that changes it. `stands` is the import whose doing stands after it: the same, or, when one
    is undone, the one before.
    """

    place: int
    values: Values
    says: Said
    batch: UUID | None = None
    stands: UUID | None = None


def profiles_of(places: Iterable[int], *, lock: bool = False) -> dict[int, tuple[UUID, ProfileState]]:
    """The profiles the record knows of these places, by place."""
    found: dict[int, tuple[UUID, ProfileState]] = {}
    for portion in in_parts(list(places)):
        rows = Profile.objects.filter(place__in=portion)
        for uid, *values in (rows.select_for_update() if lock else rows).values_list("uid", *STATE):
            state = ProfileState(*values)
            found[state.place] = (uid, state)
    return found


def tell(told: Sequence[Told], *, by: Actor, at: datetime) -> None:
    """One entry for each place, its change as a dossier, its profile folded. Call it inside `write()`."""
    known = profiles_of((one.place for one in told), lock=True)
    changes, fresh, further = [], list[tuple[Written, StreamState]](), list[tuple[Written, StreamState]]()
    recorded = clock.now()
    for one in told:
        stream, was = known.get(one.place) or (uuid.uuid7(), None)
        change = Change(id=uuid.uuid7(), salt=new_salt(), stream=stream, batch=one.batch, place=one.place,
                        told=json.dumps(one.values, ensure_ascii=False))
        changes.append(change)
        names = tuple(f"{part}.{code}" for part, fields in one.values.items() for code in fields)
        said = one.says(one.place, one.stands, names, ref(CHANGE, change.id, content_of(CHANGE, change)))
        entry = Written(timeline=clock.timeline(), stream_kind=PROFILE, stream=stream,
                        sequence=was.version + 1 if was else 1, at=at, recorded=recorded, actor=by.kind, post=by.post,
                        appointment=by.appointment, verb=said.verb, facts=Encoded(said.model_dump_json()))
        state = said.apply(StreamState(entry.sequence - 1, was), happening_of(entry))
        (further if was else fresh).append((entry, state))
    insert_objects(Change, changes)
    record_history(history(PROFILE, [entry for entry, _state in fresh],
                           {entry.stream: state for entry, state in fresh}))
    _go_on(further)


def _go_on(further: Sequence[tuple[Written, StreamState]]) -> None:
    """Entries of profiles the record knows already, and what they come to."""
    numbers = reserve(Entry, len(further))
    values = attrgetter(*ENTRY_FIELDS)
    insert_rows(Entry, ["number", *ENTRY_FIELDS], [(number, *values(entry))
                                                  for number, (entry, _state) in zip(numbers, further, strict=True)])
    insert_rows(Unsealed, ["entry_id"], [(number,) for number in numbers])
    columns = attrgetter(*STATE)
    update_rows(Profile, STATE, [(entry.stream, *columns(state.subject)) for entry, state in further])
