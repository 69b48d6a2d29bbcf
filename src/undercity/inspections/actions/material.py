"""Everything that changes the register of material: registered, moved, tested, written off; what expires is a duty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

import uuid_utils.compat as uuid
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import insert_objects, write
from undercity.errors import Conflict, InvalidMove, NotFound, RuleBroken
from undercity.inspections import rules
from undercity.inspections.kinds import MATERIAL
from undercity.inspections.material_facts import SUBJECT, Due, Gone, Moved, Registered, Tested
from undercity.inspections.models import Material, MaterialWords
from undercity.inspections.queries.inspections import bodies_read
from undercity.inspections.queries.keepers import Keeper, holders_of, keepers
from undercity.inspections.queries.material import to_remind
from undercity.inspections.rows import MATERIAL as KEPT
from undercity.inspections.rules import COUNT_MAX, NOTE_MAX, may_keep, soonest
from undercity.inspections.states import Gear, Movement, Why
from undercity.ledger.actions import assigned, last_sequence, record
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.evidence import kept_words
from undercity.ledger.facts import Facts
from undercity.ledger.fold import DossierRef, StreamState
from undercity.ledger.record import duties_of
from undercity.org.powers import SYSTEM, THE_SYSTEM, Actor, require
from undercity.org.queries import directory
from undercity.places.models import Place

NAME_MAX, UNIT_MAX, SPOT_MAX = 80, 12, 120


def register_stock(*, by: Actor, at: datetime, gear: Gear, name: str, unit: str, count: int, body: int,
                   post: int | None = None, place: int | None = None, spot: str = "", expires_on: date | None = None,
                   test_on: date | None = None, client_key: str = "") -> Material:
    """物资登记: a stock of a body, at a place or in a store told in words; the same key registers it once."""
    for field, text, most in (("name", name, NAME_MAX), ("unit", unit, UNIT_MAX), ("spot", spot, SPOT_MAX)):
        if len(text.strip()) > most or (field != "spot" and not text.strip()):
            raise RuleBroken(_("From 1 to %(max)d characters.") % {"max": most}, field=field,
                             remedy=_("Say it in a few words."))
    if isinstance(count, bool) or not 0 <= count <= COUNT_MAX:
        raise RuleBroken(_("Between 0 and %(most)d.") % {"most": COUNT_MAX}, field="count",
                         remedy=_("Correct the number."))
    if body not in directory().cards:
        raise RuleBroken(_("There is no such body."), field="body", remedy=_("Choose one from the list."))
    require(may_keep(by, directory().cards[body].path))
    _place_known(place, by)
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"material:{by.post}:{client_key}") if client_key else uuid.uuid7()
    with write():
        known = Material.objects.filter(pk=identity).first()
        if known is not None:
            return known
        words = MaterialWords(id=uuid.uuid7(), salt=new_salt(), material_uid=identity, name=name.strip(),
                              unit=unit.strip(), spot=spot.strip())
        record(Registered(gear=gear, count=count, place=place, body=body, holder=post, expires_on=expires_on,
                          test_on=test_on, words=ref("material.words", words.id, content_of("material.words", words))),
               stream_kind=SUBJECT, stream=identity, was=StreamState(), by=by, at=at)
        insert_objects(MaterialWords, [words])
        return Material.objects.get(pk=identity)


def _place_known(place: int | None, by: Actor) -> None:
    if place is None:
        return
    row, kept, bodies = Place.objects.filter(pk=place).first(), keepers([place]).get(place), bodies_read(by)
    if row is None or not bodies & {row.district_id, kept.body if kept else row.district_id}:
        raise RuleBroken(_("There is no such place."), field="place", remedy=_("Choose one from the list."))


@dataclass
class Turn:
    """A stock whose row is locked, at the moment somebody takes a step."""

    row: Material
    stream: StreamState
    by: Actor
    at: datetime

    def note(self, text: str) -> DossierRef | None:
        """Words that come with the step, kept and marked."""
        return kept_words("material.note", text, most=NOTE_MAX, material_uid=self.row.pk)

    def record(self, facts: Facts) -> Material:
        """One entry of it."""
        record(facts, stream_kind=SUBJECT, stream=self.row.pk, was=self.stream, by=self.by, at=self.at)
        self.row.refresh_from_db()
        return self.row


@contextmanager
def turn(uid: UUID, *, by: Actor, at: datetime, seen: int | None) -> Iterator[Turn]:
    """Lock a stock for a step of its keeper; Conflict when it changed since it was looked at."""
    with write():
        row = Material.objects.select_for_update(of=("self",)).filter(pk=uid, timeline=clock.timeline()).first()
        place = Place.objects.filter(pk=row.place_id).first() if row and row.place_id else None
        if row is None or (by.kind != SYSTEM and not bodies_read(by) & {
                row.body_id, place.district_id if place else row.body_id}):
            raise NotFound(_("There is no such stock."), remedy=_("It may lie outside your area."))
        if by.kind != SYSTEM:
            require(may_keep(by, directory().cards[row.body_id].path))
        if row.gone:
            raise InvalidMove(_("This stock was written off."), remedy=_("Register a new one."))
        if seen is not None and seen != row.version:
            raise Conflict(_("Somebody else changed this stock meanwhile."),
                           remedy=_("Look at the number as it is now, then try again."),
                           details={"version": row.version, "count": row.count})
        yield Turn(row, StreamState(sequence=last_sequence(uid), subject=KEPT.state_of(row),
                                    duties=duties_of([uid]).get(uid, {})), by, at)


def move_stock(uid: UUID, *, by: Actor, at: datetime, movement: Movement, amount: int = 0, place: int | None = None,
               note: str = "", seen: int | None = None) -> Material:
    """出入库: put in, taken out, used, counted; or the whole stock moved to another place (None: into the store)."""
    with turn(uid, by=by, at=at, seen=seen) as now:
        row = now.row
        if movement is Movement.MOVED:
            _place_known(place, by)
            if place == row.place_id:
                raise RuleBroken(_("It lies there already."), field="place", remedy=_("Choose where it went."))
            return now.record(Moved(movement=movement, amount=row.count, count=row.count, place=place,
                                    note=now.note(note)))
        count = rules.after(row.count, movement, amount)
        return now.record(Moved(movement=movement, amount=amount, count=count, place=row.place_id, note=now.note(note)))


def note_test(uid: UUID, *, by: Actor, at: datetime, passed: bool, expires_on: date | None, test_on: date | None,
               note: str = "", seen: int | None = None) -> Material:
    """试验或查验: it was looked at; when next, and until when it is good."""
    with turn(uid, by=by, at=at, seen=seen) as now:
        ahead = soonest(expires_on, test_on)
        if ahead is not None and ahead <= at.date():
            raise RuleBroken(_("This day is over; when is it looked at next?"),
                             field="test_on" if ahead == test_on else "expires_on",
                             remedy=_("Give a day to come, or write the stock off."))
        if not passed and not note.strip():
            raise RuleBroken(_("Say in a few words what is wrong."), field="note", remedy=_("One sentence is enough."))
        return now.record(Tested(passed=passed, expires_on=expires_on, test_on=test_on, closes=now.row.duty,
                                 note=now.note(note)))


def write_off(uid: UUID, *, by: Actor, at: datetime, note: str, seen: int | None = None) -> Material:
    """报废核销: it is gone for good, with the reason."""
    with turn(uid, by=by, at=at, seen=seen) as now:
        if not note.strip():
            raise RuleBroken(_("A reason is missing."), field="note", remedy=_("Write in one sentence why."))
        return now.record(Gone(closes=now.row.duty, note=now.note(note)))


def remind_due(at: datetime) -> int:
    """到期提醒: whatever expires or is to be tested soon becomes a duty of its keeper; how many were new."""
    made = 0
    for pk in list(to_remind(at.date()).values_list("pk", flat=True)):
        made += _remind(pk, at)
    return made


def _remind(uid: UUID, at: datetime) -> bool:
    with write():
        row = to_remind(at.date()).select_for_update(of=("self",)).filter(pk=uid).first()
        if row is None:
            # Another worker asked in the same moment, or somebody tested it.
            return False
        on = soonest(row.expires_on, row.test_on)
        assert on is not None
        opens = assigned(MATERIAL, to=holders_of({0: Keeper(row.body_id, row.post)})[0], body=row.body_id,
                         territory=None, due_at=max(datetime.combine(on, time(23, 59), clock.ZONE), at))
        record(Due(why=Why.EXPIRY if on == row.expires_on else Why.TEST, on=on, opens=opens), stream_kind=SUBJECT,
               stream=uid, by=THE_SYSTEM, at=at,
               was=StreamState(sequence=last_sequence(uid), subject=KEPT.state_of(row),
                               duties=duties_of([uid]).get(uid, {})))
    return True
