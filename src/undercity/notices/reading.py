"""How this room's own notices read: the test message, and what no room told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from undercity import clock
from undercity.db import write
from undercity.notices import letters
from undercity.notices.letters import Told, Words
from undercity.notices.models import Address


def test_words(notices: Sequence[Told]) -> Words | None:
    """A test message; None when the address is gone meanwhile."""
    if not Address.objects.filter(uid=notices[0].subject).exists():
        return None
    return Words(_("Test message"), (_("This is a test: messages of your post arrive here."),), reverse("reach"))


def confirm(notice: Told, at: datetime) -> None:
    """Somebody read the test message: the address is right."""
    with write():
        Address.objects.filter(uid=notice.subject, confirmed_at__isnull=True).update(confirmed_at=at)


def confirmed(notice: Told) -> datetime | None:
    """Since when the address is known to be right."""
    return Address.objects.filter(uid=notice.subject).values_list("confirmed_at", flat=True).first()


def plain_words(notices: Sequence[Told]) -> Words:
    """What can be said of a notice nobody told of: that there is something, by when, and where."""
    lines = [_("Something new concerns your post.")]
    if (due := notices[0].due_at) is not None:
        lines.append(_("Due: %(moment)s") % {"moment": f"{due.astimezone(clock.ZONE):%m-%d %H:%M}"})
    return Words(_("A notice"), tuple(lines), reverse("desk"), receivable=False)


def register() -> None:
    """Tell the registry."""
    letters.register_for_posts("notice.test", test_words, acknowledge=confirm, received=confirmed)
    letters.register_default(plain_words)
