"""Letters to people outside the offices: who writes them, and the two doors they leave by, e-mail and text messages.

A room registers how a notice of its own becomes a letter. What stands in one is never logged: of a fault only its kind
is kept, since a mail server likes to repeat the address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import httpx
from django.conf import settings
from django.core.mail import EmailMessage

from undercity.notices.states import Channel

SECONDS = 10.0


class Undelivered(Exception):
    """A letter could not be sent; says what kind of trouble it was, without the address."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave: by which door, to which address, in which words."""

    channel: Channel
    to: str
    subject: str
    text: str


class Told(Protocol):
    """What a writer needs of a notice."""

    code: str
    recipient: UUID | None
    subject_kind: str
    subject: UUID


Writer = Callable[[Told], Letter | None]
_writers: dict[str, Writer] = {}


def register(subject_kind: str, writer: Writer) -> None:
    """Tell how notices about this kind of subject become letters; None when nobody is there to read it any more."""
    _writers[subject_kind] = writer


def letter_of(notice: Told) -> Letter | None:
    """The letter of a notice."""
    writer = _writers.get(notice.subject_kind)
    return writer(notice) if writer else None


def doors() -> list[Channel]:
    """The doors that this deployment has."""
    return [channel for channel, there in ((Channel.EMAIL, settings.MAIL), (Channel.SMS, settings.SMS_GATEWAY))
            if there]


def send(letter: Letter) -> str:
    """Send a letter; a word for the log. Undelivered when that failed. In demonstration mode nothing leaves."""
    if letter.channel not in doors():
        raise Undelivered("this door is shut")
    if letter.channel is Channel.EMAIL:
        return _by_mail(letter)
    if settings.DEMO:
        return "demonstration: not sent"
    return _by_gateway(letter)


def _by_mail(letter: Letter) -> str:
    message = EmailMessage(letter.subject, letter.text, settings.DEFAULT_FROM_EMAIL, [letter.to],
                           headers={"Auto-Submitted": "auto-generated"})
    try:
        message.send()
    except (OSError, ValueError) as trouble:
        raise Undelivered(type(trouble).__name__) from None
    return "demonstration: written to a file" if settings.DEMO else ""


def _by_gateway(letter: Letter) -> str:
    """One POST of {"to", "text"} as JSON; any answer of 2xx means that the gateway has taken it over."""
    headers = {"Authorization": f"Bearer {settings.SMS_KEY}"} if settings.SMS_KEY else {}
    try:
        answer = httpx.post(settings.SMS_GATEWAY, json={"to": letter.to, "text": letter.text}, headers=headers,
                            timeout=SECONDS)
    except httpx.HTTPError as trouble:
        raise Undelivered(type(trouble).__name__) from None
    if not answer.is_success:
        raise Undelivered(f"the gateway answered {answer.status_code}")
    return ""
