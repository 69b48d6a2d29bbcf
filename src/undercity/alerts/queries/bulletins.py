"""Our own messages: what is published, what an officer may see and change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from undercity import clock
from undercity.alerts.cap.message import Alert
from undercity.alerts.cap.reading import parsed
from undercity.alerts.models import Bulletin, BulletinMessage
from undercity.alerts.rules.book import chinese, terms
from undercity.alerts.states import BulletinStage, Matter
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.states import Power

MOST = 100


def published(identifier: str) -> BulletinMessage | None:
    """One message on the current timeline, by its name. Messages of a drill are not on the city's own line."""
    return BulletinMessage.objects.filter(identifier=identifier, timeline=clock.timeline(),
                                          erased_at__isnull=True).first()


def newest_published(at: datetime) -> list[BulletinMessage]:
    """The messages that hold, and those that ended in the last days, the newest first."""
    since = at - timedelta(days=terms(at.astimezone(clock.ZONE).date()).keep_bulletin_days)
    live = Bulletin.objects.filter(timeline=clock.timeline(), ends__gte=since).values("pk")
    return list(BulletinMessage.objects.filter(bulletin__in=live, erased_at__isnull=True).order_by(
        "-sent", "-id")[:MOST])


def visible_to(actor: Actor) -> QuerySet[Bulletin]:
    """What we published on the current timeline: for those who may publish, of the bodies they speak for; for those
    who read responses, of theirs."""
    book = directory()
    mine = {body for power in (Power.ALERT_ISSUE, Power.RESPONSE_READ) for path in actor.scopes(power)
            for body in book.under(path)}
    return Bulletin.objects.filter(timeline=clock.timeline(), body__in=mine)


@dataclass(frozen=True)
class Told:
    """A message of ours as a page shows it."""

    row: Bulletin
    headline: str
    body: str
    matter: str
    in_force: bool
    newest: BulletinMessage


def told(rows: QuerySet[Bulletin], at: datetime, limit: int = 100) -> list[Told]:
    """Messages for a list, the newest first."""
    chosen = list(rows.order_by("-sent")[:limit])
    newest: dict[UUID, BulletinMessage] = {}
    for one in BulletinMessage.objects.filter(bulletin__in=[row.pk for row in chosen]).order_by("sent", "id"):
        newest[one.bulletin] = one
    return [Told(row, newest[row.pk].headline_zh if chinese() else newest[row.pk].headline_en, body_name(row.body_id),
                 str(Matter(row.matter).label), row.stage == BulletinStage.OUT and row.ends > at, newest[row.pk])
            for row in chosen if row.pk in newest]


def holding(at: datetime) -> list[Told]:
    """What we say to the public now."""
    return [one for one in told(Bulletin.objects.filter(timeline=clock.timeline(), stage=BulletinStage.OUT,
                                                        ends__gt=at), at) if one.in_force]


def alert_of(message: BulletinMessage) -> Alert:
    """The typed message of a published one."""
    return parsed(message.text.encode())


def messages_of(uid: UUID) -> list[BulletinMessage]:
    """All messages of a bulletin in their order."""
    return list(BulletinMessage.objects.filter(bulletin=uid).order_by("sent", "id"))
