"""How works are managed, how they were built, and in what condition they are."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Managed(TextChoices):
    """How a work is managed 管理类别."""

    EARLY = "early", _("early works")
    SINGLE = "single", _("built on its own")
    JOINT = "joint", _("built with a building")


class Form(TextChoices):
    """How a work was built 建筑形式."""

    GALLERY = "gallery", _("gallery into a hill")
    TUNNEL = "tunnel", _("tunnel from level ground")
    CUT = "cut", _("cut and cover")
    BASEMENT = "basement", _("basement of a building")


class Condition(TextChoices):
    """The grade 完好等级 of the last yearly check."""

    GOOD = "good", _("good")
    FAIR = "fair", _("fair")
    WORN = "worn", _("worn")
    UNFIT = "unfit", _("not fit for use")


# Only these go together: what was built with a building is its basement.
FORMS_OF: dict[Managed, frozenset[Form]] = {
    Managed.EARLY: frozenset({Form.GALLERY, Form.TUNNEL, Form.CUT}),
    Managed.SINGLE: frozenset({Form.GALLERY, Form.TUNNEL, Form.CUT}),
    Managed.JOINT: frozenset({Form.BASEMENT}),
}
