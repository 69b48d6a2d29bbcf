"""`Task` rows as states of the record, and back; the dossiers of a task."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from undercity.ledger.dossier import register_table
from undercity.ledger.models import Brief, Task, TaskNote, TaskPhoto
from undercity.ledger.queries.agenda import templates
from undercity.ledger.subjects import Line, Subject, register
from undercity.ledger.task_facts import SUBJECT, TaskState
from undercity.org.queries import body_name

SHOWN = 60


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


TASKS = Subject(kind=SUBJECT, state=TaskState, model=Task, describe=_describe)
state_of = TASKS.state_of


def register_subject() -> None:
    """Tell the record how tasks and their dossiers are read and written."""
    register(TASKS)
    register_table("task.brief", Brief, ("text",))
    register_table("task.note", TaskNote, ("text",))
    register_table("task.photo", TaskPhoto, ("sha256", "width", "height", "taken_lat", "taken_lon"))
