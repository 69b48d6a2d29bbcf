"""Responses as pages show them: what waits, what is in force, what was."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from undercity import clock
from undercity.ledger import facts as vocabulary
from undercity.ledger.models import Duty, Entry
from undercity.ledger.queries import story
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory, post_titles
from undercity.org.states import Power
from undercity.response.models import Order, Response, ResponseText
from undercity.response.states import OPEN_STAGES, Basis, Level, Stage, Standing


@dataclass(frozen=True, slots=True)
class Seen:
    """A response in a list."""

    row: Response
    body: str
    level: str
    wanted: str
    stage: str
    basis: str
    counts: dict[str, int]

    @property
    def silent(self) -> int:
        """Orders nobody answered."""
        return self.counts.get(Standing.ISSUED, 0)

    @property
    def orders(self) -> int:
        """All orders that were not withdrawn."""
        return sum(count for standing, count in self.counts.items() if standing != Standing.WITHDRAWN)


def visible_to(actor: Actor) -> QuerySet[Response]:
    """The responses of bodies whose plans and orders are the actor's business, on this timeline."""
    book = directory()
    over = {body for path in actor.scopes(Power.RESPONSE_READ) for body in book.under(path)}
    return Response.objects.filter(timeline=clock.timeline(), body__in=over)


def seen(rows: list[Response]) -> list[Seen]:
    """Responses as a list shows them; one statement however many there are."""
    counts: dict[UUID, Counter[str]] = {row.pk: Counter() for row in rows}
    for uid, standing, count in counts_of([row.pk for row in rows]):
        counts[uid][standing] = count
    return [Seen(row, body_name(row.body_id), str(Level(row.level).label),
                 str(Level(row.wanted).label) if row.wanted is not None else "", str(Stage(row.stage).label),
                 str(Basis(row.basis).label), dict(counts[row.pk])) for row in rows]


def counts_of(responses: list[UUID]) -> list[tuple[UUID, str, int]]:
    """How many orders of each response stand how; from the board's index alone."""
    return list(Order.objects.filter(response__in=responses).values_list("response_id", "standing").annotate(
        count=Count("pk")).order_by())


def open_ones(actor: Actor) -> list[Seen]:
    """What is proposed or in force, the newest first."""
    return seen(list(visible_to(actor).filter(stage__in=OPEN_STAGES).order_by("-proposed_at")))


def past(actor: Actor, limit: int = 50) -> list[Seen]:
    """What was declined or stood down, the newest first."""
    return seen(list(visible_to(actor).exclude(stage__in=OPEN_STAGES).order_by("-proposed_at")[:limit]))


def response_for(actor: Actor, uid: UUID) -> Response | None:
    """A response the actor may see."""
    return visible_to(actor).filter(pk=uid).first()


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the record: what, by whom, when, with which words, and whether it came late."""

    what: str
    who: str
    at: datetime
    text: str
    level: str
    late: bool


def history_of(response: Response) -> list[Step]:
    """The record of a response, oldest first: levels, orders in their official form, reports; four statements."""
    entries = list(story(response.pk))
    words = {str(row.pk): row for row in ResponseText.objects.filter(response=response)}
    duties = {str(row.pk): row for row in Duty.objects.filter(stream=response.pk)}
    titles = post_titles({entry.post for entry in entries if entry.post})
    return [_step(entry, words, duties, titles) for entry in entries]


def _step(entry: Entry, words: dict[str, ResponseText], duties: dict[str, Duty], titles: dict[int, str]) -> Step:
    said: dict[str, Any] = entry.facts
    ref = said.get("wording") or said.get("note") or {}
    row = words.get(ref.get("id", ""))
    closed = duties.get(str(said.get("closes") or ""))
    # Every duty of the stream has levels too: of those above it that were told.
    has_level = entry.verb.startswith("response.") and said.get("level") is not None
    level = str(Level(said["level"]).label) if has_level else ""
    return Step(vocabulary.label(entry.verb), titles.get(entry.post, "") if entry.post else "", entry.at,
                row.text if row is not None and row.erased_at is None else "", level,
                # A newer proposal decides nothing: that the older one waited too long is told by its own line.
                bool(closed and closed.outcome != "superseded" and closed.due_at and entry.at > closed.due_at))
