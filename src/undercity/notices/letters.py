"""Letters: how a notice reads, told by the room it comes from, and the one door they all leave by.

Notices to people outside the offices become letters by `register`, notices to posts by `register_for_posts`. What
stands in one is never logged: of a fault only its kind is kept, since a mail server likes to repeat the address.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings

from undercity.notices import doors as ways
from undercity.notices.doors import Button, Undelivered
from undercity.notices.states import Channel

__all__ = ["Letter", "Told", "Undelivered", "Words", "doors", "letter_of", "open_to_posts", "register",
           "register_default", "register_for_posts", "send", "words_of"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave: by which channel, to which address, in which words.

    `key` is the same for every try of the same message, so that a receiver can tell a repetition. `button`:
    what answers it, for a channel that shows a card; elsewhere the address stands in the text.
    """

    channel: Channel
    to: str
    subject: str
    text: str
    key: str = ""
    button: Button | None = None

    @property
    def whole(self) -> str:
        """The text with what its button says and opens."""
        return f"{self.text}\n{self.button.label}: {self.button.address}" if self.button else self.text


class Told(Protocol):
    """What a writer needs of a notice."""

    pk: int
    code: str
    post_id: int | None
    recipient: UUID | None
    appointment: int | None
    subject_kind: str
    subject: UUID
    due_at: datetime | None
    batch: UUID | None
    timeline: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Words:
    """How a message to a post reads, in the reader's language.

    `lines` say what is asked; they leave the machine, so nothing internal stands in them. `page` is the path where it
    is done. `shown` is what the page of the one-tap link shows to whoever holds the link; by default the subject.
    """

    subject: str
    lines: tuple[str, ...]
    page: str
    shown: tuple[str, ...] = ()
    # May the holder say that he received it? Without that the message leads to the page only.
    receivable: bool = True


Writer = Callable[[Told], Letter | None]
PostWriter = Callable[[Sequence[Told]], Words | None]
Acknowledge = Callable[[Told, datetime], None]
Received = Callable[[Told], datetime | None]


@dataclass(frozen=True, slots=True)
class ForPosts:
    """What a room tells of its notices to posts.

    `writer` gets all notices of the same holder and batch, mostly one; None when nobody need be told any more.
    `acknowledge` says that the holder received it 签收, twice changes nothing; `received` when he did.
    """

    writer: PostWriter
    acknowledge: Acknowledge | None = None
    received: Received | None = None


_writers: dict[str, Writer] = {}
_for_posts: dict[str, ForPosts] = {}
_default: list[ForPosts] = []


def register(subject_kind: str, writer: Writer) -> None:
    """Tell how notices about this kind of subject become letters; None when nobody is there to read it any more."""
    _writers[subject_kind] = writer


def register_for_posts(about: str, writer: PostWriter, *, acknowledge: Acknowledge | None = None,
                       received: Received | None = None) -> None:
    """Tell how notices to posts with this code, or about this kind of subject, read; a code wins."""
    _for_posts[about] = ForPosts(writer, acknowledge, received)


def register_default(writer: PostWriter, *, acknowledge: Acknowledge | None = None,
                     received: Received | None = None) -> None:
    """What holds for every notice to a post that no room told of."""
    _default[:] = [ForPosts(writer, acknowledge, received)]


def for_posts(notice: Told) -> ForPosts | None:
    """What was told of a notice like this one."""
    return _for_posts.get(notice.code) or _for_posts.get(notice.subject_kind) or next(iter(_default), None)


def letter_of(notice: Told) -> Letter | None:
    """The letter of a notice to somebody outside."""
    writer = _writers.get(notice.subject_kind)
    return writer(notice) if writer else None


def words_of(notices: Sequence[Told]) -> Words | None:
    """How notices to one holder read, in the language that is active."""
    told = for_posts(notices[0])
    return told.writer(notices) if told else None


def doors() -> list[Channel]:
    """The channels that this deployment has for people outside the offices."""
    return [channel for channel, there in ((Channel.EMAIL, settings.MAIL), (Channel.SMS, settings.SMS_GATEWAY))
            if there]


def open_to_posts() -> set[Channel]:
    """The channels an officer can be reached by; all of them in a demonstration, where nothing leaves."""
    if settings.DEMO:
        return set(Channel) - {Channel.OUTBOX}
    return {*doors(), *(Channel(name) for name in settings.ROBOTS),
            *([Channel.WEBHOOK] if settings.WEBHOOK_HOSTS else [])}


def send(letter: Letter) -> str:
    """Send a letter; a word for the log. Undelivered when that failed. In demonstration mode nothing leaves."""
    if letter.channel is Channel.EMAIL and settings.MAIL:
        ways.by_mail(letter.to, letter.subject, letter.text, letter.key)
        return "demonstration: written to a file" if settings.DEMO else ""
    if settings.DEMO:
        return "demonstration: not sent"
    if letter.channel not in open_to_posts():
        raise Undelivered("this door is shut")
    card = {"button": letter.button} if letter.button else {}
    ways.WAYS[letter.channel](letter.to, letter.subject, letter.text, letter.key, **card)
    return ""
