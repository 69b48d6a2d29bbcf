"""The one way a case moves: lock it, may I, is it allowed, write, record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from undercity.cases import kinds, rules
from undercity.cases.actions.dossiers import write_note, write_photos
from undercity.cases.actions.following import tell_followers
from undercity.cases.facts import SUBJECT, Aside, Moved
from undercity.cases.fold import CaseState
from undercity.cases.models import Case
from undercity.cases.projection import state_of
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import visible_to
from undercity.cases.states import Move, Now, Verb
from undercity.db import write
from undercity.errors import Conflict, NotFound, RuleBroken
from undercity.ledger.actions import assigned, last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.fold import Assigned, DossierRef, StreamState
from undercity.ledger.pictures import Picture
from undercity.ledger.queries import story
from undercity.ledger.record import duties_of
from undercity.notices.actions import put
from undercity.org.powers import Actor, require
from undercity.org.queries import Holder, calendar, directory, holder, serving
from undercity.org.states import Power, Role
from undercity.science.worktime import Limit, Unit, deadline


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
    now: Now

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

    def opens(self, kind: str, power: Power, role: Role, post: int | None = None) -> Assigned:
        """The duty of the stage reached, with the clock that the setting gives it.

        It falls to `post` if one is named, else to whose turn it is. RuleBroken when that post has no such power here.
        """
        limit = scheme().stage_limit(kind, self.at)
        due = deadline(self.at, limit, calendar()) if limit else None
        to = holder(power, self.case.territory_id, role=role, turn=self.row.uid.int) if post is None else next(
            (one for one in serving(power, self.case.territory_id, role=role) if one.post == post), None)
        if post is not None and to is None:
            raise RuleBroken(_("This post does not serve that area."), field="inspector",
                             remedy=_("Choose one from the list."))
        return assigned(kind, to=to, body=to.body if to else self.case.territory_id, territory=self.case.territory_id,
                        due_at=due, limit=limit)

    @property
    def question(self) -> UUID:
        """The duty of whoever must answer what is asked."""
        assert self.case.ask_duty is not None
        return self.case.ask_duty

    @property
    def department(self) -> int:
        """The department that has the case, or had it last."""
        assert self.case.department_id is not None
        return self.case.department_id

    @property
    def due_at(self) -> datetime:
        """The deadline of the handling."""
        assert self.case.due_at is not None
        return self.case.due_at

    @property
    def limit(self) -> Limit:
        """The limit of the filing standard."""
        assert self.case.limit_value is not None
        return Limit(self.case.limit_value, Unit(self.case.limit_unit))

    @property
    def handler(self) -> Holder | None:
        """Who had the handling last."""
        handled = [duty for duty in self.stream.duties.values() if duty.kind == kinds.DISPOSE and duty.post_id]
        if not handled:
            return None
        last = max(handled, key=lambda duty: duty.assigned_at)
        return Holder(post=last.post_id or 0, body=last.body_id, appointment=last.appointment)

    def record(self, said: Moved | Aside) -> Case:
        """Write the entry and all that follows from it; the case as it is now."""
        self.stream = record(said, stream_kind=SUBJECT, stream=self.row.uid, was=self.stream, by=self.by, at=self.at)
        self.row.refresh_from_db()
        tell_followers(self.row, said.verb)
        return self.row

    def answer(self, said: Moved | Aside) -> Case:
        """As `record`, and tell whoever asked."""
        asker = story(self.row.uid).filter(facts__opens__id=str(self._first_question)).first()
        case = self.record(said)
        if asker is not None and asker.post is not None:
            put(code=said.verb, post=asker.post, appointment=asker.appointment, subject_kind=SUBJECT,
                subject=self.row.uid, due_at=self.row.due_at)
        return case

    @property
    def _first_question(self) -> UUID:
        # Where two decide, the first one's duty was opened by whoever asks.
        asked = [duty for duty in self.stream.duties.values() if duty.kind in kinds.QUESTIONS
                 and (duty.id == self.question or (self.case.agreed and duty.outcome == "agreed"))]
        return min(asked, key=lambda duty: duty.assigned_at).id


@contextmanager
def turn(case: UUID, verb: Verb, *, by: Actor, at: datetime, seen: int | None) -> Iterator[Turn]:
    """Lock a case for one move. `seen` is the version the actor looked at: if it moved since, Conflict says how."""
    with write():
        row, stream = locked(visible_to(by).filter(uid=case))
        state: CaseState = stream.subject
        if seen is not None and seen != state.version:
            raise _moved_since(row, seen)
        now = scheme().now(at)
        move = rules.legal(state, verb, now)
        territory, department = paths(row)
        require(rules.may(by, move, territory=territory, department=department), verb=verb.value, case=row.number)
        yield Turn(row=row, case=state, stream=stream, verb=verb, move=move, by=by, at=at, now=now)


def paths(row: Case) -> tuple[str, str]:
    """The paths of a case's territory and of its department ("" when none has it)."""
    cards = directory().cards
    return cards[row.territory_id].path, cards[row.department_id].path if row.department_id else ""


def locked(rows: QuerySet[Case]) -> tuple[Case, StreamState]:
    """One case with its row locked, and its stream; NotFound when it is none the actor may see."""
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound(_("There is no such case."), remedy=_("Check the number; it may also lie outside your area."))
    return row, StreamState(sequence=last_sequence(row.uid), subject=state_of(row),
                            duties=duties_of([row.uid]).get(row.uid, {}))


def _moved_since(row: Case, seen: int) -> Conflict:
    return moved_since(row.uid, seen, _("Somebody was quicker: the case moved while you looked at it."),
                       case=row.number, stage=row.stage, version=row.version)
