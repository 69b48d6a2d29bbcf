"""Where an import stands, and what a row of a spreadsheet would come to."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UploadState(TextChoices):
    """Where a spreadsheet stands."""

    COLUMNS = "columns", _("columns to be settled")
    READY = "ready", _("to be applied")
    WAITING = "waiting", _("being carried out")
    APPLIED = "applied", _("applied")
    UNDONE = "undone", _("undone")
    DROPPED = "dropped", _("thrown away")


class RowKind(TextChoices):
    """What a row would come to."""

    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    SAME = "same", _("unchanged")
    FAULTY = "faulty", _("faulty")


class ProfileStanding(TextChoices):
    """Whether the register still has what a profile is about."""

    KEPT = "kept", _("in the register")
    REMOVED = "removed", _("taken out again")
