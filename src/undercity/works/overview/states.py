"""The groups by which works are narrowed and counted."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PermitGroup(TextChoices):
    """How a work stands with its permit."""

    NONE = "none", _("no permit")
    COMING = "coming", _("permit under way")
    VALID = "valid", _("permit valid")
    EXPIRING = "expiring", _("permit expires soon")
    EXPIRED = "expired", _("permit expired")


class CheckGroup(TextChoices):
    """How a work stands with its checks."""

    RECENT = "recent", _("checked within the year")
    OLD = "old", _("not checked in a year")
    WAITING = "waiting", _("check waits")
    OVERDUE = "overdue", _("check overdue")
    FAILED = "failed", _("findings open")
