"""Decisions about checks: whether a form is complete, and what of it is a problem somebody must mend. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from undercity.errors import InvalidMove, RuleBroken
from undercity.org.powers import Actor, Decision, can, own
from undercity.org.states import Power
from undercity.works.upkeep.states import Answer, CheckStatus

NOTE_MAX = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """A standard that failed or a banned act found: its code, the checker's words."""

    code: str
    banned: bool
    words: str


def may_check(by: Actor, *, post: int | None, path: str) -> Decision:
    """The check's holder may, and every keeper of the body (its path)."""
    holds = own(by, post, path)
    return holds if holds else can(by, Power.WORK_KEEP, path)


def still_open(status: str) -> None:
    """A check that is done is not done again; otherwise InvalidMove."""
    if status != CheckStatus.OPEN:
        raise InvalidMove(_("This check is done already."), remedy=_("Begin a new one on the page of the work."))


def complete(answers: Mapping[str, Answer], standards: Collection[str], banned: Collection[str],
             known: Collection[str], notes: Mapping[str, str]) -> list[Finding]:
    """What a complete form found wrong, in the order of the standards; otherwise RuleBroken naming the item.

    Every standard has an answer; what fails and what is banned has a few words; nothing else is told.
    """
    for code in standards:
        if code not in answers:
            raise RuleBroken(_("One standard has no answer."), field=f"{code}-answer",
                             remedy=_("Choose: passes, fails, or does not apply."))
    strange = [*(set(answers) - set(standards)), *(set(banned) - set(known))]
    if strange:
        raise RuleBroken(_("There is no item “%(code)s”.") % {"code": sorted(strange)[0]}, field="items",
                         remedy=_("Load the page again: the standards changed."))
    found = [Finding(code, False, notes.get(code, "").strip()) for code in standards if answers[code] is Answer.FAIL]
    found += [Finding(code, True, notes.get(code, "").strip()) for code in known if code in banned]
    for one in found:
        if not one.words:
            raise RuleBroken(_("Say in a few words what is wrong."), field=f"{one.code}-note",
                             remedy=_("Where it is and what you saw. No grades, no types: it becomes a case."))
    for code, words in notes.items():
        if len(words) > NOTE_MAX:
            raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": NOTE_MAX},
                             field=f"{code}-note", remedy=_("Shorten it."))
    return found
