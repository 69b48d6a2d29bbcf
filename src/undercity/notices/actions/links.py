"""Answering a message by its link 一键签收: without signing in, for the one notice and the one appointment it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import NotFound, Refused
from undercity.notices.letters import ForPosts, Words, for_posts, words_of
from undercity.notices.links import read
from undercity.notices.models import Notice
from undercity.org.models import Appointment


class Over(Refused):
    """The link opened its page once, and does so no more."""

    status = 410
    code = "over"


class Guessing(Refused):
    """Many links that were never given out came from one address."""

    status = 429
    code = "too_many"


class Wrong:
    """Wrong links from one address, counted in this process on the wall clock. Right ones are never held up."""

    MOST = 30
    SECONDS = 600
    _seen: ClassVar[dict[str, list[float]]] = {}

    @classmethod
    def one_more(cls, address: str) -> None:
        """Count a wrong link; Guessing when there were too many."""
        now = clock.real_now().timestamp()
        if len(cls._seen) > 10_000:
            cls._seen.clear()
        recent = [moment for moment in cls._seen.get(address, ()) if moment > now - cls.SECONDS][-cls.MOST:]
        cls._seen[address] = [*recent, now]
        if len(recent) >= cls.MOST:
            raise Guessing(_("Too many wrong links."), remedy=_("Wait ten minutes, then open the link again."))


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens: its notice (with the appointment of the link), how it reads, when it was received."""

    notice: Notice
    words: Words | None
    told: ForPosts
    received: datetime | None

    @property
    def can_be_received(self) -> bool:
        """Is there a button?"""
        return self.told.acknowledge is not None and self.words is not None and self.words.receivable


def _behind(token: str, asker: str) -> tuple[Notice, ForPosts]:
    """The notice of a link and what its room told of it; NotFound, Over or Guessing as `opened` says."""
    link = read(token, clock.real_now())
    notice = Notice.objects.filter(pk=link.notice, recipient__isnull=True).first() if link else None
    told = for_posts(notice) if notice else None
    if link is None or notice is None or told is None:
        Wrong.one_more(asker)
        raise NotFound(_("There is no such page."), remedy=_("Open the link once more from the message."))
    now = clock.now()
    holds = Appointment.objects.filter(pk=link.appointment, post=notice.post_id, person__isnull=False).first()
    if link.until < clock.real_now() or holds is None or (holds.ends is not None and holds.ends <= now):
        raise Over(_("This link is over."), remedy=_("Sign in: what is yours to do stands on your desk."))
    notice.appointment = holds.pk
    return notice, told


def opened(token: str, *, asker: str) -> Opened:
    """What a link opens; nothing is changed. NotFound when it is none, Over when its time or its appointment ended."""
    notice, told = _behind(token, asker)
    return Opened(notice, words_of([notice]), told, told.received(notice) if told.received else None)


def acknowledge(token: str, *, asker: str, at: datetime) -> None:
    """Say that the message was received. Saying it twice changes nothing, nor does it where nothing is to be said."""
    notice, told = _behind(token, asker)
    if told.acknowledge is not None:
        told.acknowledge(notice, at)
