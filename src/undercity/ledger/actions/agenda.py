"""Duty templates: loading them, and making the duties that their rules give."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db.models import Q

from undercity import clock
from undercity.db import write
from undercity.ledger.actions import assigned, begin_once
from undercity.ledger.models import DutyTemplate, Task
from undercity.ledger.queries.agenda import forget, templates
from undercity.ledger.queries.template_files import SHIPPED, read_templates
from undercity.ledger.rules import Template, due_of, occurrences, period_of, start_of
from undercity.ledger.task_facts import SUBJECT, TaskGiven
from undercity.org.models import Post
from undercity.org.queries import Holder, calendar

NAMESPACE = uuid.UUID("6f1c7a52-5d0e-5b1c-9a53-7d1b3f0c2a11")
# A worker that slept makes up for what it missed, this far back; `duties make --month` reaches further.
LOOK_BACK = timedelta(days=10)


def load_templates(path: Path = SHIPPED) -> int:
    """Load every template of a file, or none of it; loading again changes what changed. RuleBroken at a fault."""
    with write():
        rows = [DutyTemplate(code=one["code"], valid_from=date.fromisoformat(one["valid_from"]), content=one)
                for one in read_templates(path)]
        DutyTemplate.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code", "valid_from"],
                                         update_fields=["content"])
    forget()
    return len(rows)


def uid_of(template: str, post: str, period: str, timeline: str = clock.REAL) -> uuid.UUID:
    """The id of a recurring duty: the same for the same template, post and period, whoever makes it."""
    return uuid.uuid5(NAMESPACE, f"{timeline}:{template}:{post}:{period}")


def holders_of(template: Template) -> list[tuple[str, Holder]]:
    """The posts a template's duties fall to, by key, each with who holds it."""
    rows = Post.objects.filter(Q(role__in=template.roles) | Q(key__in=template.posts)).order_by("pk")
    if template.bodies:
        rows = rows.filter(Q(body__kind__in=template.bodies) | Q(key__in=template.posts))
    held = dict(Post.objects.filter(appointments__ends__isnull=True, appointments__isnull=False)
                .values_list("pk", "appointments"))
    return [(key, Holder(post=pk, body=body, appointment=held.get(pk)))
            for pk, key, body in rows.values_list("pk", "key", "body_id")]


def make_duties(since: date, until: date, *, at: datetime) -> int:
    """Make every duty whose day lies in these days and has come by `at`; how many were new.

    Made twice, they are there once: a recurring duty's id follows from template, post and period.
    """
    made = 0
    for template in templates(until).values():
        begun = [(day, begins) for day in occurrences(template, since, until)
                 if (begins := start_of(day, template, calendar())) <= at]
        if begun:
            made += _make(template, begun)
    return made


def make_due(at: datetime) -> int:
    """What the worker makes: everything that has come by now."""
    return make_duties((at - LOOK_BACK).date(), at.date(), at=at)


def _make(template: Template, begun: Iterable[tuple[date, datetime]]) -> int:
    wanted = {uid_of(template.code, key, period_of(day, template.cycle), clock.timeline()): (day, begins, to)
              for day, begins in begun for key, to in holders_of(template)}
    there = set(Task.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    made = 0
    for uid, (day, begins, to) in wanted.items():
        if uid not in there:
            made += begin_once(given(template, day, begins, to), stream_kind=SUBJECT, stream=uid, at=begins)
    return made


def given(template: Template, day: date, begins: datetime, to: Holder) -> TaskGiven:
    """The facts of a duty that arises from a template's rule."""
    opens = assigned(template.kind, to=to, body=to.body, territory=None, limit=template.limit,
                     due_at=due_of(day, begins, template, calendar()))
    return TaskGiven(template=template.code, version=template.valid_from, period=period_of(day, template.cycle),
                     day=day, brief=None, opens=opens)
