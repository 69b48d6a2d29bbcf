"""How people and bodies are reached: addresses and wishes. All of it is erasable rows; nothing enters the record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.errors import NotFound, RuleBroken
from undercity.notices.actions import put
from undercity.notices.doors import robot_base
from undercity.notices.letters import open_to_posts
from undercity.notices.models import Address, Notice, Preference
from undercity.notices.queries.planning import ONE_ADDRESS
from undercity.notices.states import OF_A_BODY, OF_A_PERSON, ROBOTS, Channel
from undercity.notices.terms import terms
from undercity.org.powers import Actor

MOST_ADDRESSES = 8
TEST = "notice.test"
_PHONE = re.compile(r"\+?[0-9]{5,15}\Z")
_WEBHOOK = re.compile(r"[\x21-\x7e]{10,400}\Z")


def read_address(channel: Channel, text: str) -> str:
    """An address as it was typed, made plain; RuleBroken says what is wrong with it."""
    text = text.strip()
    if channel is Channel.EMAIL:
        try:
            validate_email(text[:200])
        except ValidationError:
            raise _wrong(_("This is no e-mail address."), _("For example: zhang@example.com")) from None
    elif channel is Channel.SMS:
        text = re.sub(r"[\s()./-]", "", text)
        if not _PHONE.match(text):
            raise _wrong(_("This is no telephone number."), _("Digits only, for example 13800001234."))
    elif channel in ROBOTS:
        if not _WEBHOOK.match(text) or not text.startswith(base := robot_base(channel)) or text == base:
            raise _wrong(_("This is no webhook of such a group."), _("It begins with %(address)s") % {
                "address": robot_base(channel)})
    else:
        if not _WEBHOOK.match(text) or urlsplit(text).scheme not in {"http", "https"} or not (
                settings.DEMO or urlsplit(text).hostname in settings.WEBHOOK_HOSTS):
            raise _wrong(_("Messages may not be sent to this address."),
                         _("The operator says which hosts are allowed: UNDERCITY_WEBHOOKS."))
    if len(text) > 400:
        raise _wrong(_("This address is too long."), _("At most 400 signs."))
    return text


def _wrong(message: str, remedy: str) -> RuleBroken:
    return RuleBroken(message, field="address", remedy=remedy)


def add_address(*, channel: Channel, text: str, at: datetime, person: int | None = None,
                body: int | None = None) -> Address:
    """Add an address, last in the order. The same one twice changes nothing."""
    if channel not in (OF_A_PERSON if person is not None else OF_A_BODY) or channel not in open_to_posts():
        raise RuleBroken(_("This office sends no messages by this way."), field="channel",
                         remedy=_("Choose another way."))
    address = read_address(channel, text)
    with write():
        mine = Address.objects.filter(person=person, body=body)
        if (there := mine.filter(channel=channel, address=address).first()) is not None:
            return there
        if mine.count() >= MOST_ADDRESSES:
            raise RuleBroken(_("There are %(count)d addresses already.") % {"count": MOST_ADDRESSES}, field="address",
                             remedy=_("Remove one that is no longer used."))
        last = mine.aggregate(last=Max("rank"))["last"]
        return Address.objects.create(person_id=person, body_id=body, channel=channel, address=address, made_at=at,
                                      rank=0 if last is None else last + 1)


def remove_address(uid: UUID, *, person: int | None = None, body: int | None = None) -> None:
    """Erase an address. Saying it twice changes nothing."""
    with write():
        _mine(person, body).filter(uid=uid).delete()


def raise_address(uid: UUID, *, person: int | None = None, body: int | None = None) -> None:
    """Let an address be tried one place earlier."""
    with write():
        rows = list(_mine(person, body).select_for_update())
        place = next((place for place, row in enumerate(rows) if row.uid == uid), None)
        if place is None:
            raise NotFound(_("There is no such address."))
        if place:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
        for rank, row in enumerate(rows):
            row.rank = rank
        Address.objects.bulk_update(rows, ["rank"])


def _mine(person: int | None, body: int | None) -> QuerySet[Address]:
    if (person is None) == (body is None):
        raise ValueError("an address is a person's or a body's")
    return Address.objects.filter(person=person, body=body)


def wish(*, person: int, quiet: tuple[time, time] | None, on_page: Sequence[str], language: str) -> None:
    """Say when nothing but the urgent shall come, which kinds may wait on the page, and in which language."""
    known = {kind.key for kind in terms(clock.now().date()).kinds if kind.may_wait}
    if set(on_page) - known:
        raise RuleBroken(_("This kind of message is always sent."), field="on_page", remedy=_("Choose another one."))
    if language not in dict(settings.LANGUAGES):
        raise RuleBroken(_("There is no such language here."), field="language", remedy=_("Choose another one."))
    with write():
        Preference.objects.update_or_create(person_id=person, defaults={
            "quiet_from": quiet[0] if quiet else None, "quiet_until": quiet[1] if quiet else None,
            "on_page": sorted(set(on_page)), "language": language})


def send_test(uid: UUID, *, by: Actor, person: int | None = None, body: int | None = None) -> Notice:
    """Send a test message to one address; RuleBroken after too many in an hour."""
    assert by.post is not None
    rule = terms(clock.now().date())
    with write():
        if not _mine(person, body).filter(uid=uid).exists():
            raise NotFound(_("There is no such address."))
        since = clock.now() - timedelta(hours=1)
        sent = Notice.objects.filter(post=by.post, code=TEST, created_at__gt=since).count()
        if sent >= rule.tests_an_hour:
            raise RuleBroken(_("Many test messages were sent within this hour."), field="address",
                             remedy=_("Try again later."))
        return put(code=TEST, post=by.post, appointment=by.appointment, subject_kind=ONE_ADDRESS, subject=uid,
                   due_at=None)
