"""What a message means here: which hazard, which colour, from when to when, and whether it may move anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from undercity.alerts.cap.message import Alert, InfoBlock, MsgType, Severity, Status
from undercity.alerts.rules.book import Terms, Words
from undercity.alerts.states import Colour, Counting, Hazard
from undercity.clock import REAL

WARNS = frozenset({MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL})
WORST = (Severity.UNKNOWN, Severity.MINOR, Severity.MODERATE, Severity.SEVERE, Severity.EXTREME)


def counting(status: Status, msg_type: MsgType, *, timeline: str, demo: bool, over: bool = False) -> Counting:
    """May this message raise a level on this timeline? 是否计入.

    On the city's own line only `Actual`; in a drill only `Exercise`; in a demonstration, whose whole city is invented,
    only `Test`: an `Actual` message there is shown and raises nothing, because nobody real would act on it.
    """
    if msg_type not in WARNS:
        return Counting.NO_WARNING
    if over:
        return Counting.OVER
    if timeline != REAL:
        return Counting.DRILL if status is Status.EXERCISE else Counting.OTHER_STATUS
    if demo:
        return Counting.DEMONSTRATION if status is Status.TEST else Counting.OTHER_STATUS
    return Counting.REAL if status is Status.ACTUAL else Counting.OTHER_STATUS


@dataclass(frozen=True)
class Meaning:
    """What a message says, in our words. `inferred`: the colour is read from the severity; `assumed`: no end named."""

    hazard: Hazard
    colour: Colour
    inferred: bool
    severity: Severity
    begins: datetime
    ends: datetime
    assumed: bool


def meaning(alert: Alert, words: Words, terms: Terms) -> Meaning:
    """The meaning of a message: the strongest colour of all its languages, from its effect to its last end."""
    named = max((_colour(info, words) for info in alert.infos), key=lambda one: one.order, default=Colour.NONE)
    severity = max((info.severity for info in alert.infos), key=WORST.index, default=Severity.UNKNOWN)
    hazard = next((found for info in alert.infos if (found := _hazard(info, words))), Hazard.OTHER)
    begins = min((info.effective or alert.sent for info in alert.infos), default=alert.sent)
    said = [info.expires for info in alert.infos if info.expires]
    ends = max(said) if said else max(begins, alert.sent) + timedelta(hours=terms.hours_assumed)
    return Meaning(hazard=hazard, colour=named or words.severities.get(severity.value, Colour.NONE),
                   inferred=not named, severity=severity, begins=begins, ends=ends, assumed=not said)


def _texts(info: InfoBlock) -> list[str]:
    return [text.casefold() for text in (info.event, info.headline, *(value for _name, value in info.event_codes),
                                         *(value for _name, value in info.parameters)) if text]


def _hazard(info: InfoBlock, words: Words) -> Hazard | None:
    texts = _texts(info)
    return next((hazard for hazard, known in words.hazards.items()
                 if any(word.casefold() in text for word in known for text in texts)), None)


def _colour(info: InfoBlock, words: Words) -> Colour:
    """The colour a message names: the first text that names exactly one."""
    for text in _texts(info):
        named = [colour for colour, (zh, en) in words.colours.items() if zh in text or _has_word(text, en)
                 or zh.removesuffix("色") == text]
        if len(named) == 1:
            return named[0]
    return Colour.NONE


def _has_word(text: str, word: str) -> bool:
    # "red" is no colour in "expired".
    return word in "".join(sign if sign.isascii() and sign.isalpha() else " " for sign in text).split()
