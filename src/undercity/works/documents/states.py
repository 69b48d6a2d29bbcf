"""Where a document stands."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class DocumentStatus(TextChoices):
    """Where a document of a work stands."""

    FILED = "filed", pgettext_lazy("document", "filed")
    TAKEN_OUT = "taken_out", _("taken out")


class Media(TextChoices):
    """What a document's file is; none for a register number alone."""

    NONE = "", _("no file")
    PDF = "pdf", "PDF"
    PICTURE = "jpg", _("picture")
