"""Warnings as others read them: in force, concerning a body, one with all its messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from shapely import prepare
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from undercity import clock
from undercity.alerts.cap.message import Alert, Scope
from undercity.alerts.cap.reading import parsed
from undercity.alerts.models import ReceivedWarning, WarningMessage
from undercity.alerts.queries.reading import territories
from undercity.alerts.rules.areas import touched
from undercity.alerts.rules.book import terms
from undercity.alerts.states import Colour, Stage
from undercity.org.powers import POST, Actor
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.places.queries import with_names
from undercity.science.coordinates import Datum

# A message was taken once: what it was read with then is enough to read it again.
ENOUGH = 64 * 1024 * 1024


def in_force(at: datetime, timeline: str | None = None) -> list[ReceivedWarning]:
    """The warnings in force at a moment, the strongest first, on the current timeline or the one named.

    What begins a few minutes ahead of our clock is in force: clocks differ.
    """
    ahead = timedelta(minutes=terms(at.astimezone(clock.ZONE).date()).minutes_ahead)
    rows = ReceivedWarning.objects.filter(timeline=timeline or clock.timeline(), stage=Stage.IN_FORCE,
                                          begins__lte=at + ahead, ends__gt=at)
    return sorted(rows, key=strength)


def strength(row: ReceivedWarning) -> tuple[int, float]:
    """For sorting: the strongest colour first, of equals the newest."""
    return -Colour(row.colour).order, -row.sent.timestamp()


def concerning(body: int, at: datetime, timeline: str | None = None) -> list[ReceivedWarning]:
    """The warnings in force that touch a body: it, what lies above it as a whole, or anything below it."""
    book = directory()
    card = book.cards.get(body)
    if card is None:
        return []
    near = {*book.line(body), *book.under(card.path)}
    return [row for row in in_force(at, timeline) if near.intersection(row.bodies)]


def visible_to(actor: Actor) -> QuerySet[ReceivedWarning]:
    """Warnings on the current timeline an actor may see: public ones every post, others those who take in warnings or
    read responses. Citizens see public ones too: they are public."""
    rows = ReceivedWarning.objects.filter(timeline=clock.timeline())
    if actor.kind == POST and (actor.holds(Power.ALERT_RECEIVE) or actor.holds(Power.RESPONSE_READ)):
        return rows
    return rows.filter(scope=Scope.PUBLIC.value)


def newest_messages(warnings: Iterable[ReceivedWarning]) -> dict[UUID, WarningMessage]:
    """Warning → the message that holds, without its bytes."""
    chosen = {row.pk: row.mark for row in warnings}
    found: dict[UUID, WarningMessage] = {}
    for one in WarningMessage.objects.filter(warning__in=list(chosen)).defer("raw").order_by("sent", "received_at"):
        if one.mark == chosen[one.warning] or one.warning not in found:
            found[one.warning] = one
    return found


@dataclass(frozen=True)
class Detail:
    """A warning with everything it consists of: its messages in the order sent, the one that speaks, its ground."""

    row: ReceivedWarning
    messages: Sequence[WarningMessage]
    speaks: WarningMessage
    alert: Alert
    ground: BaseGeometry


def alert_in(message: WarningMessage) -> Alert:
    """The typed message of a stored one."""
    return parsed(bytes(message.raw), most=ENOUGH)


def detail(uid: UUID, actor: Actor) -> Detail | None:
    """A warning in full; None when there is none the actor may see."""
    row = visible_to(actor).filter(pk=uid).first()
    return detail_of(row) if row else None


def detail_of(row: ReceivedWarning) -> Detail:
    """A warning in full."""
    messages = list(WarningMessage.objects.filter(warning=row.pk).select_related("feed").order_by(
        "sent", "received_at"))
    warns = [one for one in messages if one.msg_type in {"Alert", "Update"}] or messages
    speaks = warns[-1]
    alert = alert_in(speaks)
    ground = touched(alert, territories(), Datum(speaks.datum)).ground
    return Detail(row, messages, speaks, alert, ground)


def places_within(ground: BaseGeometry, *, officer: bool) -> list[Place]:
    """The places on a ground, with their names; unlisted ones for officers only."""
    if ground.is_empty:
        return []
    west, south, east, north = ground.bounds
    rows = Place.objects.filter(lat__range=(south, north), lon__range=(west, east)).prefetch_related(
        with_names()).order_by("key")
    if not officer:
        rows = rows.filter(listed=True)
    prepare(ground)
    return [row for row in rows if ground.covers(Point(row.lon, row.lat))]
