"""Where a response and an order stand, and which steps lead on."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import pgettext_lazy


class Level(IntegerChoices):
    """响应级别 by its own number: 4 is the lowest, 1 the highest, 0 none. Compare by `rules.rank`, never by number."""

    NONE = 0, pgettext_lazy("response", "no response")
    FOUR = 4, pgettext_lazy("response", "Level IV")
    THREE = 3, pgettext_lazy("response", "Level III")
    TWO = 2, pgettext_lazy("response", "Level II")
    ONE = 1, pgettext_lazy("response", "Level I")


class Stage(TextChoices):
    """The way of a response, from the first proposal to standing down."""

    PROPOSED = "proposed", pgettext_lazy("response", "proposed")
    ACTIVE = "active", pgettext_lazy("response", "in force")
    DECLINED = "declined", pgettext_lazy("response", "declined")
    ENDED = "ended", pgettext_lazy("response", "stood down")


OPEN_STAGES = (Stage.PROPOSED, Stage.ACTIVE)


class Basis(TextChoices):
    """What a level rests on 依据."""

    WARNING = "warning", pgettext_lazy("basis", "a warning signal")
    GAUGE = "gauge", pgettext_lazy("basis", "a gauge")
    RECEIVED = "received", pgettext_lazy("basis", "a level received from the flood command")
    OFFICER = "officer", pgettext_lazy("basis", "an officer's judgement")
    OVER = "over", pgettext_lazy("basis", "the warnings that are over")


class Standing(TextChoices):
    """Where an order stands, as the board counts it."""

    ISSUED = "issued", pgettext_lazy("order", "not answered")
    ACCEPTED = "accepted", pgettext_lazy("order", "acknowledged")
    BEGUN = "begun", pgettext_lazy("order", "under way")
    DONE = "done", pgettext_lazy("order", "carried out")
    REFUSED = "refused", pgettext_lazy("order", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("order", "withdrawn")


class How(TextChoices):
    """By which way an answer came in."""

    PAGE = "page", pgettext_lazy("answer", "on the page")
    LINK = "link", pgettext_lazy("answer", "by the link in the message")
    TELEPHONE = "telephone", pgettext_lazy("answer", "by telephone")


class Step(TextChoices):
    """What can be done with an order."""

    ACKNOWLEDGE = "acknowledge", pgettext_lazy("order", "Acknowledge")
    BEGIN = "begin", pgettext_lazy("order", "Under way")
    FINISH = "finish", pgettext_lazy("order", "Carried out")
    REFUSE = "refuse", pgettext_lazy("order", "Cannot be done")
    PASS_ON = "pass_on", pgettext_lazy("order", "Give to another post")
    WITHDRAW = "withdraw", pgettext_lazy("order", "Withdraw")


OPEN_STANDINGS = (Standing.ISSUED, Standing.ACCEPTED, Standing.BEGUN)
# Which steps are legal now.
MOVES: dict[Standing, tuple[Step, ...]] = {
    Standing.ISSUED: (Step.ACKNOWLEDGE, Step.BEGIN, Step.FINISH, Step.REFUSE, Step.PASS_ON, Step.WITHDRAW),
    Standing.ACCEPTED: (Step.BEGIN, Step.FINISH, Step.REFUSE, Step.PASS_ON, Step.WITHDRAW),
    Standing.BEGUN: (Step.FINISH, Step.REFUSE, Step.PASS_ON, Step.WITHDRAW),
    Standing.DONE: (),
    Standing.REFUSED: (Step.PASS_ON, Step.WITHDRAW),
    Standing.WITHDRAWN: (),
}
# Done by whoever has the order; the others by whoever gives orders.
HOLDERS_STEPS = (Step.ACKNOWLEDGE, Step.BEGIN, Step.FINISH, Step.REFUSE)


class Takes(TextChoices):
    """Who takes part in an exercise 参演人员."""

    KEEPER = "keeper", pgettext_lazy("exercise", "managing unit")
    TENANT = "tenant", pgettext_lazy("exercise", "tenants of the mall")
    PROPERTY = "property", pgettext_lazy("exercise", "property staff")
    RESCUE = "rescue", pgettext_lazy("exercise", "rescue team")
    OTHER = "other", pgettext_lazy("exercise", "others")
