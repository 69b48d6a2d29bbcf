"""What can happen to an announcement, as entries of the record, and its rows as states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy as _

from undercity.ledger.dossier import register_table
from undercity.ledger.facts import Facts, verb
from undercity.ledger.fold import DossierRef, Happening, StreamState, changed
from undercity.ledger.subjects import Line, Subject, register
from undercity.places.seasons.models import Announcement

SUBJECT = "announcement"
DOSSIER = "place.announcement"
SHOWN = 40


@dataclass(frozen=True)
class AnnouncementState:
    """The projected columns of `Announcement`."""

    timeline: str
    place_id: int | None
    starts: datetime
    ends: datetime | None
    version: int
    posted_by: int | None


@verb("place.announced/1", _("Announcement posted"))
class Announced(Facts):
    """发布公告: words in both languages, for a place or for all."""

    place: int | None
    starts: datetime
    ends: datetime | None
    words: DossierRef

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=AnnouncementState(
            timeline=happening.timeline, place_id=self.place, starts=self.starts, ends=self.ends,
            version=happening.sequence, posted_by=happening.post))


@verb("place.announcement_ended/1", _("Announcement taken down"))
class AnnouncementEnded(Facts):
    """撤下公告: it is shown no more from this moment on."""

    ends: datetime

    def apply(self, state: StreamState, happening: Happening) -> StreamState:
        return changed(state, subject=changed(state.subject, ends=self.ends, version=happening.sequence))


def _describe(streams: Iterable[UUID]) -> dict[UUID, Line]:
    chinese = (get_language() or "zh").startswith("zh")
    return {row.pk: Line(number="", title=(row.zh if chinese or not row.en else row.en)[:SHOWN], where="")
            for row in Announcement.objects.filter(pk__in=list(streams))}


# The row is written whole, with its words, by whoever posts it.
ANNOUNCEMENTS = Subject(kind=SUBJECT, state=AnnouncementState, model=Announcement, describe=_describe, stream="id",
                        whole=True)


def register_announcements() -> None:
    """Tell the record how announcements are read and written."""
    register(ANNOUNCEMENTS)
    register_table(DOSSIER, Announcement, ("zh", "en"))
