"""What whoever has a duty does with it: done, refused, handed over; and what his superior decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import uuid_utils.compat as uuid
from django.utils.translation import gettext as _

from undercity.db import insert_objects, write
from undercity.errors import Conflict, NotFound, RuleBroken
from undercity.ledger import rules
from undercity.ledger.actions import assigned, last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.evidence import bounded, kept_pictures, kept_words
from undercity.ledger.fold import Assigned, DossierRef, DutyState, StreamState
from undercity.ledger.models import Brief, Task
from undercity.ledger.pictures import Picture
from undercity.ledger.queries.agenda import templates
from undercity.ledger.queries.tasks import may_receive
from undercity.ledger.record import duties_of
from undercity.ledger.rules import REFUSAL, Template
from undercity.ledger.task_facts import (
    SUBJECT,
    HandedOver,
    RefusalDecided,
    TaskDone,
    TaskGiven,
    TaskRefused,
    TaskState,
)
from undercity.ledger.task_rows import state_of
from undercity.org.powers import Actor, can, own, require
from undercity.org.queries import Holder, calendar, directory, superior_of
from undercity.org.states import Power

TEXT_MAX = 4000


@dataclass
class Turn:
    """A task whose row is locked, at the moment somebody takes a step."""

    row: Task
    task: TaskState
    stream: StreamState
    duty: DutyState
    template: Template
    by: Actor
    at: datetime

    def note(self, text: str) -> DossierRef | None:
        """Words that come with the step, kept and marked."""
        return kept_words("task.note", text, most=TEXT_MAX, task_id=self.row.pk)

    def photos(self, pictures: Sequence[Picture]) -> tuple[DossierRef, ...]:
        """Pictures that come with the step, kept and marked."""
        return kept_pictures("task.photo", pictures, task_id=self.row.pk)

    def record(self, said: TaskDone | TaskRefused | RefusalDecided | HandedOver) -> Task:
        """Write the entry and all that follows from it; the task as it is now."""
        record(said, stream_kind=SUBJECT, stream=self.row.pk, was=self.stream, by=self.by, at=self.at)
        self.row.refresh_from_db()
        return self.row


@contextmanager
def turn(task: UUID, *, by: Actor, at: datetime, seen: int | None, refusal: bool = False) -> Iterator[Turn]:
    """Lock a task for one step of its open duty. `seen` is the version looked at: moved since, Conflict says how."""
    with write():
        row = Task.objects.select_for_update(of=("self",)).filter(pk=task).first()
        if row is None:
            raise NotFound(_("There is no such duty."))
        if seen is not None and seen != row.version:
            raise _moved_since(row, seen)
        duties = duties_of([row.pk]).get(row.pk, {})
        duty = duties.get(row.duty) if row.duty else None
        if duty is None or (duty.kind == REFUSAL) != refusal:
            rules.still_open(row.status if duty is None or not refusal else "closed")
        assert duty is not None
        require(own(by, duty.post_id, directory().cards[duty.body_id].path))
        state = state_of(row)
        yield Turn(row=row, task=state, by=by, at=at, duty=duty, template=_template(row.template),
                   stream=StreamState(sequence=last_sequence(row.pk), subject=state, duties=duties))


def _template(code: str) -> Template:
    found = templates().get(code)
    if found is None:
        raise NotFound(_("The template of this duty is gone."), remedy=_("Load its file again: undercity duties load."))
    return found


def _moved_since(row: Task, seen: int) -> Conflict:
    return moved_since(row.pk, seen, _("Somebody was quicker: the duty moved while you looked at it."),
                       duty=str(row.pk), version=row.version)


def report_done(task: UUID, *, by: Actor, at: datetime, note: str = "", photos: Sequence[Picture] = (),
                counts: Mapping[str, int] | None = None, seen: int | None = None) -> Task:
    """办结: with the evidence that the template asks for."""
    with turn(task, by=by, at=at, seen=seen) as now:
        numbers = {one.code: (counts or {})[one.code] for one in now.template.counts if one.code in (counts or {})}
        rules.complete(now.template, note=note, photos=len(photos), counts=numbers)
        return now.record(TaskDone(closes=now.duty.id, note=now.note(note), photos=now.photos(photos),
                                   template=now.template.code, counts=numbers))


def refuse(task: UUID, *, by: Actor, at: datetime, reason: str, seen: int | None = None) -> Task:
    """申请免办: it cannot be done, and why; the superior decides."""
    with turn(task, by=by, at=at, seen=seen) as now:
        if not reason.strip():
            raise RuleBroken(_("A reason is missing."), field="note", remedy=_("Write in one sentence why."))
        above = superior_of(now.duty.post_id) if now.duty.post_id else None
        opens = assigned(REFUSAL, to=above, body=now.duty.body_id, territory=None, due_at=now.duty.due_at) \
            if above else None
        return now.record(TaskRefused(closes=now.duty.id, note=now.note(reason), opens=opens))


def decide_refusal(task: UUID, *, by: Actor, at: datetime, agreed: bool, note: str = "",
                   seen: int | None = None) -> Task:
    """免办审定: agree, and the duty is over; or give it back with its old deadline."""
    with turn(task, by=by, at=at, seen=seen, refusal=True) as now:
        if not agreed and not note.strip():
            raise RuleBroken(_("A reason is missing."), field="note", remedy=_("Say why it can be done after all."))
        first = max((duty for duty in now.stream.duties.values() if duty.outcome == "refused"),
                    key=lambda duty: duty.done_at or duty.assigned_at)
        opens = None if agreed else _again(now, Holder(first.post_id or 0, first.body_id, first.appointment))
        return now.record(RefusalDecided(closes=now.duty.id, agreed=agreed, note=now.note(note), opens=opens))


def _again(now: Turn, to: Holder) -> Assigned:
    return assigned(now.template.kind, to=to, body=to.body, territory=None, due_at=now.task.due_at,
                    limit=now.template.limit)


def hand_over(task: UUID, *, by: Actor, at: datetime, to: int, note: str, seen: int | None = None) -> Task:
    """转办: to another post of the own unit, with the reason; the deadline stays."""
    with turn(task, by=by, at=at, seen=seen) as now:
        if not note.strip():
            raise RuleBroken(_("A reason is missing."), field="note", remedy=_("Write in one sentence why."))
        receiver = may_receive(by, now.duty.post_id).get(to)
        if receiver is None:
            raise RuleBroken(_("The duty cannot be handed to this post."), field="to",
                             remedy=_("Choose one of the posts offered: your own unit and those below it."))
        return now.record(HandedOver(closes=now.duty.id, note=now.note(note), opens=_again(now, receiver)))


def give(template: str, *, by: Actor, at: datetime, to: int, day: date, text: str, client_key: str = "") -> Task:
    """交办: a duty that a trigger gives: a finding, a promised day, a retirement. The same key gives it once."""
    chosen = _template(template)
    if not chosen.trigger:
        raise RuleBroken(_("This duty arises by its rule; nobody gives it by hand."), field="template",
                         remedy=_("Choose a template with a trigger."))
    words = bounded(text, most=TEXT_MAX, field="text")
    if not words:
        raise RuleBroken(_("What is it about?"), field="text",
                         remedy=_("Write it in one line; names of persons do not belong here."))
    receiver = may_receive(by, None).get(to)
    if receiver is None:
        raise RuleBroken(_("The duty cannot be given to this post."), field="to",
                         remedy=_("Choose one of the posts offered."))
    require(can(by, Power.DUTY_ASSIGN, directory().cards[receiver.body].path))
    uid = uuid.uuid5(uuid.NAMESPACE_URL, f"undercity:{by.post}:{client_key}") if client_key else uuid.uuid7()
    with write():
        known = Task.objects.filter(pk=uid).first()
        if known is not None:
            return known
        record(give_facts(chosen, uid, day, at, receiver, words), stream_kind=SUBJECT, stream=uid, was=StreamState(),
               by=by, at=at)
        return Task.objects.get(pk=uid)


def give_facts(template: Template, task: UUID, day: date, at: datetime, to: Holder, words: str) -> TaskGiven:
    """The facts of a triggered duty; its words are kept beside it."""
    brief = Brief(id=uuid.uuid7(), salt=new_salt(), task_id=task, text=words)
    insert_objects(Brief, [brief])
    opens = assigned(template.kind, to=to, body=to.body, territory=None, limit=template.limit,
                     due_at=rules.due_of(day, at, template, calendar()))
    return TaskGiven(template=template.code, version=template.valid_from, period=rules.period_of(day, template.cycle),
                     day=day, brief=ref("task.brief", brief.id, content_of("task.brief", brief)), opens=opens)

