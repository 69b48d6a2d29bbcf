"""Public notices 公告: posted and taken down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import uuid_utils.compat as ids
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import InvalidMove, NotFound, RuleBroken
from undercity.ledger.actions import last_sequence, record
from undercity.ledger.dossier import content_of, new_salt, ref
from undercity.ledger.fold import StreamState
from undercity.org.powers import Actor, can, require
from undercity.org.queries import directory
from undercity.org.states import BodyKind, Power
from undercity.places.models import Place
from undercity.places.seasons.announcing_facts import (
    ANNOUNCEMENTS,
    DOSSIER,
    SUBJECT,
    Announced,
    AnnouncementEnded,
)
from undercity.places.seasons.models import Announcement
from undercity.places.seasons.powers import may_decide

TEXT_MAX = 1000


def post_announcement(*, by: Actor, at: datetime, zh: str, en: str = "", place: int | None = None, starts: datetime,
                      ends: datetime | None, client_key: str = "") -> Announcement:
    """发布公告: for one place, or for all of the city. The same key posts it once."""
    zh, en = zh.strip(), en.strip()
    for field, words in (("zh", zh), ("en", en)):
        if len(words) > TEXT_MAX:
            raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": TEXT_MAX}, field=field,
                             remedy=_("Shorten it."))
    if not zh:
        raise RuleBroken(_("What is announced?"), field="zh", remedy=_("Write it in Chinese; English may be added."))
    if ends is not None and not starts < ends > at:
        raise RuleBroken(_("An announcement ends after it begins, and not in the past."), field="ends",
                         remedy=_("Choose a later moment, or leave it empty."))
    identity = ids.uuid5(ids.NAMESPACE_URL, f"announcement:{by.post}:{client_key}") if client_key else ids.uuid7()
    with write():
        known = Announcement.objects.filter(pk=identity).first()
        if known is not None:
            return known
        _allowed(by, place)
        row = Announcement(id=identity, salt=new_salt(), timeline=clock.timeline(), place_id=place, zh=zh, en=en,
                           starts=starts, ends=ends, version=1, posted_by=by.post)
        row.save(force_insert=True)
        record(Announced(place=place, starts=starts, ends=ends, words=ref(DOSSIER, row.id, content_of(DOSSIER, row))),
               stream_kind=SUBJECT, stream=row.id, was=StreamState(), by=by, at=at)
    return row


def end_announcement(announcement: UUID, *, by: Actor, at: datetime) -> Announcement:
    """撤下公告: it is shown no more."""
    with write():
        row = Announcement.objects.select_for_update(of=("self",)).filter(pk=announcement).first()
        if row is None:
            raise NotFound(_("There is no such announcement."))
        _allowed(by, row.place_id)
        if row.ends is not None and row.ends <= at:
            raise InvalidMove(_("This announcement is over already."), remedy=_("It stays in the record."))
        # One that was never shown ends when it would have begun.
        record(AnnouncementEnded(ends=max(at, row.starts)), stream_kind=SUBJECT, stream=row.pk,
               was=StreamState(sequence=last_sequence(row.pk), subject=ANNOUNCEMENTS.state_of(row)), by=by, at=at)
        row.refresh_from_db()
    return row


def _allowed(by: Actor, place: int | None) -> None:
    if place is None:
        # For all places means for the whole city.
        city = next(card.path for card in directory().cards.values() if card.kind == BodyKind.CITY)
        require(can(by, Power.PLACE_EDIT, city))
        return
    found = Place.objects.filter(pk=place).first()
    if found is None:
        raise NotFound(_("There is no such place."))
    require(may_decide(by, found.district_id))
