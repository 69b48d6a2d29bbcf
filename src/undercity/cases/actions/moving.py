"""The one way a case moves: lock it, may I, is it allowed, write, record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.utils.translation import gettext as _

from undercity.cases import rules
from undercity.cases.actions.dossiers import write_note, write_photos
from undercity.cases.facts import SUBJECT, Moved
from undercity.cases.fold import CaseState
from undercity.cases.models import Case
from undercity.cases.projection import state_of
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import Move, Verb
from undercity.db import write
from undercity.errors import Conflict, NotFound
from undercity.ledger import facts as vocabulary
from undercity.ledger.actions import assigned, last_sequence, record
from undercity.ledger.fold import Assigned, DossierRef, StreamState
from undercity.ledger.pictures import Picture
from undercity.ledger.queries import since
from undercity.ledger.record import duties_of
from undercity.org.powers import Actor, can, require
from undercity.org.queries import calendar, directory, holder, post_titles
from undercity.org.states import Power, Role
from undercity.science.worktime import deadline


class Evidence(TypedDict):
    """What came with a move, as its facts take it."""

    note: DossierRef | None
    photos: tuple[DossierRef, ...]


@dataclass
class Turn:
    """A case whose row is locked, at the moment somebody moves it."""

    row: Case
    case: CaseState
    stream: StreamState
    verb: Verb
    move: Move
    by: Actor
    at: datetime

    @property
    def duty(self) -> UUID:
        """The duty this move closes."""
        assert self.case.duty is not None
        return self.case.duty

    def evidence(self, note: str = "", photos: Iterable[Picture] = (), *, public: bool = False) -> Evidence:
        """The words and pictures that come with the move, kept and marked."""
        pictures = list(photos)
        rules.complete(self.move, reason=note, photos=len(pictures))
        return Evidence(note=write_note(self.row.uid, note),
                        photos=write_photos(self.row.uid, self.verb.value, pictures, public=public))

    def opens(self, kind: str, power: Power, role: Role) -> Assigned:
        """The duty of the stage reached, with the clock that the setting gives it."""
        limit = scheme().stage_limit(kind, self.at)
        due = deadline(self.at, limit, calendar()) if limit else None
        to = holder(power, self.case.territory_id, role=role, turn=self.row.uid.int)
        return assigned(kind, to=to, body=to.body if to else self.case.territory_id, territory=self.case.territory_id,
                        due_at=due, limit=limit)

    def record(self, said: Moved) -> Case:
        """Write the entry and all that follows from it; the case as it is now."""
        self.stream = record(said, stream_kind=SUBJECT, stream=self.row.uid, was=self.stream, by=self.by, at=self.at)
        self.row.refresh_from_db()
        return self.row


@contextmanager
def turn(case: UUID, verb: Verb, *, by: Actor, at: datetime, seen: int | None) -> Iterator[Turn]:
    """Lock a case for one move. `seen` is the version the actor looked at: if it moved since, Conflict says how."""
    with write():
        row = visible_to(by).select_for_update(of=("self",)).filter(uid=case).first()
        if row is None:
            raise NotFound(_("There is no such case."),
                           remedy=_("Check the number; it may also lie outside your area."))
        state = state_of(row)
        if seen is not None and seen != state.version:
            raise _moved_since(row, seen)
        move = rules.legal(state, verb)
        cards = directory().cards
        path = rules.where(state, move, territory=cards[row.territory_id].path,
                           department=cards[row.department_id].path if row.department_id else "")
        require(can(by, move.power, path), verb=verb.value, case=row.number)
        stream = StreamState(sequence=last_sequence(row.uid), subject=state,
                             duties=duties_of([row.uid]).get(row.uid, {}))
        yield Turn(row=row, case=state, stream=stream, verb=verb, move=move, by=by, at=at)


def _moved_since(row: Case, seen: int) -> Conflict:
    news = since(row.uid, seen)
    titles = post_titles(entry.post for entry in news if entry.post)
    told = [{"what": vocabulary.label(entry.verb), "who": titles.get(entry.post, "") if entry.post else "",
             "when": entry.at.isoformat()} for entry in news]
    return Conflict(_("Somebody was quicker: the case moved while you looked at it."),
                    remedy=_("See below what changed, then decide again."),
                    details={"case": row.number, "stage": row.stage, "version": row.version, "changes": told})
