"""What a place serves as in peacetime."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PlaceUse(TextChoices):
    """The peacetime use 平时用途 of a place."""

    COOLING = "cooling", _("cooling point")
    MALL = "mall", _("shopping")
    PARKING = "parking", _("car park")
    UNDERPASS = "underpass", _("underpass")
    STAGE = "stage", _("people's stage")
    EXHIBITION = "exhibition", _("exhibition hall")
    READING = "reading", _("reading room")
    STORE = "store", _("storehouse")
    IDLE = "idle", _("not in use")
