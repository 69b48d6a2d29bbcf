"""What an object of appraisal is, how an indicator scores, and why something counts against somebody."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scores(TextChoices):
    """How a number becomes points."""

    GOOD = "good", _("the higher the better: rate × 100")
    BAD = "bad", _("the lower the better: (1 − rate) × 100")
    VOLUME = "volume", _("by the table of bands")


class Owner(TextChoices):
    """Whose column of the facts says to whom a row belongs."""

    POST = "post", _("post")
    REPORTER = "reporter_post", _("post that reported")
    TERRITORY = "territory", _("street")
    DEPARTMENT = "department", _("department")


class Loss(TextChoices):
    """Why a row counts against somebody."""

    LATE = "late", _("late or not done")
    NOT_VALID = "not_valid", _("not filed")
    MISSED = "missed", _("not found by the inspector")
    NOT_CLOSED = "not_closed", _("not closed")
    REWORKED = "reworked", _("sent back for rework")
    MOVED_ON = "moved_on", _("went to another department")
    VOIDED = "voided", _("voided after filing")
