"""The words of a refit, and the table of what may happen to an item."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class Stage(TextChoices):
    """Where an item of the refit stands 进度."""

    PLANNED = "planned", _("planned")
    RUNNING = "running", pgettext_lazy("refit", "under way")
    DONE = "done", pgettext_lazy("refit", "done")
    DROPPED = "dropped", _("given up")


class Verb(StrEnum):
    """What may happen to an item."""

    PROGRESS = "progress"
    FINISH = "finish"
    DROP = "drop"
    REOPEN = "reopen"


MOVES: dict[Stage, dict[Verb, Stage]] = {
    Stage.PLANNED: {Verb.PROGRESS: Stage.RUNNING, Verb.FINISH: Stage.DONE, Verb.DROP: Stage.DROPPED},
    Stage.RUNNING: {Verb.PROGRESS: Stage.RUNNING, Verb.FINISH: Stage.DONE, Verb.DROP: Stage.DROPPED},
    Stage.DONE: {Verb.REOPEN: Stage.RUNNING},
    Stage.DROPPED: {Verb.REOPEN: Stage.RUNNING},
}
