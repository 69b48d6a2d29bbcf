"""Rows of the room as states of the record, and back; the messages as dossiers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from undercity.alerts.facts import BULLETIN, GAUGE, WARNING
from undercity.alerts.fold import BulletinState, EpisodeState, WarningState
from undercity.alerts.models import Bulletin, BulletinMessage, Episode, ReceivedWarning, WarningMessage
from undercity.alerts.rules.book import all_gauge_rules, chinese
from undercity.alerts.states import Colour, Hazard, Matter
from undercity.ledger.dossier import Content, register as register_dossier, register_table
from undercity.ledger.fold import StreamState
from undercity.ledger.record import duties_of
from undercity.ledger.subjects import Line, Subject, register
from undercity.org.queries import body_name

XML, OWN_XML = "warning.xml", "bulletin.xml"


def title(hazard: str, colour: str) -> str:
    """暴雨黄色预警: what a warning is called in one line."""
    if not colour:
        return capfirst(_("%(hazard)s warning") % {"hazard": Hazard(hazard).label})
    return capfirst(_("%(hazard)s %(colour)s warning") % {"hazard": Hazard(hazard).label,
                                                          "colour": Colour(colour).label})


def _warnings(streams: Iterable[UUID]) -> dict[UUID, Line]:
    return {row.uid: Line(number=f"{row.received_at:%m-%d %H:%M}", title=title(row.hazard, row.colour),
                          where="、".join(body_name(body) for body in row.bodies[:3]))
            for row in ReceivedWarning.objects.filter(pk__in=list(streams))}


def _episodes(streams: Iterable[UUID]) -> dict[UUID, Line]:
    known = {one.code: one for one in all_gauge_rules()}
    return {row.uid: Line(number="", title=known[row.rule].words if row.rule in known else row.rule,
                          where=row.series.device.label or row.series.device.key)
            for row in Episode.objects.filter(pk__in=list(streams)).select_related("series__device")}


def _bulletins(streams: Iterable[UUID]) -> dict[UUID, Line]:
    chosen = list(streams)
    words = {row.bulletin: row.headline_zh if chinese() else row.headline_en
             for row in BulletinMessage.objects.filter(bulletin__in=chosen).order_by("sent")}
    return {row.uid: Line(number=str(Matter(row.matter).label), title=words.get(row.uid, ""),
                          where=body_name(row.body_id)) for row in Bulletin.objects.filter(pk__in=chosen)}


def xml_content(salt: str, raw: bytes) -> Content:
    """What of a message the record vouches for: the SHA-256 of its bytes."""
    return Content(salt, {"sha256": hashlib.sha256(raw).hexdigest()})


def _messages(ids: Iterable[UUID]) -> dict[UUID, Content]:
    return {row[0]: xml_content(row[1], bytes(row[2])) for row in WarningMessage.objects.filter(
        pk__in=list(ids)).values_list("pk", "salt", "raw")}


KEPT: dict[type[Model], Subject[Any]] = {
    ReceivedWarning: Subject(kind=WARNING, state=WarningState, model=ReceivedWarning, describe=_warnings),
    Episode: Subject(kind=GAUGE, state=EpisodeState, model=Episode, describe=_episodes),
    Bulletin: Subject(kind=BULLETIN, state=BulletinState, model=Bulletin, describe=_bulletins)}


def state_of(row: ReceivedWarning | Episode | Bulletin, last: int) -> StreamState:
    """A row at hand as the state of its stream, whose last sequence is known."""
    return StreamState(sequence=last, subject=KEPT[type(row)].state_of(row),
                       duties=duties_of([row.pk]).get(row.pk, {}))


def register_subjects() -> None:
    """Tell the record how the rows of this room are read and written."""
    for one in KEPT.values():
        register(one)
    register_dossier(XML, _messages)
    register_table(OWN_XML, BulletinMessage, ("text",))
