"""Who looked at what 查阅记录, for whoever audits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from undercity.ledger.models import Look
from undercity.ledger.subjects import Line, subject
from undercity.org.addresses import address_of
from undercity.org.queries import post_titles

# The page of a subject, by its kind: only cases have one that takes an id.
PAGES = {"case": "case_of"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: who, when, at which fields of what, and why."""

    pk: int
    who: str
    at: datetime
    what: str
    href: str
    fields: str
    reason: str


def looks(before: int | None, limit: int, kind: str = "") -> list[Seen]:
    """Looks, newest first, older than a running number; `kind`: only at subjects of this kind."""
    rows = Look.objects.order_by("-pk")
    rows = rows.filter(pk__lt=before) if before is not None else rows
    found = list((rows.filter(subject_kind=kind) if kind else rows)[:limit])
    titles = post_titles(row.post for row in found)
    lines: dict[UUID, Line] = {}
    for one in {row.subject_kind for row in found}:
        if (known := subject(one)) is not None:
            lines |= known.describe({row.subject for row in found if row.subject_kind == one})
    return [Seen(row.pk, titles.get(row.post, ""), row.at, _what(row, lines), address_of(PAGES[row.subject_kind])(
        row.subject) if row.subject_kind in PAGES else "", row.fields, row.reason) for row in found]


def _what(row: Look, lines: Mapping[UUID, Line]) -> str:
    line = lines.get(row.subject)
    return f"{line.number} {line.title}" if line else row.subject_kind
