"""The steps of the evening: what happens, and how many seconds after the step before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the story. `seconds` of real time after the one before; `minutes` by which its clock jumps ahead."""

    code: str
    seconds: int
    minutes: int
    title: Any
    tells: Any


STEPS: tuple[Step, ...] = (
    Step("warning", 0, 0, _("The weather office sends a yellow rainstorm warning"),
         _("It comes in as CAP 1.2, as it would from the real office. The plan says what it means: a level is "
           "proposed, and the duty officer's clock starts.")),
    Step("confirm", 20, 3, _("The duty officer confirms"),
         _("Nobody but an officer puts a level into force. Every order of the plan becomes a duty with a holder, a "
           "deadline and evidence; each holder gets one message with all of his.")),
    Step("answers", 20, 4, _("The holders acknowledge"),
         _("One tap in the message is enough. One of them stays silent.")),
    Step("silence", 20, 8, _("Silence is told on"),
         _("Nobody has to remember it: when the minutes of the plan are over, the post above is told.")),
    Step("telephone", 25, 3, _("The officer telephones"),
         _("What is said on the telephone is written down as said on the telephone.")),
    Step("water", 20, 12, _("The rain grows stronger: orange"),
         _("A stronger warning asks for a higher level; what is in force already is not ordered twice.")),
    Step("raise", 20, 2, _("The level is raised"),
         _("More works close. On a citizen's phone the places that are closed say so, and name what is open instead.")),
    Step("done", 20, 25, _("The work is done"),
         _("Boards are set, pumps run, people are out: each order ends with what the plan asks for as evidence.")),
    Step("report", 20, 5, _("The situation report writes itself"),
         _("It is kept as it was; the page and the document say the same.")),
)
