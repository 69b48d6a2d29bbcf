"""发布公告: our own messages to the public as CAP 1.2: closings, cancellations, a body's own orders. Never the weather.

Weather warnings and the city's level are relayed, not authored; nothing here can be given a weather category. Nothing
internal goes out: only places the public knows may be named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import uuid_utils.compat as ids
from django.conf import settings
from django.utils.translation import gettext as _, override

from undercity import clock
from undercity.alerts.cap.message import (
    Alert,
    Area,
    Category,
    Certainty,
    Circle,
    InfoBlock,
    MsgType,
    Reference,
    Response,
    Scope,
    Severity,
    Status,
    Urgency,
)
from undercity.alerts.cap.reading import parsed
from undercity.alerts.cap.writing import written
from undercity.alerts.facts import BULLETIN, BulletinCancelled, BulletinIssued, BulletinUpdated
from undercity.alerts.models import Bulletin, BulletinMessage
from undercity.alerts.projection import OWN_XML, state_of
from undercity.alerts.states import BulletinStage, Matter
from undercity.db import write
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.actions.quicker import moved_since
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.fold import DossierRef, StreamState
from undercity.org.powers import Actor, Decision, can, require
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names

HEADLINE_MAX, TEXT_MAX = 160, 2000
# A place is a dot with its door in it; only listed places, whose position is public.
DOOR_KM = 0.05
RESPONSES = {Matter.CLOSING: Response.AVOID, Matter.OPENING: Response.ALL_CLEAR, Matter.SESSION: Response.MONITOR,
             Matter.ORDER: Response.EXECUTE}
CATEGORY = {Matter.CLOSING: Category.INFRA, Matter.OPENING: Category.INFRA, Matter.SESSION: Category.OTHER,
            Matter.ORDER: Category.SAFETY}


@dataclass(frozen=True)
class Said:
    """What a message says in one language."""

    headline: str
    description: str = ""
    instruction: str = ""


def may_issue(by: Actor, body: int) -> Decision:
    """May this actor speak to the public for this body?"""
    card = directory().cards.get(body)
    return can(by, Power.ALERT_ISSUE, card.path) if card else Decision(False, _("There is no such body."))


def status_here() -> Status:
    """What a message of ours is on this timeline: an exercise in a drill, a test in a demonstration, else actual."""
    if clock.timeline() != clock.REAL:
        return Status.EXERCISE
    return Status.TEST if settings.DEMO else Status.ACTUAL


def issue(*, by: Actor, at: datetime, body: int, matter: Matter, zh: Said, en: Said, ends: datetime,
          begins: datetime | None = None, places: Sequence[int] = (), bodies: Sequence[int] = (),
          severity: Severity = Severity.MODERATE, urgency: Urgency = Urgency.IMMEDIATE,
          client_key: str = "") -> Bulletin:
    """Publish a message in both languages; with the same `client_key` of the same post it is published once.

    `places` and `bodies`: ids of what it is about; without any, the whole of the body. RuleBroken names the field.
    """
    require(may_issue(by, body))
    begins = begins or at
    where = _areas(body, places, bodies, at)
    _checked(zh, en, begins, ends, at)
    uid = ids.uuid5(ids.NAMESPACE_URL, f"bulletin:{clock.timeline()}:{by.post}:{client_key}") if client_key \
        else ids.uuid7()
    with write():
        known = Bulletin.objects.filter(pk=uid).first()
        if known is not None:
            return known
        draft = _Draft(uid, body, matter, zh, en, at, begins, ends, where, severity, urgency)
        message = _message(draft, MsgType.ALERT, None)
        record(BulletinIssued(matter=matter.value, body=body, **_facts(draft, message, places, bodies)),
               stream_kind=BULLETIN, stream=uid, was=StreamState(), by=by, at=at)
        message.save(force_insert=True)
        return Bulletin.objects.get(pk=uid)


def update(uid: UUID, *, by: Actor, at: datetime, zh: Said, en: Said, ends: datetime, begins: datetime | None = None,
           places: Sequence[int] = (), bodies: Sequence[int] = (), severity: Severity = Severity.MODERATE,
           urgency: Urgency = Urgency.IMMEDIATE, seen: int | None = None) -> Bulletin:
    """Say it anew: the older message holds no longer. `seen`: the version looked at; changed since, Conflict."""
    with write():
        row = _locked(uid, by, seen)
        begins = begins or row.begins
        where = _areas(row.body_id, places, bodies, at)
        _checked(zh, en, begins, ends, at)
        draft = _Draft(uid, row.body_id, Matter(row.matter), zh, en, at, begins, ends, where, severity, urgency)
        message = _message(draft, MsgType.UPDATE, _last(row))
        record(BulletinUpdated(**_facts(draft, message, places, bodies)), stream_kind=BULLETIN, stream=uid,
               was=state_of(row, last_sequence(uid)), by=by, at=at)
        message.save(force_insert=True)
    row.refresh_from_db()
    return row


def withdraw(uid: UUID, *, by: Actor, at: datetime, zh: Said, en: Said, seen: int | None = None) -> Bulletin:
    """撤销: it holds no longer, and why."""
    with write():
        row = _locked(uid, by, seen)
        last = _last(row)
        spoken = parsed(last.text.encode())
        areas = spoken.infos[0].areas, spoken.infos[-1].areas
        draft = _Draft(uid, row.body_id, Matter(row.matter), zh, en, at, at, max(row.ends, at), areas, Severity.MINOR,
                       Urgency.PAST)
        _checked(zh, en, at, draft.ends, at, over=True)
        message = _message(draft, MsgType.CANCEL, last)
        record(BulletinCancelled(sent=message.sent, xml=_mark(message)), stream_kind=BULLETIN, stream=uid,
               was=state_of(row, last_sequence(uid)), by=by, at=at)
        message.save(force_insert=True)
    row.refresh_from_db()
    return row


@dataclass(frozen=True)
class _Draft:
    uid: UUID
    body: int
    matter: Matter
    zh: Said
    en: Said
    at: datetime
    begins: datetime
    ends: datetime
    areas: tuple[tuple[Area, ...], tuple[Area, ...]]
    severity: Severity
    urgency: Urgency


def _locked(uid: UUID, by: Actor, seen: int | None) -> Bulletin:
    row = Bulletin.objects.select_for_update(of=("self",)).filter(pk=uid, timeline=clock.timeline()).first()
    if row is None:
        raise NotFound(_("There is no such message."))
    require(may_issue(by, row.body_id))
    if row.stage != BulletinStage.OUT:
        raise InvalidMove(_("This message is withdrawn already."), remedy=_("Publish a new one."))
    if seen is not None and seen != row.version:
        raise moved_since(uid, seen)
    return row


def _last(row: Bulletin) -> BulletinMessage:
    found = BulletinMessage.objects.filter(bulletin=row.pk).order_by("-sent", "-id").first()
    assert found is not None
    return found


def _checked(zh: Said, en: Said, begins: datetime, ends: datetime, at: datetime, *, over: bool = False) -> None:
    for language, said in (("zh", zh), ("en", en)):
        if not said.headline.strip() or len(said.headline) > HEADLINE_MAX:
            raise RuleBroken(_("What is it, in one line? At most %(max)d characters.") % {"max": HEADLINE_MAX},
                             field=f"headline_{language}", remedy=_("The public reads it first, in both languages."))
        if max(len(said.description), len(said.instruction)) > TEXT_MAX:
            raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": TEXT_MAX},
                             field=f"description_{language}", remedy=_("Shorten it."))
    if not over and not begins < ends > at:
        raise RuleBroken(_("It ends after it begins, and not before now."), field="ends",
                         remedy=_("Correct one of the two moments."))


def _areas(body: int, places: Sequence[int], bodies: Sequence[int], at: datetime
           ) -> tuple[tuple[Area, ...], tuple[Area, ...]]:
    """Where, in Chinese and English."""
    book = directory()
    rows = {row.pk: row for row in Place.objects.filter(pk__in=list(places)).prefetch_related(with_names())}
    if missing := [one for one in places if one not in rows or not rows[one].listed]:
        raise RuleBroken(_("A place without a public profile cannot be named to the public."), field="places",
                         remedy=_("Name the district instead."), details={"places": missing})
    if unknown := [one for one in bodies if one not in book.cards]:
        raise RuleBroken(_("There is no such body."), field="bodies", remedy=_("Choose from the list."),
                         details={"bodies": unknown})
    chosen = list(bodies) or ([] if rows else [body])
    told = []
    for language in ("zh-hans", "en"):
        with override(language):
            told.append(tuple([Area(desc=book.name(one, language, at.date()), geocodes=_codes(one)) for one in chosen]
                              + [Area(desc=name_of(rows[one], at), circles=(Circle((rows[one].lat, rows[one].lon),
                                                                                   DOOR_KM),)) for one in places]))
    return told[0], told[1]


def _codes(body: int) -> tuple[tuple[str, str], ...]:
    """The code of a territory, or of the nearest one above a body without any."""
    book = directory()
    code = next((book.cards[one].code for one in reversed(book.line(body)) if book.cards[one].code), "")
    return (("行政区划代码", code),) if code else ()


def _facts(draft: _Draft, message: BulletinMessage, places: Sequence[int], bodies: Sequence[int]) -> dict[str, Any]:
    return {"status": status_here().value, "sent": message.sent, "begins": draft.begins, "ends": draft.ends,
            "places": tuple(places), "bodies": tuple(bodies), "xml": _mark(message)}


def _mark(message: BulletinMessage) -> DossierRef:
    return ref(OWN_XML, message.id, content_of(OWN_XML, message))


def _message(draft: _Draft, kind: MsgType, before: BulletinMessage | None) -> BulletinMessage:
    """The message as everybody gets it."""
    identity = ids.uuid7()
    sent = draft.at.astimezone(clock.ZONE).replace(microsecond=0)
    if before is not None and sent <= before.sent:
        # Two messages of one second could not be told apart by those who sort them.
        sent = before.sent.astimezone(clock.ZONE) + timedelta(seconds=1)
    alert = Alert(
        identifier=f"undercity-{identity}", sender=_sender(draft.body), sent=sent, status=status_here(),
        msg_type=kind, scope=Scope.PUBLIC, note=_note(),
        references=(Reference(_sender(draft.body), before.identifier, before.sent.astimezone(clock.ZONE)),)
        if before else (), infos=(_info(draft, draft.zh, "zh-CN", draft.areas[0]),
                                  _info(draft, draft.en, "en", draft.areas[1])))
    return BulletinMessage(id=identity, salt=new_salt(), bulletin=draft.uid, timeline=clock.timeline(),
                           identifier=alert.identifier, msg_type=kind.value, sent=sent,
                           headline_zh=draft.zh.headline[:300], headline_en=draft.en.headline[:300],
                           text=written(alert).decode())


def _sender(body: int) -> str:
    """A name of ours that nobody else has: the body at this site's host."""
    return f"{directory().cards[body].key}@{urlsplit(settings.SITE_ADDRESS).hostname or 'localhost'}"


def _note() -> str:
    said = status_here()
    if said is Status.EXERCISE:
        return "演练，不是真实情况。Exercise only: this is not happening."
    return "演示数据，不是真实情况。Demonstration only: this is not happening." if said is Status.TEST else ""


def _info(draft: _Draft, said: Said, language: str, areas: tuple[Area, ...]) -> InfoBlock:
    code = "zh-hans" if language.startswith("zh") else "en"
    with override(code):
        event = str(draft.matter.label)
    book = directory()
    return InfoBlock(language=language, categories=(CATEGORY[draft.matter],), event=event,
                responses=(RESPONSES[draft.matter],), urgency=draft.urgency, severity=draft.severity,
                certainty=Certainty.OBSERVED, effective=draft.at.astimezone(clock.ZONE).replace(microsecond=0),
                onset=draft.begins.astimezone(clock.ZONE).replace(microsecond=0),
                expires=draft.ends.astimezone(clock.ZONE).replace(microsecond=0),
                sender_name=book.name(draft.body, code, draft.at.date()), headline=said.headline.strip(),
                description=said.description.strip(), instruction=said.instruction.strip(), areas=areas)
