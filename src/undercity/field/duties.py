"""Duties of templates on the spot: the record's own part of the field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _, gettext_lazy

from undercity.errors import NotFound
from undercity.field.kinds import (
    Doing,
    Field,
    FieldKind,
    FieldTask,
    Given,
    Outcome,
    Room,
    note,
    photos,
    register,
    register_room,
)
from undercity.ledger import facts as vocabulary
from undercity.ledger.actions.tasks import report_done
from undercity.ledger.lights import seen
from undercity.ledger.models import Task, TaskPhoto
from undercity.ledger.queries import mine, since
from undercity.ledger.queries.agenda import templates
from undercity.ledger.queries.tasks import task_for
from undercity.ledger.rules import REFUSAL, Template
from undercity.ledger.task_facts import SUBJECT
from undercity.org.addresses import address_of
from undercity.org.powers import Actor, own
from undercity.org.queries import directory, post_titles

DONE = "task.done"
AT_MOST = 60


def _template(subject: UUID | None) -> Template:
    row = Task.objects.filter(pk=subject).first() if subject else None
    template = templates().get(row.template) if row else None
    if template is None:
        raise NotFound(_("There is no such duty."), field="subject", remedy=_("It may lie outside your area."))
    return template


def _fields(subject: UUID | None) -> tuple[Field, ...]:
    return fields_of(_template(subject))


def fields_of(template: Template) -> tuple[Field, ...]:
    """What a template asks for as evidence."""
    return (photos(_("Photos"), least=template.photos),
            *(Field(one.code, FieldKind.WHOLE, one.label, True, least=one.least, most=one.most)
              for one in template.counts),
            note(_("What was done"), required=template.note))


def _done(given: Given) -> Outcome:
    assert given.subject is not None
    if task_for(given.by, given.subject) is None:
        raise NotFound(_("There is no such duty."), field="subject", remedy=_("It may lie outside your area."))
    counts = {name: value for name, value in given.values.items() if name != "note"}
    row = report_done(given.subject, by=given.by, at=given.at, note=given.values["note"], photos=given.photos,
                      counts=counts, seen=given.seen)
    return Outcome(row.pk, row.period, address_of("task")(row.pk), row.version)


def _now(actor: Actor, subject: UUID, seen_version: int | None) -> dict[str, Any] | None:
    row = task_for(actor, subject)
    if row is None:
        return None
    news = [entry for entry in since(row.pk, seen_version or 0) if not entry.verb.startswith("duty.")]
    titles = post_titles(entry.post for entry in news if entry.post)
    open_duty = row.status == "open" and own(actor, row.held_by, directory().cards[row.body_id].path)
    return {"number": row.period, "state": row.status, "state_label": _("open") if row.status == "open" else _("over"),
            "version": row.version, "href": address_of("task")(row.pk),
            "changes": [{"what": vocabulary.label(entry.verb), "at": entry.at.isoformat(),
                         "who": titles.get(entry.post, "") if entry.post else ""} for entry in news],
            "allowed": [{"code": DONE, "label": _("Report it done")}] if open_duty else []}


def _tasks(actor: Actor, at: datetime) -> Iterator[FieldTask]:
    duties = list(mine(actor).filter(subject_kind=SUBJECT).exclude(kind=REFUSAL)[:AT_MOST])
    rows = {row.pk: row for row in Task.objects.filter(pk__in=[one.stream for one in duties]).select_related("brief")}
    shown: dict[UUID, list[str]] = {}
    address = address_of("task_photo")
    for photo in TaskPhoto.objects.filter(task__in=rows, erased_at__isnull=True).only("pk", "task_id"):
        shown.setdefault(photo.task_id, []).append(address(photo.pk))
    for one in seen(duties, at):
        row = rows[one.duty.stream]
        template = templates().get(row.template)
        if template is None:
            continue
        yield FieldTask(
            id=one.duty.pk, subject=row.pk, kind=str(one.kind.label), number=row.period, title=template.title,
            where=one.line.where if one.line else "", version=row.version, due=one.duty.due_at, light=one.light,
            href=one.href, doings=(DONE,), words=row.brief.text if hasattr(row, "brief") else template.what,
            facts=((_("Source"), template.source),), photos=tuple(shown.get(row.pk, ())))


def register_duties() -> None:
    """Duties are done on the spot as at the desk."""
    register(Doing(code=DONE, label=gettext_lazy("Report it done"), fields=_fields, apply=_done, now=_now))
    register_room("ledger", Room(tasks=_tasks))
