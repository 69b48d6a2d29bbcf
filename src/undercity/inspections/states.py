"""The words of checks, readiness and material."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class Kind(TextChoices):
    """How an item of a checklist is answered."""

    YES_NO = "yes_no", _("yes or no")
    NUMBER = "number", _("number")
    CHOICE = "choice", _("choice")
    TEXT = "text", _("words")
    PHOTO = "photo", _("photo")


class PhotoRule(TextChoices):
    """When an item wants a picture."""

    ALWAYS = "always", _("always")
    FAILED = "failed", _("when it fails")
    NEVER = "never", _("never")


class Said(TextChoices):
    """Answers to yes or no."""

    YES = "yes", pgettext_lazy("checklist", "yes")
    NO = "no", pgettext_lazy("checklist", "no")
    NONE = "none", pgettext_lazy("checklist", "there is none here")


class Status(TextChoices):
    """Where a check stands."""

    OPEN = "open", _("open")
    DONE = "done", _("done")


class Standing(TextChoices):
    """How ready a place is 备汛状态."""

    READY = "ready", pgettext_lazy("readiness", "ready")
    FAILING = "failing", pgettext_lazy("readiness", "something fails")
    LAPSED = "lapsed", pgettext_lazy("readiness", "checked too long ago")
    UNCHECKED = "unchecked", pgettext_lazy("readiness", "not checked yet")


class Gear(TextChoices):
    """Kinds of material 物资种类."""

    BOARD = "board", _("flood boards")
    SANDBAG = "sandbag", _("sandbags")
    PUMP = "pump", _("pumps")
    BOAT = "boat", _("boats")
    LAMP = "lamp", _("lamps")
    OTHER = "other", pgettext_lazy("material", "other")


class Movement(TextChoices):
    """What may happen to a stock 出入库."""

    IN = "in", pgettext_lazy("material", "put in")
    OUT = "out", pgettext_lazy("material", "taken out")
    USED = "used", pgettext_lazy("material", "used up")
    COUNTED = "counted", pgettext_lazy("material", "counted")
    MOVED = "moved", pgettext_lazy("material", "moved")


class Why(TextChoices):
    """Why somebody must look at a stock."""

    EXPIRY = "expiry", _("it expires")
    TEST = "test", _("its test is due")
