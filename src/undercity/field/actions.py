"""Taking what was recorded on the spot: each action once, whoever sends it how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from undercity.clock import ZONE
from undercity.db import write
from undercity.errors import Conflict, NotAllowed, RuleBroken, TooLarge
from undercity.field.kinds import Doing, Given, doing
from undercity.field.models import Received
from undercity.field.rules import WORTH_SAYING, Sent, checked, digest_of
from undercity.ledger.pictures import Picture, read_picture
from undercity.org.powers import Actor


def take(sent: Sent, photos: Sequence[bytes], *, by: Actor, at: datetime) -> tuple[Received, bool]:
    """Carry out an action, or give back what it came to the first time; whether this was the first time.

    The receipt is written in the action's own transaction: both are there or neither, after a kill too, and of two
    senders at once one waits for the other and then finds its receipt. A refused action leaves nothing behind.
    """
    assert by.post is not None
    if sent.who != str(by.person):
        raise NotAllowed(_("This was recorded by somebody else on this phone."), field="who",
                         remedy=_("It is kept until whoever recorded it signs in again."))
    chosen = doing(sent.doing)
    digest = digest_of(sent, photos)
    if known := _known(sent, digest, by):
        return known, False
    values = checked(chosen.fields(sent.subject), sent.values, len(photos))
    pictures = [_picture(place, raw) for place, raw in enumerate(photos, 1)]
    given = Given(by=by, at=at, key=sent.key, subject=sent.subject, seen=sent.seen, values=values, photos=pictures,
                  done_at=at - sent.ago if sent.ago is not None else None)
    try:
        with write():
            return _carried_out(chosen, _with_moment(given, sent), sent, digest), True
    except IntegrityError:
        if known := _known(sent, digest, by):
            return known, False
        raise


def _carried_out(chosen: Doing, given: Given, sent: Sent, digest: str) -> Received:
    assert given.by.post is not None
    row = Received(key=sent.key, person_id=given.by.person, post=given.by.post, doing=sent.doing, subject=sent.subject,
                   digest=digest, done_at=given.done_at, received_at=given.at)
    # First of all, so that a second sender waits here instead of doing it too.
    row.save(force_insert=True)
    outcome = chosen.apply(given)
    row.subject, row.answer = outcome.subject, {"label": str(chosen.label), **outcome.as_data()}
    row.save(update_fields=["subject", "answer"])
    return row


def _known(sent: Sent, digest: str, by: Actor) -> Received | None:
    row = Received.objects.filter(pk=sent.key).first()
    if row is None:
        return None
    if row.person_id != by.person or row.digest != digest:
        raise Conflict(_("This key stands for something else already."), field="key",
                       remedy=_("Record it anew: every action has a key of its own."))
    return row


def _picture(place: int, raw: bytes) -> Picture:
    try:
        return read_picture(raw)
    except RuleBroken as wrong:
        kind = TooLarge if isinstance(wrong, TooLarge) else RuleBroken
        raise kind(_("Photo %(nth)d: %(why)s") % {"nth": place, "why": wrong.message}, field="photos",
                   remedy=wrong.remedy, details={"photo": place}) from wrong


def _with_moment(given: Given, sent: Sent) -> Given:
    """The record's moment is the server's, since the next one's clock begins with it; the phone's is said in words."""
    if sent.ago is None or sent.ago < WORTH_SAYING or "note" not in given.values:
        return given
    said = _("[Recorded on the spot at %(moment)s, sent when there was signal]") % {
        "moment": f"{(given.at - sent.ago).astimezone(ZONE):%Y-%m-%d %H:%M}"}
    return replace(given, values={**given.values, "note": f"{given.values['note']}\n{said}".strip()})
