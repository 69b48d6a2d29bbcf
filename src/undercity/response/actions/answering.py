"""What becomes of an order: acknowledged, under way, carried out, refused, passed on, withdrawn; and silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat as ids
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.actions import assigned, last_sequence, record
from undercity.ledger.actions.each import record_each, states_of
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.evidence import kept_pictures, kept_words
from undercity.ledger.facts import Facts
from undercity.ledger.fold import Assigned, DossierRef, StreamState
from undercity.ledger.pictures import Picture
from undercity.ledger.record import duties_of
from undercity.org.powers import Actor, require
from undercity.org.queries import Holder, chosen_holder, directory
from undercity.org.states import Power
from undercity.response.actions.turning import NOTE_MAX
from undercity.response.models import Order, OrderWords, Response
from undercity.response.order_facts import SUBJECT, Acknowledged, Begun, Done, Given, PassedOn, Refused, Withdrawn
from undercity.response.powers import may_answer, over
from undercity.response.rows import CARRY_OUT, ORDERS
from undercity.response.rules import legal, silent_from, takes_over
from undercity.response.states import HOLDERS_STEPS, How, Standing, Step
from undercity.science.worktime import Limit, Unit


@dataclass
class Turn:
    """An order whose row is locked, at the moment somebody takes a step."""

    row: Order
    stream: StreamState
    by: Actor
    at: datetime

    def note(self, text: str, *, needed: bool = False) -> DossierRef | None:
        """Words that come with the step, kept and marked."""
        return kept_words("order.note", text, most=NOTE_MAX, needed=needed, order=self.row)

    def photos(self, pictures: Sequence[Picture]) -> tuple[DossierRef, ...]:
        """Pictures that come with the step, kept and marked."""
        return kept_pictures("order.photo", pictures, order=self.row)

    def record(self, said: Facts) -> Order:
        """Write the entry and all that follows from it; the order as it is now."""
        record(said, stream_kind=SUBJECT, stream=self.row.pk, was=self.stream, by=self.by, at=self.at)
        self.row.refresh_from_db()
        return self.row


@contextmanager
def turn(uid: UUID, step: Step, *, by: Actor, at: datetime, seen: int | None = None) -> Iterator[Turn]:
    """Lock an order for one step of somebody who may. `seen` is the version looked at."""
    with write():
        row = Order.objects.select_for_update(of=("self",)).select_related("response").filter(
            pk=uid, timeline=clock.timeline()).first()
        if row is None:
            raise NotFound(_("There is no such order."))
        if step in HOLDERS_STEPS:
            require(may_answer(by, row.post_id, directory().cards[row.body_id].path, row.response.body_id))
        else:
            require(over(by, Power.ORDER_GIVE, row.response.body_id))
        if seen is not None and seen != row.version:
            raise moved_since(uid, seen)
        legal(Standing(row.standing), step)
        yield Turn(row, StreamState(sequence=last_sequence(row.pk), subject=ORDERS.state_of(row),
                                    duties=duties_of([row.pk]).get(row.pk, {})), by, at)


def _how(by: Actor, row: Order, how: str) -> str:
    """By which way the answer came: whoever answers for another post has telephoned."""
    return How(how).value if by.post == row.post_id or row.post_id is None else How.TELEPHONE.value


def acknowledge(uid: UUID, *, by: Actor, at: datetime, how: str = How.PAGE, seen: int | None = None) -> Order:
    """签收: by its holder, or by the officer who telephoned with him. Saying it twice changes nothing."""
    row = Order.objects.filter(pk=uid, timeline=clock.timeline()).first()
    if row is not None and row.standing in (Standing.ACCEPTED, Standing.BEGUN, Standing.DONE):
        return row
    with turn(uid, Step.ACKNOWLEDGE, by=by, at=at, seen=seen) as now:
        return now.record(Acknowledged(how=_how(by, now.row, how)))


def acknowledge_all(*, by: Actor, at: datetime, response: UUID | None = None, how: str = How.PAGE) -> list[UUID]:
    """全部签收: every order of the post that nobody answered yet, in one tap. Which they were."""
    with write():
        rows = Order.objects.select_for_update(of=("self",)).filter(
            post=by.post, standing=Standing.ISSUED, timeline=clock.timeline())
        open_now = list((rows.filter(response=response) if response else rows).values_list("pk", flat=True))
        if open_now:
            record_each({uid: Acknowledged(how=How(how).value) for uid in open_now}, states_of(SUBJECT, open_now),
                        stream_kind=SUBJECT, by=by, at=at)
        return open_now


def begin(uid: UUID, *, by: Actor, at: datetime, how: str = How.PAGE, seen: int | None = None) -> Order:
    """开始执行."""
    with turn(uid, Step.BEGIN, by=by, at=at, seen=seen) as now:
        return now.record(Begun(how=_how(by, now.row, how)))


def finish(uid: UUID, *, by: Actor, at: datetime, note: str = "", photos: Sequence[Picture] = (),
           count: int | None = None, how: str = How.PAGE, seen: int | None = None) -> Order:
    """执行完毕: with the evidence the order wants; by telephone the officer writes down what was said."""
    with turn(uid, Step.FINISH, by=by, at=at, seen=seen) as now:
        way = _how(by, now.row, how)
        telephone = way == How.TELEPHONE
        if now.row.evidence == "photo" and not photos and not telephone:
            raise RuleBroken(_("Photos are missing: %(least)d at least.") % {"least": 1}, field="photos",
                             remedy=_("Add a picture taken on the spot."))
        if now.row.evidence == "number" and count is None:
            raise RuleBroken(_("A number is missing."), field="count", remedy=_("Write how many."))
        if count is not None and not 0 <= count <= 1_000_000:
            raise RuleBroken(_("Between 0 and 1,000,000."), field="count", remedy=_("Correct the number."))
        return now.record(Done(how=way, note=now.note(note, needed=telephone), photos=now.photos(photos), count=count))


def refuse(uid: UUID, *, by: Actor, at: datetime, note: str, how: str = How.PAGE, seen: int | None = None) -> Order:
    """不能执行: the next of the chain has the order, with as much time as it had; or the board shows it in red."""
    with turn(uid, Step.REFUSE, by=by, at=at, seen=seen) as now:
        row, reason = now.row, now.note(note, needed=True)
        taken = takes_over(row.chain, row.told, row.post_id)
        if taken is None:
            return now.record(Refused(how=_how(by, row, how), note=reason, opens=None, silent_at=None, told=row.told))
        post, told = taken
        opens = _again(row, chosen_holder(post), at)
        return now.record(Refused(how=_how(by, row, how), note=reason, opens=opens, told=told,
                                  silent_at=silent_from(row.chain, told, at)))


def _again(row: Order, to: Holder, at: datetime) -> Assigned:
    """The order as another post's duty: as much time again as it had, or what the clock left, whichever is longer."""
    span = (row.due_at - row.issued_at) if row.due_at else timedelta(0)
    due = max(row.due_at, at + span) if row.due_at else None
    return assigned(CARRY_OUT, to=to, body=to.body, territory=row.territory_id, due_at=due,
                    limit=Limit(max(1, int(span.total_seconds() // 60)), Unit.MINUTE) if row.due_at else None)


def pass_on(uid: UUID, *, by: Actor, at: datetime, post: int, note: str = "", seen: int | None = None) -> Order:
    """改派: to another post, by whoever gives orders."""
    with turn(uid, Step.PASS_ON, by=by, at=at, seen=seen) as now:
        row = now.row
        if post == row.post_id and row.standing != Standing.REFUSED:
            raise RuleBroken(_("This post has the order already."), field="post", remedy=_("Choose another one."))
        return now.record(PassedOn(closes=row.duty, note=now.note(note), opens=_again(row, chosen_holder(post), at),
                                   silent_at=silent_from(row.chain, 0, at)))


def withdraw(uid: UUID, *, by: Actor, at: datetime, note: str, seen: int | None = None) -> Order:
    """撤回: by whoever gives orders, with the reason."""
    with turn(uid, Step.WITHDRAW, by=by, at=at, seen=seen) as now:
        return now.record(Withdrawn(closes=now.row.duty, note=now.note(note, needed=True)))


def give_by_hand(response: UUID, *, by: Actor, at: datetime, post: int, zh: str, en: str = "", done_minutes: int,
                 answer_minutes: int, verb: str = "report", place: int | None = None, key: str = "") -> Order:
    """临时指令: an order in words of one's own, outside the plan; the same key gives it once."""
    zh, en = zh.strip(), en.strip()
    if not zh or max(len(zh), len(en)) > 500:
        raise RuleBroken(_("What is to be done? At most %(max)d characters.") % {"max": 500}, field="zh",
                         remedy=_("Write it in one sentence."))
    if not 1 <= answer_minutes <= done_minutes <= 7 * 24 * 60:
        raise RuleBroken(_("The answer is due first, then the work; a week at most."), field="done_minutes",
                         remedy=_("Correct the minutes."))
    identity = ids.uuid5(response, f"hand:{by.post}:{key}") if key else ids.uuid7()
    with write():
        row = Response.objects.select_for_update(of=("self",)).filter(pk=response, timeline=clock.timeline()).first()
        if row is None or not row.level:
            raise NotFound(_("There is no level in force here."))
        require(over(by, Power.ORDER_GIVE, row.body_id))
        known = Order.objects.filter(pk=identity).first()
        if known is not None:
            return known
        to = chosen_holder(post)
        words = OrderWords(id=ids.uuid7(), salt=new_salt(), order_id=identity, zh=zh, en=en)
        above = directory().cards[to.body].parent
        chain = ((by.post, answer_minutes),) if by.post is not None and by.post != post else ()
        opens = assigned(CARRY_OUT, to=to, body=to.body, territory=above, due_at=at + timedelta(minutes=done_minutes),
                         limit=Limit(done_minutes, Unit.MINUTE))
        record(Given(response=row.pk, wave=row.wave, key=f"hand:{identity}", plan_order="", what=verb, evidence="",
                     place=place, chain=chain, words=ref("order.words", words.id, content_of("order.words", words)),
                     silent_at=at + timedelta(minutes=answer_minutes) if chain else None, opens=opens, water_at=None),
               stream_kind=SUBJECT, stream=identity, was=StreamState(), by=by, at=at)
        words.save(force_insert=True)
        return Order.objects.get(pk=identity)
