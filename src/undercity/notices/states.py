"""Where a notice stands, and how a delivery ended."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NoticeState(TextChoices):
    """The way of a notice. A claimed one whose worker died is claimed again after a while."""

    WAITING = "waiting", _("waiting")
    CLAIMED = "claimed", _("being delivered")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("given up")


class Channel(TextChoices):
    """How a notice travels. The outbox page keeps everything inside the machine."""

    OUTBOX = "outbox", _("outbox page")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")


# How somebody outside the offices is reached.
OUTSIDE = (Channel.EMAIL, Channel.SMS)
