"""What happens to an item of the refit: planned, under way, finished, given up, taken up again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

import uuid_utils.compat as ids
from django.utils.translation import gettext as _

from undercity.clock import ZONE
from undercity.db import write
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.ledger.actions import assigned, last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.evidence import kept_pictures, kept_words
from undercity.ledger.facts import Facts
from undercity.ledger.fold import Assigned, DossierRef, StreamState
from undercity.ledger.pictures import Picture
from undercity.ledger.record import duties_of
from undercity.org.powers import Actor, Decision, can, require
from undercity.org.queries import Holder, chosen_holder, directory
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.places.refit.facts import SUBJECT, Dropped, Finished, Planned, Progressed, Reopened
from undercity.places.refit.models import RefitItem, RefitWords
from undercity.places.refit.rows import IMPROVE, state_of
from undercity.places.refit.states import MOVES, Stage, Verb
from undercity.places.seasons.powers import may_decide

WORDS_MAX, NOTE_MAX, MOST_YUAN = 300, 2000, 10_000_000_000


def plan_item(*, by: Actor, at: datetime, place: int, year: int, zh: str, en: str = "", budget: int, starts_on: date,
              ends_on: date, post: int, client_key: str = "") -> RefitItem:
    """列入改造计划: an item of a year, and a duty of the post that carries it out; the same key plans it once."""
    zh, en = zh.strip(), en.strip()
    if not zh or max(len(zh), len(en)) > WORDS_MAX:
        raise RuleBroken(_("What is improved? At most %(max)d characters.") % {"max": WORDS_MAX}, field="zh",
                         remedy=_("Write it in one sentence; the public reads it."))
    if ends_on < starts_on:
        raise RuleBroken(_("The work ends after it begins."), field="ends_on",
                         remedy=_("Correct one of the two days."))
    _checked_money(budget, "budget")
    row = Place.objects.filter(pk=place).first()
    if row is None:
        raise NotFound(_("There is no such place."))
    require(may_decide(by, row.district_id))
    identity = ids.uuid5(ids.NAMESPACE_URL, f"refit:{by.post}:{client_key}") if client_key else ids.uuid7()
    with write():
        known = RefitItem.objects.filter(pk=identity).first()
        if known is not None:
            return known
        # The words hang on the item, which the entry makes: the mark can be told before the row is there.
        words = RefitWords(id=ids.uuid7(), salt=new_salt(), item_id=identity, zh=zh, en=en)
        record(Planned(place=place, year=year, budget=budget, starts_on=starts_on, ends_on=ends_on,
                       what=ref("refit.words", words.id, content_of("refit.words", words)),
                       opens=_duty(chosen_holder(post), row.district_id, ends_on)),
               stream_kind=SUBJECT, stream=identity, was=StreamState(), by=by, at=at)
        words.save(force_insert=True)
        return RefitItem.objects.get(pk=identity)


def _duty(to: Holder, district: int, ends_on: date) -> Assigned:
    return assigned(IMPROVE, to=to, body=to.body, territory=district,
                    due_at=datetime.combine(ends_on, time(23, 59), ZONE))


def _checked_money(yuan: int, field: str) -> int:
    if not 0 <= yuan <= MOST_YUAN:
        raise RuleBroken(_("Between 0 and %(most)d yuan.") % {"most": MOST_YUAN}, field=field,
                         remedy=_("Write whole yuan, without a sign."))
    return yuan


@dataclass
class Turn:
    """An item whose row is locked, at the moment somebody takes a step."""

    row: RefitItem
    stream: StreamState
    by: Actor
    at: datetime

    @property
    def duty(self) -> UUID:
        """The open duty of the item."""
        assert self.row.duty is not None
        return self.row.duty

    def note(self, text: str, *, needed: bool = False) -> DossierRef | None:
        """Words that come with the step, kept and marked."""
        return kept_words("refit.note", text, most=NOTE_MAX, needed=needed, item=self.row)

    def photos(self, pictures: Sequence[Picture], moment: str) -> tuple[DossierRef, ...]:
        """Pictures that come with the step, kept and marked."""
        return kept_pictures("refit.photo", pictures, item=self.row, moment=moment)

    def record(self, said: Facts) -> RefitItem:
        """Write the entry and all that follows from it; the item as it is now."""
        record(said, stream_kind=SUBJECT, stream=self.row.pk, was=self.stream, by=self.by, at=self.at)
        self.row.refresh_from_db()
        return self.row


def may_improve(by: Actor, item: RefitItem) -> Decision:
    """Report on an item: the body that carries it out, and whoever decides on its place."""
    decides = may_decide(by, item.place.district_id)
    return decides if decides else can(by, Power.PLACE_EDIT, directory().cards[item.body_id].path)


@contextmanager
def turn(item: UUID, verb: Verb, *, by: Actor, at: datetime, seen: int | None, decides: bool = False) -> Iterator[Turn]:
    """Lock an item for one step. `seen` is the version looked at: changed since, Conflict says how."""
    with write():
        row = RefitItem.objects.select_for_update(of=("self",)).select_related("place").filter(pk=item).first()
        if row is None:
            raise NotFound(_("There is no such item."))
        if seen is not None and seen != row.version:
            raise moved_since(row.pk, seen)
        require(may_decide(by, row.place.district_id) if decides else may_improve(by, row))
        if verb not in MOVES[Stage(row.stage)]:
            raise InvalidMove(_("This item can no longer be moved so: %(state)s.") % {"state": Stage(row.stage).label},
                              remedy=_("Load the page again; the record below shows what happened."))
        yield Turn(row=row, by=by, at=at, stream=StreamState(
            sequence=last_sequence(row.pk), subject=state_of(row), duties=duties_of([row.pk]).get(row.pk, {})))


def report_progress(item: UUID, *, by: Actor, at: datetime, spent: int, note: str = "",
                    photos: Sequence[Picture] = (), seen: int | None = None) -> RefitItem:
    """进展: what was spent so far, how far it is; pictures show the place as it was before."""
    _checked_money(spent, "spent")
    with turn(item, Verb.PROGRESS, by=by, at=at, seen=seen) as now:
        return now.record(Progressed(spent=spent, note=now.note(note, needed=True),
                                     photos=now.photos(photos, "before")))


def finish_item(item: UUID, *, by: Actor, at: datetime, spent: int, photos: Sequence[Picture], note: str = "",
                seen: int | None = None) -> RefitItem:
    """完工: with what it cost and at least one picture of the place afterwards."""
    _checked_money(spent, "spent")
    if not photos:
        raise RuleBroken(_("Photos are missing: %(least)d at least.") % {"least": 1}, field="photos",
                         remedy=_("Add a picture taken on the spot."))
    with turn(item, Verb.FINISH, by=by, at=at, seen=seen) as now:
        return now.record(Finished(closes=now.duty, spent=spent, note=now.note(note),
                                   photos=now.photos(photos, "after")))


def drop_item(item: UUID, *, by: Actor, at: datetime, note: str, seen: int | None = None) -> RefitItem:
    """取消: by an officer, with the reason; it can be taken up again."""
    with turn(item, Verb.DROP, by=by, at=at, seen=seen, decides=True) as now:
        return now.record(Dropped(closes=now.duty, note=now.note(note, needed=True)))


def reopen_item(item: UUID, *, by: Actor, at: datetime, note: str, ends_on: date, seen: int | None = None) -> RefitItem:
    """恢复: by an officer, with the reason and the new last day; the post that had it has it again."""
    with turn(item, Verb.REOPEN, by=by, at=at, seen=seen, decides=True) as now:
        if ends_on < at.astimezone(ZONE).date():
            raise RuleBroken(_("This day is past."), field="ends_on", remedy=_("Choose a later day."))
        last = max(now.stream.duties.values(), key=lambda duty: duty.assigned_at)
        to = Holder(post=last.post_id or 0, body=last.body_id, appointment=last.appointment)
        return now.record(Reopened(opens=_duty(to, now.row.place.district_id, ends_on), ends_on=ends_on,
                                   note=now.note(note, needed=True)))
