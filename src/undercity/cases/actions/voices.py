"""What a reporter or supporter does with the link of his receipt: support, add, rate, ask to take it up again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import uuid_utils.compat as uuid
from django.db import IntegrityError
from django.utils.translation import gettext as _

from undercity.cases import kinds, rules
from undercity.cases.actions.dossiers import mark, photo_rows
from undercity.cases.actions.moving import locked
from undercity.cases.actions.reporting import TEXT_MAX, Sender, scoped
from undercity.cases.facts import SUBJECT, Aside
from undercity.cases.fold import CaseState
from undercity.cases.models import Case, Note, Photo, Supporter
from undercity.cases.numbers import row_of
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.similar import public_cases
from undercity.cases.queries.speakers import Speaker, has_rated, speaking
from undercity.cases.states import RATE_DAYS, REOPEN_DAYS
from undercity.cases.voices import Added, Rated, ReopenAsked, Spoken, Supported
from undercity.db import insert_objects, write
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.actions import assigned, record
from undercity.ledger.dossier import new_salt
from undercity.ledger.fold import DossierRef, StreamState
from undercity.ledger.pictures import Picture
from undercity.org.powers import THE_CITIZEN, Actor, Decision
from undercity.org.queries import calendar, holder
from undercity.org.states import Power, Role
from undercity.science.worktime import deadline

PHOTOS_MAX = 3


@dataclass(slots=True)
class Heard:
    """A case whose row is locked while somebody outside the offices speaks to it."""

    one: Speaker
    row: Case
    stream: StreamState
    by: Actor
    at: datetime

    @property
    def case(self) -> CaseState:
        """The case as it stands."""
        state: CaseState = self.stream.subject
        return state

    def words(self, text: str, key: str) -> DossierRef | None:
        """Keep his words; None when there are none."""
        return _words(self.row.uid, self.one.id, text, key)

    def record(self, said: Spoken | Aside) -> Case:
        """Write the entry; the case as it is now."""
        self.stream = record(said, stream_kind=SUBJECT, stream=self.row.uid, was=self.stream, by=self.by, at=self.at)
        self.row.refresh_from_db()
        return self.row


@contextmanager
def _hearing(token: str, *, by: Actor, at: datetime) -> Iterator[Heard]:
    with write():
        one = speaking(token)
        row, stream = locked(Case.objects.filter(pk=one.case.pk))
        yield Heard(one, row, stream, by, at)


def _said_already(case: UUID, speaker: UUID, key: str) -> bool:
    # A form sent twice says it once: the note's id follows from the form's key.
    return bool(key) and Note.objects.filter(pk=uuid5(speaker, f"{case}:{key}")).exists()


def _words(case: UUID, speaker: UUID, text: str, key: str) -> DossierRef | None:
    text = text.strip()
    if len(text) > TEXT_MAX:
        raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": TEXT_MAX}, field="text",
                         remedy=_("Shorten it."))
    if not text:
        return None
    note = Note(id=uuid5(speaker, f"{case}:{key}") if key else uuid.uuid7(), salt=new_salt(), case_id=case, text=text,
                speaker=speaker)
    note.save(force_insert=True)
    return mark("case.note", note)


def _pictures(case: UUID, speaker: UUID, pictures: Sequence[Picture]) -> tuple[DossierRef, ...]:
    rows = photo_rows(case, "added", list(pictures)[:PHOTOS_MAX], public=False)
    for row in rows:
        row.speaker = speaker
    if rows:
        insert_objects(Photo, rows)
    return tuple(mark("case.photo", row) for row in rows)


def _require(decision: Decision) -> None:
    if not decision:
        raise RuleBroken(decision.reason, remedy=_("The receipt shows what is possible now."))


def support(number: str, *, at: datetime, by: Actor = THE_CITIZEN, text: str = "", photos: Sequence[Picture] = (),
            sender: Sender | None = None, client_key: str = "") -> Supporter:
    """附议: become a reporter of a case that is there already. The same `client_key` again gives the first support."""
    key = scoped(by, client_key)
    if key and (known := Supporter.objects.filter(client_key=key).first()):
        return known
    found = row_of(number)
    try:
        with write():
            row, stream = locked(public_cases().filter(pk=found or 0))
            if row.number != number.strip():
                raise NotFound(_("There is no such case."))
            _require(rules.may_support(stream.subject))
            one = Supporter(id=uuid.uuid7(), salt=new_salt(), case_id=row.uid, token=secrets.token_urlsafe(16),
                            client_key=key, **({"name": sender.name, "phone": sender.phone, "email": sender.email}
                                               if sender else {}))
            insert_objects(Supporter, [one])
            said = Supported(speaker=one.id, supporter=mark("case.supporter", one),
                             note=_words(row.uid, one.id, text, ""), photos=_pictures(row.uid, one.id, photos))
            record(said, stream_kind=SUBJECT, stream=row.uid, was=stream, by=by, at=at)
            return one
    except IntegrityError:
        if key and (known := Supporter.objects.filter(client_key=key).first()):
            return known
        raise


def add(token: str, *, at: datetime, by: Actor = THE_CITIZEN, text: str = "", photos: Sequence[Picture] = (),
        key: str = "") -> Case:
    """补充: say or show more while the case is open. Officers see it in the record of the case."""
    with _hearing(token, by=by, at=at) as now:
        if _said_already(now.row.uid, now.one.id, key):
            return now.row
        _require(rules.may_add(now.case))
        if not text.strip() and not photos:
            raise RuleBroken(_("Say what is new, or show it."), field="text",
                             remedy=_("Write a few words or add a photo."))
        # Pictures without words have no note whose id could tell that the form came twice: their words are a dash.
        return now.record(Added(speaker=now.one.id, note=now.words(text or "—", key),
                                photos=_pictures(now.row.uid, now.one.id, photos)))


def rate(token: str, *, at: datetime, stars: int, by: Actor = THE_CITIZEN, text: str = "") -> Case:
    """评价: one to five stars and words, once, within the days of the scheme."""
    with _hearing(token, by=by, at=at) as now:
        days = scheme().term(RATE_DAYS, now.case.closed_at or at)
        _require(rules.may_rate(now.case, at, days=days, rated=has_rated(now.one, now.row)))
        return now.record(Rated(speaker=now.one.id, stars=rules.stars(stars), note=now.words(text, "rating")))


def ask_again(token: str, *, at: datetime, reason: str, by: Actor = THE_CITIZEN,
              photos: Sequence[Picture] = ()) -> Case:
    """申请重办: it is not solved; the intake officer decides whether it is taken up again."""
    with _hearing(token, by=by, at=at) as now:
        days = scheme().term(REOPEN_DAYS, now.case.closed_at or at)
        _require(rules.may_ask_again(now.case, at, days=days))
        if not reason.strip():
            raise RuleBroken(_("A reason is missing."), field="reason",
                             remedy=_("Write in one sentence what is still wrong."))
        limit, territory = scheme().stage_limit(kinds.REOPEN, at), now.case.territory_id
        to = holder(Power.CASE_INTAKE, territory, role=Role.INTAKE_OFFICER, turn=now.row.uid.int)
        return now.record(ReopenAsked(
            speaker=now.one.id, note=now.words(reason, ""), photos=_pictures(now.row.uid, now.one.id, photos),
            opens=assigned(kinds.REOPEN, to=to, body=territory, territory=territory, limit=limit,
                           due_at=deadline(at, limit, calendar()) if limit else None)))
