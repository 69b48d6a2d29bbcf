"""收到预警: a message from any door, however often and in whatever order it comes.

A message is known by sender, identifier and time sent. An Update or Cancel joins the warning it refers to, if that is
of the same sender and status: nobody lifts another's warning, and an exercise never lifts a real one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat as ids
from django.db import IntegrityError, connection
from django.db.models import Q
from django.utils.translation import gettext as _

from undercity import clock
from undercity.alerts.cap.message import MsgType
from undercity.alerts.facts import (
    WARNING,
    WarningCancelled,
    WarningExpired,
    WarningJoined,
    WarningReceived,
    WarningUpdated,
)
from undercity.alerts.models import Feed, ReceivedWarning, WarningMessage, WarningReference
from undercity.alerts.projection import XML, state_of, xml_content
from undercity.alerts.queries.reading import Looked, look_through
from undercity.alerts.signals import warning_ended, warning_received
from undercity.alerts.states import Door, Ended, Signed, Stage
from undercity.db import write
from undercity.errors import RuleBroken
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.dossier import new_salt, ref
from undercity.ledger.facts import Facts
from undercity.ledger.fold import DossierRef, StreamState
from undercity.org.powers import THE_SYSTEM, Actor, Decision, require
from undercity.org.states import Power
from undercity.science.coordinates import Datum

# Any number no other lock of the database has: "warning" in ASCII, cut to 31 bits.
LOCK = 0x7761726E & 0x7FFFFFFF
REPLIES = frozenset({MsgType.ACK, MsgType.ERROR})


@dataclass(frozen=True)
class Received:
    """What became of a message. `fresh`: False when it was known; `how`: received, updated, cancelled, joined."""

    warning: ReceivedWarning
    message: WarningMessage
    fresh: bool
    how: str


@dataclass(frozen=True)
class _Came:
    """A message on its way in."""

    looked: Looked
    raw: bytes
    door: Door
    by: Actor
    at: datetime
    datum: Datum
    feed: Feed | None
    invented: bool


def may_receive(by: Actor) -> Decision:
    """May this actor bring in warnings? They touch whom they touch, so the power is asked for anywhere."""
    return Decision(by.holds(Power.ALERT_RECEIVE),
                    _("Your post has no power to %(power)s.") % {"power": Power.ALERT_RECEIVE.label})


def receive(raw: bytes, *, door: Door, by: Actor, at: datetime, datum: Datum = Datum.WGS84, feed: Feed | None = None,
            signed_only: bool = False, invented: bool = False) -> Received:
    """Take in one CAP message on the current timeline. The same message again changes nothing and has the same answer.

    RuleBroken and its kin say what is wrong with it; nothing is stored then.
    """
    require(may_receive(by))
    looked = look_through(raw, at=at, datum=datum)
    if signed_only and looked.signed is not Signed.VALID:
        raise RuleBroken(_("The message is not signed by a trusted office, and this feed takes no other."),
                         field="Signature", remedy=_("Add the office's certificate to the trusted ones, or allow "
                                                     "unsigned messages for this feed."))
    came = _Came(looked, raw, door, by, at, datum, feed, invented)
    try:
        return _taken(came)
    except IntegrityError:
        # Somebody else brought the same message at the same moment: then it is known.
        return _taken(came)


def _taken(came: _Came) -> Received:
    alert = came.looked.alert
    with write():
        _one_at_a_time()
        known = WarningMessage.objects.filter(timeline=clock.timeline(), mark=alert.itself.mark).first()
        if known is not None:
            return Received(ReceivedWarning.objects.get(pk=known.warning), known, fresh=False, how="duplicate")
        related = _related(came)
        primary = related[0] if related else None
        message = _message(came, primary.pk if primary else ids.uuid7())
        mark = ref(XML, message.id, xml_content(message.salt, came.raw))
        if primary is None:
            how, warning = "received", _begin(came, message.warning, mark)
        else:
            _guarded(came, primary)
            how, warning = _go_on(came, primary, mark)
        message.save(force_insert=True)
        WarningReference.objects.bulk_create([
            WarningReference(message=message, timeline=message.timeline, mark=one)
            for one in dict.fromkeys(reference.mark for reference in alert.references)])
        for other in related[1:]:
            _merge(other, warning, came.at)
        _announce(came, warning, how)
        return Received(warning, message, fresh=True, how=how)


def _one_at_a_time() -> None:
    """An Alert and its Update that arrive together must see each other. On SQLite `write()` sees to it; warnings are
    rare enough for PostgreSQL to take them one by one too."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _related(came: _Came) -> list[ReceivedWarning]:
    """The warnings a message belongs to, the newest first, locked: by what it refers to, by what refers to it, and by
    what refers to the same message that has not come."""
    alert, timeline = came.looked.alert, clock.timeline()
    about = [one.mark for one in alert.references]
    of_it = WarningReference.objects.filter(timeline=timeline, mark__in=[alert.itself.mark, *about])
    rows = WarningMessage.objects.filter(Q(mark__in=about) | Q(pk__in=of_it.values("message")), timeline=timeline,
                                         sender=alert.sender, status=alert.status.value)
    return list(ReceivedWarning.objects.select_for_update().filter(
        pk__in=set(rows.values_list("warning", flat=True))).order_by("-sent", "pk"))


def _guarded(came: _Came, warning: ReceivedWarning) -> None:
    if warning.signed == Signed.VALID and came.looked.signed is not Signed.VALID:
        raise RuleBroken(_("The warning this belongs to was signed by a trusted office; this message is not."),
                         field="Signature", remedy=_("Ask the office for the signed message."))


def _message(came: _Came, warning: UUID) -> WarningMessage:
    alert = came.looked.alert
    zh, en = (alert.info(chinese) for chinese in (True, False))
    return WarningMessage(
        id=ids.uuid7(), salt=new_salt(), warning=warning, timeline=clock.timeline(), mark=alert.itself.mark,
        sender=alert.sender, identifier=alert.identifier, sent=alert.sent, msg_type=alert.msg_type.value,
        status=alert.status.value, received_at=came.at, door=came.door.value, feed=came.feed, datum=came.datum.value,
        said=[one.value for one in came.looked.said], signed=came.looked.signed.value, signer=came.looked.signer,
        headline_zh=(zh.headline or zh.event)[:300] if zh else "", invented=came.invented,
        headline_en=(en.headline or en.event)[:300] if en else "",
        office=((zh.sender_name if zh else "") or alert.sender)[:200],
        office_en=(en.sender_name if en else "")[:200], raw=came.raw)


def _facts(came: _Came, xml: DossierRef) -> dict[str, object]:
    looked, alert, meant = came.looked, came.looked.alert, came.looked.meaning
    known = {row[0] for row in WarningMessage.objects.filter(
        timeline=clock.timeline(), mark__in=[one.mark for one in alert.references]).values_list("mark")}
    return {"mark": alert.itself.mark, "sent": alert.sent, "msg_type": alert.msg_type.value,
            "status": alert.status.value, "scope": alert.scope.value, "counting": looked.counting.value,
            "hazard": meant.hazard.value, "colour": meant.colour.value, "inferred": meant.inferred,
            "severity": meant.severity.value, "signed": looked.signed.value, "begins": meant.begins,
            "ends": meant.ends, "assumed": meant.assumed, "bodies": tuple(sorted(looked.touched.bodies)),
            "door": came.door.value, "missing": any(one.mark not in known for one in alert.references), "xml": xml}


def _record(warning: UUID, said: Facts, was: StreamState, came: _Came) -> ReceivedWarning:
    record(said, stream_kind=WARNING, stream=warning, was=was, by=came.by, at=came.at)
    return ReceivedWarning.objects.get(pk=warning)


def _begin(came: _Came, uid: UUID, xml: DossierRef) -> ReceivedWarning:
    return _record(uid, WarningReceived.model_validate(_facts(came, xml)), StreamState(), came)


def _go_on(came: _Came, warning: ReceivedWarning, xml: DossierRef) -> tuple[str, ReceivedWarning]:
    """One more message of a warning we know."""
    alert, was = came.looked.alert, state_of(warning, last_sequence(warning.pk))
    # What so far only acknowledged says nothing that an older warning could not replace.
    if alert.msg_type in REPLIES or (alert.sent < warning.sent and warning.stage != Stage.NOTED):
        found = WarningReference.objects.filter(timeline=warning.timeline, mark=alert.itself.mark).exists()
        return "joined", _record(warning.pk, WarningJoined(
            mark=alert.itself.mark, sent=alert.sent, msg_type=alert.msg_type.value, found=found, xml=xml), was, came)
    if alert.msg_type is MsgType.CANCEL:
        return "cancelled", _record(warning.pk, WarningCancelled(
            mark=alert.itself.mark, sent=alert.sent, why=Ended.CANCELLED.value, into=None, xml=xml), was, came)
    return "updated", _record(warning.pk, WarningUpdated.model_validate(_facts(came, xml)), was, came)


def _merge(other: ReceivedWarning, into: ReceivedWarning, at: datetime) -> None:
    """A message that refers to two warnings makes them one: the older ends in it."""
    was_in_force = other.stage == Stage.IN_FORCE
    record(WarningCancelled(mark=None, sent=None, why=Ended.MERGED.value, into=into.pk, xml=None), stream_kind=WARNING,
           stream=other.pk, was=state_of(other, last_sequence(other.pk)), by=THE_SYSTEM, at=at)
    other.refresh_from_db()
    if was_in_force:
        warning_ended.send(sender=ReceivedWarning, warning=other, at=at, why=Ended.MERGED.value)


def _announce(came: _Came, warning: ReceivedWarning, how: str) -> None:
    if how == "cancelled":
        warning_ended.send(sender=ReceivedWarning, warning=warning, at=came.at, why=Ended.CANCELLED.value)
    elif how in {"received", "updated"} and warning.stage == Stage.IN_FORCE:
        if warning.ends <= came.at:
            _expire(warning, came.at, told=how == "updated")
        else:
            warning_received.send(sender=ReceivedWarning, warning=warning, at=came.at, first=how == "received")


def _expire(warning: ReceivedWarning, at: datetime, *, told: bool) -> None:
    record(WarningExpired(ends=warning.ends), stream_kind=WARNING, stream=warning.pk,
           was=state_of(warning, last_sequence(warning.pk)), by=THE_SYSTEM, at=at)
    warning.refresh_from_db()
    if told:
        warning_ended.send(sender=ReceivedWarning, warning=warning, at=at, why=Ended.EXPIRED.value)


def expire_due(at: datetime) -> int:
    """预警到期: end what is over by the clock, on the current timeline; how many."""
    due: Sequence[UUID] = list(ReceivedWarning.objects.filter(
        timeline=clock.timeline(), stage=Stage.IN_FORCE, ends__lte=at).values_list("pk", flat=True)[:500])
    done = 0
    for uid in due:
        with write():
            row = ReceivedWarning.objects.select_for_update().get(pk=uid)
            if row.stage == Stage.IN_FORCE and row.ends <= at:
                _expire(row, at, told=True)
                done += 1
    return done
