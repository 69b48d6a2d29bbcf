"""What an object of appraisal is, how an indicator scores, and why something counts against somebody."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scores(TextChoices):
    """How a number becomes points."""

    GOOD = "good", _("the higher the better: rate × 100")
    BAD = "bad", _("the lower the better: (1 − rate) × 100")
    VOLUME = "volume", _("by the table of bands")


class Owner(StrEnum):
    """The column of the facts that says to whom a row belongs."""

    POST = "post"
    REPORTER = "reporter_post"
    TERRITORY = "territory"
    DEPARTMENT = "department"


class Loss(StrEnum):
    """Why a row counts against somebody."""

    LATE = "late"
    NOT_VALID = "not_valid"
    MISSED = "missed"
    NOT_CLOSED = "not_closed"
    REWORKED = "reworked"
    MOVED_ON = "moved_on"
    VOIDED = "voided"
