"""What a place serves as in peacetime, whether a wheelchair gets in, how full it is."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


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
    # Facilities on the street, checked like any other place; nothing about them is internal.
    WORKERS_HOME = "workers_home", _("sanitation workers' home")
    TOILET = "toilet", _("public toilet")
    SORTING = "sorting", _("waste sorting point")


FACILITIES = (PlaceUse.WORKERS_HOME, PlaceUse.TOILET, PlaceUse.SORTING)


class StepFree(TextChoices):
    """Whether one gets in without a step 无障碍通行."""

    YES = "yes", _("step-free")
    NO = "no", _("with steps")
    UNKNOWN = "unknown", _("not known")


class Crowding(TextChoices):
    """How full a place is 拥挤程度."""

    QUIET = "quiet", pgettext_lazy("crowding", "quiet")
    BUSY = "busy", pgettext_lazy("crowding", "busy")
    FULL = "full", pgettext_lazy("crowding", "full")
