"""The record of one order: who was told what and when, with words and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from undercity.ledger import facts as vocabulary
from undercity.ledger.queries import story
from undercity.org.queries import post_titles
from undercity.response.models import Order, OrderNote, OrderPhoto
from undercity.response.states import How


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the record."""

    what: str
    who: str
    at: datetime
    text: str
    how: str


@dataclass(frozen=True, slots=True)
class Told:
    """A post of the chain: who it is, when it is or was told, and whether it was."""

    post: str
    at: datetime
    told: bool


def steps_of(row: Order) -> list[Step]:
    """Oldest first; three statements."""
    entries = list(story(row.pk))
    words = {str(note.pk): note.text for note in OrderNote.objects.filter(order=row, erased_at__isnull=True)}
    titles = post_titles({entry.post for entry in entries if entry.post}
                         | {entry.facts["post"] for entry in entries if entry.facts.get("post")})
    return [Step(vocabulary.label(entry.verb), titles.get(entry.post or entry.facts.get("post") or 0, ""), entry.at,
                 words.get((entry.facts.get("note") or {}).get("id", ""), ""),
                 str(How(entry.facts["how"]).label) if entry.facts.get("how") else "") for entry in entries]


def photos_of(row: Order) -> list[OrderPhoto]:
    """The pictures that were sent with it."""
    return list(OrderPhoto.objects.filter(order=row, erased_at__isnull=True).order_by("pk"))


def chain_of(row: Order) -> list[Told]:
    """Whom silence is told, and when."""
    titles = post_titles(post for post, _minutes in row.chain)
    return [Told(titles.get(post, ""), row.held_from + timedelta(minutes=minutes), place < row.told)
            for place, (post, minutes) in enumerate(row.chain)]
