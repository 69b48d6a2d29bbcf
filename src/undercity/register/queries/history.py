"""What was changed in a profile, when, by which post 变更记录; and who took it away in a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from undercity.clock import ZONE
from undercity.ledger.facts import label
from undercity.ledger.models import Entry
from undercity.org.queries import post_titles
from undercity.register.facts import PROFILE
from undercity.register.models import Change, Exported, Profile
from undercity.register.parts import fields, label_of, shown

LISTED = 60


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: what it is called, what it was, what it became."""

    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a profile: when, what, by which post, with its fields. `imported`: the import it came with."""

    at: datetime
    what: str
    who: str
    imported: bool
    changes: list[FieldChange]


def history(place: int, *, internal: bool) -> list[Step]:
    """The newest changes of a profile. Values of internal fields only when `internal`; else their names alone."""
    stream = Profile.objects.filter(place=place).values_list("uid", flat=True).first()
    if stream is None:
        return []
    entries = list(Entry.objects.filter(stream_kind=PROFILE, stream=stream).order_by("-sequence")[:LISTED])
    changes = {change.pk: change for change in Change.objects.filter(
        pk__in=[UUID(entry.facts["change"]["id"]) for entry in entries])}
    titles = post_titles(entry.post for entry in entries if entry.post)
    steps = []
    for entry in entries:
        change = changes.get(UUID(entry.facts["change"]["id"]))
        steps.append(Step(entry.at.astimezone(ZONE), label(entry.verb), titles.get(entry.post or 0, ""),
                          change is not None and change.batch is not None,
                          _changes(change, internal) if change else []))
    return steps


def _changes(change: Change, internal: bool) -> list[FieldChange]:
    known = fields()
    found = []
    for part, pairs in change.values.items():
        for code, (was, now) in pairs.items():
            name = f"{part}.{code}"
            secret = name not in known or known[name][1].internal
            found.append(FieldChange(label_of(name), *(("", "") if secret and not internal else (
                shown(name, was), shown(name, now)))))
    return found


@dataclass(frozen=True, slots=True)
class Taken:
    """An export that held a place's internal fields."""

    at: datetime
    who: str
    reason: str


def exports_with(place: int) -> list[Taken]:
    """Who took the internal fields of a place away in a file, newest first."""
    rows = [held.export for held in Exported.objects.filter(place=place).select_related("export").order_by(
        "-export__at")[:LISTED]]
    titles = post_titles(row.post for row in rows)
    return [Taken(row.at.astimezone(ZONE), titles.get(row.post, ""), row.reason) for row in rows]
