"""The groups by which works are narrowed and counted."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class PermitGroup(TextChoices):
    """How a work stands with its permit."""

    NONE = "none", pgettext_lazy("permit", "none")
    COMING = "coming", _("applied for or to be applied for")
    VALID = "valid", _("valid")
    EXPIRING = "expiring", _("expires soon")
    EXPIRED = "expired", pgettext_lazy("permit", "expired")


class CheckGroup(TextChoices):
    """How a work stands with its checks."""

    RECENT = "recent", _("checked within the year")
    OLD = "old", _("last check longer ago, or none")
    WAITING = "waiting", _("a check waits")
    OVERDUE = "overdue", _("a check is overdue")
    FAILED = "failed", _("last check found something")
