"""Checks on the spot 现场: underground there is no signal, so the field takes a check too, and sends it later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _, gettext_lazy

from undercity.errors import RuleBroken
from undercity.field.kinds import (
    Doing,
    Field,
    FieldKind,
    FieldTask,
    Given,
    Outcome,
    Room,
    photos,
    register,
    register_room,
)
from undercity.field.queries import check_standing
from undercity.ledger.lights import seen
from undercity.ledger.models import Duty
from undercity.ledger.queries import mine
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.works.terms.queries import in_force
from undercity.works.upkeep.actions import finish_check
from undercity.works.upkeep.facts import SUBJECT
from undercity.works.upkeep.models import UpkeepCheck
from undercity.works.upkeep.queries import check_for
from undercity.works.upkeep.rules import NOTE_MAX, may_check
from undercity.works.upkeep.states import Answer, CheckStatus

DONE = "check.done"
AT_MOST = 60


def _fields(subject: UUID | None) -> tuple[Field, ...]:
    """Each standard with its words; one banned act with its own; up to three pictures of the whole."""
    fields: list[Field] = []
    for nth, one in enumerate(in_force("standard").values(), start=1):
        fields.append(Field(f"{one.code}-answer", FieldKind.CHOICE, f"{nth}. {one}", True, tuple(Answer.choices)))
        fields.append(Field(f"{one.code}-note", FieldKind.TEXT, _("What is wrong, and where"), most=NOTE_MAX))
    acts = tuple((one.code, str(one)) for one in in_force("banned").values())
    fields.append(Field("banned", FieldKind.CHOICE, _("A banned act you saw"), choices=acts))
    fields.append(Field("banned-note", FieldKind.TEXT, _("What you saw, and where"), most=NOTE_MAX))
    return (*fields, photos(_("Photos")))


def _done(given: Given) -> Outcome:
    if given.subject is None or check_for(given.by, given.subject) is None:
        raise RuleBroken(_("There is no such check."), field="subject", remedy=_("It may lie outside your area."))
    values, standards = given.values, list(in_force("standard", given.at.date()))
    act = values["banned"]
    notes = {code: values[f"{code}-note"] for code in standards}
    if act:
        notes[act] = values["banned-note"]
    row = finish_check(given.subject, by=given.by, at=given.at, seen=given.seen, notes=notes,
                       answers={code: Answer(values[f"{code}-answer"]) for code in standards},
                       banned=[act] if act else [], photos=[("", picture) for picture in given.photos])
    return Outcome(row.pk, row.period, address_of("check")(row.pk), row.version)


def _now(actor: Actor, subject: UUID, seen_version: int | None) -> dict[str, Any] | None:
    row = check_for(actor, subject)
    if row is None:
        return None
    duty = Duty.objects.filter(pk=row.duty).first() if row.duty else None
    waits = row.status == CheckStatus.OPEN and bool(may_check(
        actor, post=duty.post_id if duty else None, path=directory().cards[row.body_id].path))
    return check_standing(row, label=str(CheckStatus(row.status).label), href=address_of("check")(row.pk),
                          done=_("Upkeep check done"), allowed=[(DONE, _("Record the check"))] if waits else [])


def _tasks(actor: Actor, at: datetime) -> Iterator[FieldTask]:
    duties = list(mine(actor).filter(subject_kind=SUBJECT)[:AT_MOST])
    rows = UpkeepCheck.objects.in_bulk([duty.stream for duty in duties])
    rhythms = in_force("rhythm")
    for one in seen(duties, at):
        row = rows[one.duty.stream]
        rhythm = rhythms.get(row.rhythm)
        yield FieldTask(
            id=one.duty.pk, subject=row.pk, kind=str(rhythm or one.kind.label), number=row.period,
            title=one.line.title if one.line else "", where=one.line.where if one.line else "", version=row.version,
            due=row.due_at, light=one.light, href=one.href, doings=(DONE,), words=rhythm.said("do") if rhythm else "",
            facts=((_("Source"), rhythm.source),) if rhythm else ())


def register_fieldwork() -> None:
    """A check is done on the spot as at the desk."""
    register(Doing(code=DONE, label=gettext_lazy("Record the check"), fields=_fields, apply=_done, now=_now))
    register_room("works", Room(tasks=_tasks))
