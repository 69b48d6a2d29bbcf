"""What a plan is for, where it stands, and how its answer is to be taken."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class PlanKind(TextChoices):
    """What the next places are chosen for."""

    COVER = "cover", _("most people near a cool place")
    ROOM = "room", _("shortest walks, with room for everybody who comes")


class PlanStatus(TextChoices):
    """Where a plan stands. Answered, failed and withdrawn ones never change again."""

    WAITING = "waiting", pgettext_lazy("plan", "being calculated")
    ANSWERED = "answered", pgettext_lazy("plan", "calculated")
    FAILED = "failed", pgettext_lazy("plan", "could not be calculated")


class Outcome(TextChoices):
    """How the answer of a plan is to be taken; "" while there is none."""

    NONE = "", "–"
    OPTIMAL = "optimal", _("proven to be the best")
    NEAR = "near", _("proven to be nearly the best")
    STOPPED = "stopped", _("the time was over before it was proven")
    INFEASIBLE = "infeasible", _("no choice meets the conditions")


class Listing(TextChoices):
    """Which candidates: what the public knows already, or what only officers see too."""

    LISTED = "listed", _("places the public knows")
    ALL = "all", _("all, unlisted ones too")


class Whether(TextChoices):
    """Which cool places count as open."""

    NOW = "now", pgettext_lazy("cool places", "open now")
    ALL = "all", _("as if all were open")
    AT = "at", _("open at a given moment")


# From where to where a plan may go; what is not here is never legal.
MOVES: dict[PlanStatus, frozenset[PlanStatus]] = {
    PlanStatus.WAITING: frozenset({PlanStatus.ANSWERED, PlanStatus.FAILED}),
    PlanStatus.ANSWERED: frozenset(),
    PlanStatus.FAILED: frozenset(),
}
