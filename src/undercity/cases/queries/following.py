"""Who is told of a case, at which address, in which words 关注与通知."""

from __future__ import annotations

import re
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from undercity.cases.masking import masked
from undercity.cases.models import Case, Follower
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.speakers import linked_with
from undercity.cases.states import Stage
from undercity.ledger import facts as vocabulary
from undercity.ledger.lights import day_and_minute
from undercity.notices.letters import Letter, Told
from undercity.notices.states import Channel
from undercity.org.queries import body_name

CODE = "follow.code"
SALT = "undercity.follow"
DIGITS = 6
# What a follower is told of; the steps between are on the public page.
KEY_MOVES = frozenset({
    "case.refused/1", "case.filed/1", "case.dispatched/1", "case.extension_decided/1", "case.held/1", "case.resumed/1",
    "case.done/1", "case.closed/1", "case.handling_confirmed/1", "case.forced/1", "case.voided/1", "case.merged/1",
    "case.reopen_decided/1"})


def code_of(follower: Follower) -> str:
    """The six digits that confirm an address: made of the moment they were asked for, and kept nowhere."""
    mixed = salted_hmac(SALT, f"{follower.pk}:{follower.asked_at.timestamp():.6f}").hexdigest()
    return str(int(mixed, 16) % 10 ** DIGITS).zfill(DIGITS)


def digest_of(address: str) -> str:
    """The mark of an address: the same for the same one, and no guess without the secret of the site."""
    return salted_hmac(f"{SALT}.address", address.casefold()).hexdigest()


def address_of(follower: Follower) -> str:
    """Where he is reached; "" when that was erased."""
    if follower.address:
        return follower.address
    dossier = follower.contact or follower.supporter
    if dossier is None:
        return ""
    return dossier.email if follower.channel == Channel.EMAIL else re.sub(r"[\s()./-]", "", dossier.phone)


def shown_address(follower: Follower) -> str:
    """The same with its middle left out."""
    return masked(address_of(follower))


def followers_of(case: Case) -> list[UUID]:
    """Everybody who is told of this case, and of those that go on in it."""
    streams = linked_with(case) if case.reporters > 1 or case.continues else [case.uid]
    return list(Follower.objects.filter(case__in=streams, confirmed_at__isnull=False, ended_at__isnull=True)
                .order_by("pk").values_list("pk", flat=True))


def letter_to(notice: Told) -> Letter | None:
    """The letter of a notice to a follower; None when he stopped, or his address was erased."""
    assert notice.recipient is not None
    follower = Follower.objects.select_related("contact", "supporter").filter(pk=notice.recipient).first()
    case = Case.objects.filter(uid=notice.subject).first()
    if follower is None or case is None or follower.ended_at is not None or not (to := address_of(follower)):
        return None
    if (notice.code == CODE) is (follower.confirmed_at is not None):
        # A code for an address that is confirmed by now, or news for one that never was.
        return None
    with translation.override(follower.language or settings.LANGUAGE_CODE):
        lines = _code(follower) if notice.code == CODE else _news(case, notice.code)
        page = f"{settings.SITE_ADDRESS}{reverse('public_case', args=[case.number])}"
        lines += [_("Page of the case: %(address)s") % {"address": page}]
        if notice.code != CODE:
            stop = f"{settings.SITE_ADDRESS}{reverse('following', args=[follower.token])}"
            lines += [_("No more messages: %(address)s") % {"address": stop}]
        what = _("Your code") if notice.code == CODE else vocabulary.label(notice.code)
        return Letter(Channel(follower.channel), to, f"{_('Undercity')} · {case.number} · {what}", "\n".join(lines))


def _code(follower: Follower) -> list[str]:
    return [_("Your code is %(code)s. Type it on the page where you asked for messages.") % {"code": code_of(follower)},
            _("If you did not ask for messages, do nothing: none will come.")]


def _news(case: Case, verb: str) -> list[str]:
    lines = [f"{scheme().name(case.category)} · {body_name(case.territory_id)}",
             f"{vocabulary.label(verb)} · {Stage(case.stage).label}"]
    if case.outcome:
        lines.append(case.get_outcome_text())
    elif case.due_at is not None:
        lines.append(f"{body_name(case.department_id)} · {_('Deadline')} {day_and_minute(case.due_at)}")
    return lines
