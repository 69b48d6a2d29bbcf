"""Where a check stands, and what may be said of a standard."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class CheckStatus(TextChoices):
    """Where an upkeep check 维护检查 stands."""

    OPEN = "open", _("open")
    DONE = "done", _("done")


class Answer(TextChoices):
    """What was found of a standard."""

    PASS = "pass", pgettext_lazy("check", "passes")
    FAIL = "fail", pgettext_lazy("check", "fails")
    NONE = "none", pgettext_lazy("check", "does not apply")
