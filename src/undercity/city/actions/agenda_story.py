"""The year of duties that templates give in the sample city: made, done, late, refused, as entries of the record."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid

from undercity import clock
from undercity.city.sample_files import read
from undercity.city.scenes import scene
from undercity.db import Encoded, insert_objects, write
from undercity.ledger.actions import assigned, record_history
from undercity.ledger.actions.agenda import given, holders_of, uid_of
from undercity.ledger.actions.tasks import give_facts
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.facts import Facts
from undercity.ledger.fold import DossierRef, DutyState, StreamState, changed
from undercity.ledger.models import Dossier, TaskNote, TaskPhoto
from undercity.ledger.pictures import Picture, keep
from undercity.ledger.queries.agenda import templates
from undercity.ledger.record import Written, happening_of, history
from undercity.ledger.rules import MOST_ESCALATIONS, REFUSAL, Template, occurrences, period_of, start_of
from undercity.ledger.standing import DutyAccepted, DutyEscalated
from undercity.ledger.task_facts import SUBJECT, RefusalDecided, TaskDone, TaskGiven, TaskRefused
from undercity.org.models import Post
from undercity.org.powers import POST, SYSTEM
from undercity.org.queries import Holder, calendar, so_far_above

REFUSED_SHARE = 0.03
NEVER_SHARE = 0.6
SEED = 20260719


@dataclass
class Year:
    """The year being told: its end, its dice, the rows gathered so far."""

    until: datetime
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    said: dict[str, Any] = field(default_factory=lambda: read("duties.toml"))
    entries: list[Written] = field(default_factory=list)
    states: dict[UUID, StreamState] = field(default_factory=dict)
    notes: list[TaskNote] = field(default_factory=list)
    photos: list[TaskPhoto] = field(default_factory=list)
    superiors: dict[tuple[int, int], Holder | None] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=lambda: dict(Post.objects.values_list("pk", "key")))

    def picture(self, template: str) -> Picture:
        """A drawing that fits the duty, kept on disk."""
        found = scene(self.dice.choice(self.said["scenes"][template]), after=True)
        keep(found)
        return found

    def above(self, post: int, steps: int = 1) -> Holder | None:
        """The post so many steps above, asked once."""
        if (post, steps) not in self.superiors:
            self.superiors[post, steps] = so_far_above(post, steps)
        return self.superiors[post, steps]

    def reliability(self, post: int) -> float:
        """The share of duties this post does in time."""
        known: dict[str, float] = self.said["reliability"]
        return known.get(self.keys[post]) or 0.85 + random.Random(f"{SEED}:{self.keys[post]}").random() * 0.12


@dataclass
class Story:
    """One duty's story."""

    year: Year
    uid: UUID
    template: Template
    state: StreamState = field(default_factory=StreamState)

    def say(self, facts: Facts, at: datetime, by: DutyState | Holder | None) -> None:
        """One entry: by the holder of a duty or by a post; None: the system."""
        post = by.post_id if isinstance(by, DutyState) else by.post if by else None
        entry = Written(timeline=clock.REAL, stream_kind=SUBJECT, stream=self.uid, sequence=self.state.sequence + 1,
                      at=at, recorded=at, actor=POST if by else SYSTEM, post=post,
                      appointment=by.appointment if by else None, verb=facts.verb,
                      facts=Encoded(facts.model_dump_json()))
        self.state = changed(facts.apply(self.state, happening_of(entry)), sequence=entry.sequence)
        self.year.entries.append(entry)

    @property
    def duty(self) -> DutyState:
        """The open duty."""
        return self.state.duties[self.state.subject.duty]

    def note(self, kind: str) -> DossierRef:
        """Words kept beside the entry."""
        row = TaskNote(id=uuid.uuid7(), salt=new_salt(), task_id=self.uid,
                       text=self.year.dice.choice(self.year.said["notes"][kind]))
        self.year.notes.append(row)
        return _mark("task.note", row)

    def photos(self) -> tuple[DossierRef, ...]:
        """As many pictures as the template asks for."""
        marks = []
        for _ in range(self.template.photos):
            picture = self.year.picture(self.template.code)
            row = TaskPhoto(id=uuid.uuid7(), salt=new_salt(), task_id=self.uid, sha256=picture.sha256,
                            width=picture.width, height=picture.height)
            self.year.photos.append(row)
            marks.append(_mark("task.photo", row))
        return tuple(marks)

    def go_on(self) -> None:
        """From given to wherever it has come by now."""
        dice, duty = self.year.dice, self.duty
        post, due = duty.post_id or 0, duty.due_at or duty.assigned_at
        span = max(due - duty.assigned_at, timedelta(hours=4))
        if dice.random() < REFUSED_SHARE and (above := self.year.above(post)):
            self.refuse(duty, above, duty.assigned_at + span * dice.uniform(0.1, 0.6))
            return
        in_time = dice.random() < self.year.reliability(post)
        never = not in_time and dice.random() < NEVER_SHARE and due > self.year.until - timedelta(days=40)
        at = self.by_day(duty.assigned_at + span * (dice.uniform(0.08, 0.96) if in_time else dice.uniform(1.04, 1.5)))
        if in_time and at > due:
            at = due - timedelta(minutes=dice.randint(5, 90))
        at = max(at, duty.assigned_at + timedelta(minutes=25))
        if dice.random() < 0.6 and (seen := duty.assigned_at + span * 0.05) < min(at, self.year.until):
            self.say(DutyAccepted(duty=duty.id), seen, duty)
        self.escalate(duty, due, min(at, self.year.until) if not never else self.year.until)
        if at < self.year.until and not never:
            self.say(TaskDone(closes=duty.id, template=self.template.code, counts=self.counts(),
                              note=self.note(self.template.code), photos=self.photos()), at, duty)

    def by_day(self, at: datetime) -> datetime:
        """Nobody visits at three in the night: into the hours of a working day."""
        local = at.astimezone(clock.ZONE)
        return local.replace(hour=8 + local.hour * 10 // 24, minute=self.year.dice.randint(0, 59))

    def counts(self) -> dict[str, int]:
        """Numbers within the template's bounds, most of them small."""
        return {one.code: min(one.most, one.least + int(self.year.dice.expovariate(1 / 4))) for one in
                self.template.counts}

    def refuse(self, duty: DutyState, above: Holder, at: datetime) -> None:
        """Refused, and most often agreed to a day later."""
        if at >= self.year.until:
            return
        opens = assigned(REFUSAL, to=above, body=duty.body_id, territory=None, due_at=duty.due_at)
        self.say(TaskRefused(closes=duty.id, note=self.note("refusal"), opens=opens), at, duty)
        later = at + timedelta(hours=self.year.dice.uniform(3, 30))
        if later < self.year.until:
            self.say(RefusalDecided(closes=opens.id, agreed=True, note=self.note("agreed"), opens=None), later,
                     self.state.duties[opens.id])

    def escalate(self, duty: DutyState, due: datetime, end: datetime) -> None:
        """The posts above were told, one after another, while it stayed silent beyond its deadline."""
        for level in range(1, MOST_ESCALATIONS + 1):
            at = due + self.template.again_after * (level - 1) + timedelta(minutes=1)
            if at >= end:
                return
            above = self.year.above(duty.post_id or 0, level)
            self.say(DutyEscalated(duty=duty.id, level=level, post=above.post if above else None), at, None)


def _mark(kind: str, row: Dossier) -> DossierRef:
    return ref(kind, row.id, content_of(kind, row))


def tell_duties(*, until: datetime, days: int, say: Callable[[str], None]) -> int:
    """The templates' duties over so many days before a moment; how many entries that made."""
    year = Year(until)
    since = (until - timedelta(days=days)).date()
    for template in templates(until.date()).values():
        for day in occurrences(template, since, until.date()):
            begins = start_of(day, template, calendar())
            for key, to in holders_of(template) if begins <= until else ():
                uid = uid_of(template.code, key, period_of(day, template.cycle))
                _told(Story(year, uid, template), given(template, day, begins, to), begins, None)
    for block in year.said["given"]:
        _given(year, block, days)
    _store(year)
    say(f"duties of templates: {len(year.states)}")
    return len(year.entries)


def _told(story: Story, first: TaskGiven, at: datetime, by: Holder | None) -> None:
    story.say(first, at, by)
    story.go_on()
    story.year.states[story.uid] = story.state


def _given(year: Year, block: dict[str, Any], days: int) -> None:
    """Duties given by hand over the year, evenly; the last ones are still open."""
    posts = {row.key: _holder(row) for row in Post.objects.filter(key__in=[*block["posts"], block["by"]])}
    for nth in range(block["count"]):
        at = year.until - timedelta(days=days) * (1 - (nth + year.dice.random()) / block["count"])
        at = at.astimezone(clock.ZONE).replace(hour=9, minute=year.dice.randint(0, 59), second=0, microsecond=0)
        if at >= year.until:
            continue
        day = (at + timedelta(days=block.get("ahead_days", 0))).date()
        to, words = posts[block["posts"][nth % len(block["posts"])]], block["texts"][nth % len(block["texts"])]
        for code in filter(None, (block["template"], block.get("also"))):
            story = Story(year, uuid.uuid7(), templates()[code])
            _told(story, give_facts(story.template, story.uid, day, at, to, words), at, posts[block["by"]])


def _holder(post: Post) -> Holder:
    current = post.appointments.filter(ends__isnull=True).values_list("pk", flat=True).first()
    return Holder(post=post.pk, body=post.body_id, appointment=current)


def _store(year: Year) -> None:
    with write():
        record_history(history(SUBJECT, year.entries, year.states))
        insert_objects(TaskNote, year.notes)
        insert_objects(TaskPhoto, year.photos)
