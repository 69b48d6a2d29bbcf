"""`Task` rows as states of the record, and back; the dossiers of a task."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from operator import attrgetter
from uuid import UUID

from django.db.models import Exists, OuterRef

from undercity.db import Rows, rows_of
from undercity.ledger.dossier import register_table
from undercity.ledger.models import Brief, Entry, Task, TaskNote, TaskPhoto
from undercity.ledger.queries.agenda import templates
from undercity.ledger.record import changes
from undercity.ledger.subjects import Line, Subject, register
from undercity.ledger.task_facts import SUBJECT, TaskState
from undercity.org.queries import body_name

FIELDS = tuple(field.name for field in dataclasses.fields(TaskState))
SHOWN = 60


def _load(streams: Iterable[UUID]) -> dict[UUID, TaskState]:
    rows = Task.objects.filter(pk__in=list(streams)).values_list("uid", *FIELDS)
    return {row[0]: TaskState(*row[1:]) for row in rows}


def state_of(task: Task) -> TaskState:
    """The state of a row at hand."""
    return TaskState(**{name: getattr(task, name) for name in FIELDS})


def _rows(states: Mapping[UUID, TaskState]) -> Rows:
    values = attrgetter(*FIELDS)
    return rows_of(Task, ["uid", *FIELDS], ((uid, *values(state)) for uid, state in states.items()))


def _update(uid: UUID, was: TaskState, now: TaskState) -> None:
    Task.objects.filter(pk=uid).update(**changes(was, now))


def _without_entries() -> Iterable[UUID]:
    return Task.objects.filter(~Exists(Entry.objects.filter(stream=OuterRef("uid")))).values_list("uid", flat=True)


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    known = templates()
    lines = {}
    for row in Task.objects.filter(pk__in=list(streams)).select_related("brief"):
        template = known.get(row.template)
        words = row.brief.text.partition("\n")[0] if hasattr(row, "brief") else ""
        if len(words) > SHOWN:
            words = words[:SHOWN] + "…"
        lines[row.uid] = Line(number=row.period, title=words or (template.what if template else row.template),
                              where=body_name(row.body_id))
    return lines


def register_subject() -> None:
    """Tell the record how tasks and their dossiers are read and written."""
    register(Subject(kind=SUBJECT, state=TaskState, load=_load, rows=_rows, update=_update,
                     without_entries=_without_entries, describe=_describe))
    register_table("task.brief", Brief, ("text",))
    register_table("task.note", TaskNote, ("text",))
    register_table("task.photo", TaskPhoto, ("sha256", "width", "height", "taken_lat", "taken_lon"))
