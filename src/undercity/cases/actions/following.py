"""关注: being told of a case. An address is used only after whoever reads it has said yes with a code."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language, gettext as _

from undercity.cases.facts import SUBJECT
from undercity.cases.models import Case, Contact, Follower, Supporter
from undercity.cases.queries.following import CODE, KEY_MOVES, code_of, digest_of, followers_of
from undercity.db import write
from undercity.errors import NotFound, RuleBroken
from undercity.notices.actions import put_outside
from undercity.notices.letters import doors
from undercity.notices.states import Channel

# Against somebody who has codes sent to others: so many a day to one address, none within so many minutes, so many
# wrong codes.
MOST_A_DAY = 5
PAUSE = timedelta(minutes=10)
MOST_TRIES = 5
ADDRESS_MAX = 120
_PHONE = re.compile(r"\+?[0-9]{5,15}\Z")


def read_address(text: str) -> tuple[Channel, str]:
    """An e-mail or telephone number as it was typed; RuleBroken when it is neither, or its door is shut here."""
    text = text.strip()
    if "@" in text:
        try:
            validate_email(text[:ADDRESS_MAX + 1])
        except ValidationError:
            text = ""
        channel = Channel.EMAIL
    else:
        text = re.sub(r"[\s()./-]", "", text)
        channel, text = Channel.SMS, text if _PHONE.match(text) else ""
    if not text or len(text) > ADDRESS_MAX:
        raise RuleBroken(_("This is neither an e-mail address nor a telephone number."), field="address",
                         remedy=_("For example: zhang@example.com"))
    if channel not in doors():
        raise RuleBroken(_("This office sends no messages by this way."), field="address",
                         remedy=_("Give an e-mail address.") if Channel.EMAIL in doors() else
                         _("Keep the address of your receipt: it shows every step."))
    return channel, text


def follow(case: UUID, *, at: datetime, address: str, contact: Contact | None = None,
           supporter: Supporter | None = None) -> Follower:
    """Ask for messages; a code goes to the address. `contact` or `supporter`: the dossier it stands in already.

    Asked again for the same case and address, the same follower comes back; whether he was there is not told.
    """
    channel, address = read_address(address)
    digest = digest_of(address)
    with write():
        there = Follower.objects.select_for_update(of=("self",)).filter(case__uid=case, digest=digest).first()
        if there is not None and ((there.confirmed_at and not there.ended_at) or at < there.asked_at + PAUSE):
            return there
        if Follower.objects.filter(digest=digest, asked_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
            raise RuleBroken(_("Many codes went to this address today."), field="address", remedy=_("Try tomorrow."))
        new = {"asked_at": at, "tries": 0, "confirmed_at": None, "ended_at": None, "language": get_language() or ""}
        if there is None:
            kept = contact is None and supporter is None
            there = Follower.objects.create(
                case_id=case, channel=channel, address=address if kept else "", contact=contact, supporter=supporter,
                digest=digest, token=secrets.token_urlsafe(16), **new)
        else:
            Follower.objects.filter(pk=there.pk).update(**new)
            there.refresh_from_db()
        put_outside(code=CODE, recipient=there.pk, subject_kind=SUBJECT, subject=case)
    return there


def confirm(follower: UUID, *, code: str, at: datetime) -> Follower:
    """Say yes with the code. RuleBroken when it is another one; after some tries a new one must be asked for."""
    with write():
        there = Follower.objects.select_for_update(of=("self",)).select_related("case").filter(pk=follower).first()
        if there is None:
            raise NotFound(_("There is no such page."))
        right = compare_digest(code_of(there), "".join(code.split())[:12]) if code.isascii() else False
        wrong = there.tries >= MOST_TRIES or not right
        if wrong:
            # Noted in any case: an error must not undo the counting.
            Follower.objects.filter(pk=follower).update(tries=min(there.tries + 1, MOST_TRIES))
        elif there.confirmed_at is None:
            Follower.objects.filter(pk=follower).update(confirmed_at=at)
            there.confirmed_at = at
    if wrong:
        raise RuleBroken(_("This is not the code."), field="code",
                         remedy=_("Ask for a new one.") if there.tries + 1 >= MOST_TRIES else _(
                             "Look at the message again."))
    return there


def stop(token: str, *, at: datetime) -> Follower:
    """No more messages. Saying it twice changes nothing."""
    with write():
        Follower.objects.filter(token=token, ended_at__isnull=True).update(ended_at=at)
    there = Follower.objects.select_related("case").filter(token=token).first()
    if there is None:
        raise NotFound(_("There is no such page."))
    return there


def tell_followers(case: Case, verb: str) -> int:
    """Put the news of a key move into the outbox, in the move's own transaction; to how many."""
    if verb not in KEY_MOVES:
        return 0
    told = followers_of(case)
    for follower in told:
        put_outside(code=verb, recipient=follower, subject_kind=SUBJECT, subject=case.uid)
    return len(told)
