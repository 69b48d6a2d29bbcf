"""What pages ask of duties made from templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from undercity import clock
from undercity.ledger import facts as vocabulary
from undercity.ledger.lights import duration, limit_text
from undercity.ledger.models import Duty, Entry, Task, TaskNote, TaskPhoto
from undercity.ledger.queries import story, visible_to
from undercity.ledger.queries.agenda import templates
from undercity.org.models import Post
from undercity.org.powers import Actor
from undercity.org.queries import Holder, body_name, directory, post_titles
from undercity.org.states import Power, Role


def may_receive(by: Actor, holding: int | None) -> dict[int, Holder]:
    """Posts a duty may go to: with `holding` given, handed over inside the own unit and below; else given by power."""
    book = directory()
    if holding is not None:
        bodies = set(book.under(by.body_path)) if by.body_path else set()
    else:
        bodies = {body for path in by.scopes(Power.DUTY_ASSIGN) for body in book.under(path)}
    rows = Post.objects.filter(body__in=bodies).exclude(role=Role.OPEN311_CLIENT).order_by("body__path", "pk")
    if holding is not None:
        rows = rows.exclude(pk=holding)
    held = dict(Post.objects.filter(pk__in=rows, appointments__isnull=False, appointments__ends__isnull=True)
                .values_list("pk", "appointments"))
    return {pk: Holder(post=pk, body=body, appointment=held.get(pk)) for pk, body in rows.values_list("pk", "body_id")}


def named(posts: Mapping[int, Holder]) -> list[tuple[int, str]]:
    """Posts with unit and title, for a choice."""
    titles = post_titles(posts)
    return [(post, f"{body_name(to.body)} · {titles[post]}") for post, to in posts.items()]


def task_for(actor: Actor, uid: UUID) -> Task | None:
    """A task, if the actor has or had one of its duties, or may see the duties of its body."""
    seen = Exists(visible_to(actor).filter(stream=OuterRef("uid")))
    return Task.objects.filter(seen, pk=uid, timeline=clock.timeline()).select_related("brief").first()


def photo_for(actor: Actor, uid: UUID) -> TaskPhoto | None:
    """A photo of a task the actor may see."""
    row = TaskPhoto.objects.filter(pk=uid, erased_at__isnull=True).first()
    return row if row is not None and task_for(actor, row.task_id) is not None else None


def public_tasks(at: datetime, limit: int = 200) -> QuerySet[Task]:
    """Duties the public may follow: of templates that say so, those due within a year, the next due first."""
    codes = [one.code for one in templates().values() if one.public]
    return (Task.objects.filter(timeline=clock.timeline(), template__in=codes, due_at__gte=at.replace(year=at.year - 1))
            .select_related("brief").order_by("due_at")[:limit])


@dataclass(frozen=True, slots=True)
class Step:
    """An entry on the time-line: what, by whom, when, how long it took, what the limit was, what was said and shown."""

    what: str
    who: str
    at: datetime
    recorded: datetime
    took: str
    limit: str
    late: bool
    note: str
    numbers: list[tuple[str, int]]
    photos: list[TaskPhoto]


def time_line(task: Task) -> list[Step]:
    """办理记录: everything that happened to a task."""
    entries = list(story(task.pk))
    duties = {duty.id: duty for duty in Duty.objects.filter(stream=task.pk)}
    notes = {str(note.id): note.text for note in TaskNote.objects.filter(task=task)}
    photos = {str(photo.id): photo for photo in TaskPhoto.objects.filter(task=task)}
    told = {entry.facts.get("post") for entry in entries if entry.verb.startswith("duty.escalated")}
    posts = {post for post in {entry.post for entry in entries} | told if post}
    titles = post_titles(posts)
    return [_step(entry, task, duties, notes, photos, titles) for entry in entries]


def _step(entry: Entry, task: Task, duties: Mapping[UUID, Duty], notes: Mapping[str, str],
          photos: Mapping[str, TaskPhoto], titles: Mapping[int, str]) -> Step:
    facts: dict[str, Any] = entry.facts
    closed = duties.get(UUID(facts["closes"])) if facts.get("closes") else None
    late = bool(closed and closed.due_at and entry.at > closed.due_at)
    words = notes.get((facts.get("note") or {}).get("id", ""), "")
    if entry.verb.startswith("duty.escalated") and facts.get("post"):
        words = _("Told to: %(post)s") % {"post": titles.get(facts["post"], "")}
    template = templates().get(task.template)
    labels = {one.code: one.label for one in template.counts} if template else {}
    return Step(what=vocabulary.label(entry.verb), who=titles.get(entry.post, "") if entry.post else "", at=entry.at,
                recorded=entry.recorded, took=duration(entry.at - closed.assigned_at) if closed else "",
                limit=limit_text(closed.limit_value, closed.limit_unit) if closed else "", late=late, note=words,
                numbers=[(labels.get(code, code), number) for code, number in facts.get("counts", {}).items()],
                photos=[photos[one["id"]] for one in facts.get("photos", ()) if one["id"] in photos])


def listed(actor: Actor, *, state: str, kind: str, whose: str, at: datetime) -> QuerySet[Duty]:
    """责任清单: the duties an actor may see, by state (open, late, soon, done), kind and whose they are."""
    rows = visible_to(actor)
    if whose == "mine":
        rows = Duty.objects.filter(timeline=clock.timeline(), post=actor.post)
    elif whose == "unit":
        rows = rows.filter(Q(body=actor.body))
    if kind:
        # A kind's code begins with what it is about, and that has an index.
        about, _dot, more = kind.partition(".")
        rows = rows.filter(subject_kind=about, **({"kind": kind} if more else {}))
    if state == "done":
        return rows.filter(done_at__isnull=False).order_by("-done_at")
    rows = rows.filter(done_at__isnull=True)
    if state == "late":
        rows = rows.filter(due_at__lt=at)
    return rows.order_by(F("due_at").asc(nulls_last=True), "id")
