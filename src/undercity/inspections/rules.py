"""Decisions about checks and readiness. Pure.

**Ready** 备汛就绪: of each checklist of a topic the newest check done by a moment counts. A place is *not checked* when
there is none; *something fails* while an item of one of them failed and was not found mended since; *checked too long
ago* when every one of them is older than it holds; otherwise *ready*. `changes` tells every moment at which that turns,
`counts` how many places stood how at given moments; both agree with `standing_at`, which is the definition.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _

from undercity.errors import InvalidMove, RuleBroken
from undercity.inspections.checklist_rules import NUMBER_MOST, Item
from undercity.inspections.states import Kind, Movement, PhotoRule, Said, Standing, Status
from undercity.org.powers import POST, Actor, Decision, can, own
from undercity.org.states import Power

NOTE_MAX = 500
COUNT_MAX = 1_000_000

Value = str | int | float


def may_check(by: Actor, *, post: int | None, path: str) -> Decision:
    """The duty's holder may check, and every post of the body that keeps the place (its path)."""
    holds = own(by, post, path)
    return holds if holds or not (by.kind == POST and by.body_path == path) else Decision(True)


def may_keep(by: Actor, path: str) -> Decision:
    """Material and boards are the business of the body that keeps them, and of whoever keeps the register."""
    if by.kind == POST and by.body_path == path:
        return Decision(True)
    return can(by, Power.READINESS_KEEP, path)


def may_change(by: Actor) -> Decision:
    """Checklists are changed by whoever keeps them somewhere."""
    if by.holds(Power.READINESS_KEEP):
        return Decision(True)
    return can(by, Power.READINESS_KEEP, "")


def still_open(status: str, failing: Collection[str], *, duty: bool) -> None:
    """A check that waits for nobody is not done again; otherwise InvalidMove."""
    if not duty or (status == Status.DONE and not failing):
        raise InvalidMove(_("This check is done already."), remedy=_("The page of the place shows what comes next."))


# --- what was found -------------------------------------------------------------------------------------------------

def fails(item: Item, value: Value | None) -> bool:
    """Does this answer mean that the item fails?"""
    if value is None:
        return False
    if item.kind is Kind.YES_NO:
        return value == Said.NO
    if item.kind is Kind.CHOICE:
        return any(one.code == value and one.fails for one in item.options)
    if item.kind is Kind.NUMBER and isinstance(value, (int, float)):
        return (item.least is not None and value < item.least) or (item.most is not None and value > item.most)
    return False


@dataclass(frozen=True, slots=True)
class Found:
    """What a complete form says: item → answer (no words among them), and the items that fail, in their order."""

    results: dict[str, Value]
    failed: list[str]


def complete(items: Sequence[Item], answers: Mapping[str, Any], notes: Mapping[str, str],
             photos: Mapping[str, int]) -> Found:
    """A form with everything it must have; otherwise RuleBroken naming the item. `photos`: item → how many."""
    known = {one.code for one in items}
    if strange := sorted((set(answers) | set(notes) | set(photos)) - known - {""}):
        raise RuleBroken(_("There is no item “%(code)s”.") % {"code": strange[0][:40]}, field="items",
                         remedy=_("Load the page again: the checklist changed."))
    results: dict[str, Value] = {}
    failed = []
    for item in items:
        if len(notes.get(item.code, "")) > NOTE_MAX:
            raise RuleBroken(_("The text is longer than %(max)d characters.") % {"max": NOTE_MAX},
                             field=f"{item.code}-note", remedy=_("Shorten it."))
        value = _answer(item, answers.get(item.code), notes.get(item.code, ""), photos.get(item.code, 0))
        if value is not None:
            results[item.code] = value
        wrong = fails(item, value)
        if wrong:
            failed.append(item.code)
        wanted = item.photo is PhotoRule.ALWAYS or item.kind is Kind.PHOTO or (
            item.photo is PhotoRule.FAILED and wrong)
        if wanted and not item.optional and value != Said.NONE and not photos.get(item.code):
            raise RuleBroken(_("%(item)s: a photo is missing.") % {"item": item}, field=f"{item.code}-photo",
                             remedy=_("Take a picture of it on the spot."))
    return Found(results, failed)


def _answer(item: Item, given: Any, words: str, photos: int) -> Value | None:
    if item.kind is Kind.PHOTO:
        return photos or None
    if item.kind is Kind.TEXT:
        if not words.strip() and not item.optional:
            raise _missing(item, f"{item.code}-note")
        return len(words.strip()) or None
    if given is None or given == "":
        if item.optional:
            return None
        raise _missing(item, item.code)
    if item.kind is Kind.NUMBER:
        if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given) or not (
                0 <= given <= NUMBER_MOST):
            raise RuleBroken(_("%(item)s: this is no number from 0 to %(most)d.") % {
                "item": item, "most": NUMBER_MOST}, field=item.code, remedy=_("Correct the number."))
        return int(given) if given == int(given) else float(given)
    known = Said.values if item.kind is Kind.YES_NO else [one.code for one in item.options]
    if given not in known:
        raise RuleBroken(_("%(item)s: there is no such answer.") % {"item": item}, field=item.code,
                         remedy=_("Load the page again: the checklist changed."))
    return str(given)


def _missing(item: Item, field: str) -> RuleBroken:
    return RuleBroken(_("%(item)s: the answer is missing.") % {"item": item}, field=field,
                      remedy=_("Answer every item; “there is none here” is an answer too."))


# --- readiness ------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Looked:
    """A check that was done: of which checklist, when, since when nothing of it fails (None: something does), and the
    moment until which it holds."""

    checklist: str
    done_at: datetime
    clean_at: datetime | None
    until: datetime


def newest(looked: Iterable[Looked], at: datetime) -> list[Looked]:
    """Of each checklist the newest check done by a moment."""
    found: dict[str, Looked] = {}
    for one in looked:
        if one.done_at <= at and (one.checklist not in found or found[one.checklist].done_at <= one.done_at):
            found[one.checklist] = one
    return list(found.values())


def standing_at(looked: Iterable[Looked], at: datetime) -> Standing:
    """How a place stood at a moment, by its checks in any order. (Of two done in one moment the later told counts.)"""
    return _standing(newest(looked, at), at)


def _standing(counting: Collection[Looked], at: datetime) -> Standing:
    if not counting:
        return Standing.UNCHECKED
    if any(one.clean_at is None or one.clean_at > at for one in counting):
        return Standing.FAILING
    return Standing.READY if any(at < one.until for one in counting) else Standing.LAPSED


def changes(looked: Iterable[Looked]) -> list[tuple[datetime, Standing]]:
    """Every moment at which the standing turned, and to what; before the first it is not checked."""
    ordered = sorted(looked, key=lambda one: one.done_at)
    moments = sorted({moment for one in ordered for moment in (one.done_at, one.clean_at, one.until) if moment})
    found: list[tuple[datetime, Standing]] = []
    counting: dict[str, Looked] = {}
    place, last = 0, Standing.UNCHECKED
    for moment in moments:
        while place < len(ordered) and ordered[place].done_at <= moment:
            counting[ordered[place].checklist] = ordered[place]
            place += 1
        now = _standing(counting.values(), moment)
        if now is not last:
            found.append((moment, now))
            last = now
    return found


def counts(places: Iterable[Sequence[Looked]], moments: Sequence[datetime]) -> list[Counter[Standing]]:
    """How many of these places stood how at each of the moments, which ascend.

    A place adds one where a standing of it begins and takes one away where it ends; the sums are made once.
    """
    steps = {standing: [0] * (len(moments) + 1) for standing in Standing}
    for looked in places:
        now, began = Standing.UNCHECKED, 0
        for moment, standing in changes(looked):
            ends = bisect_left(moments, moment)
            steps[now][began] += 1
            steps[now][ends] -= 1
            now, began = standing, ends
        steps[now][began] += 1
    sums = {standing: list(accumulate(row)) for standing, row in steps.items()}
    return [Counter({standing: row[nth] for standing, row in sums.items() if row[nth]}) for nth in range(len(moments))]


# --- material -------------------------------------------------------------------------------------------------------

def after(count: int, movement: Movement, amount: int) -> int:
    """How many there are after a movement; RuleBroken when there are not that many."""
    if isinstance(amount, bool) or not 0 <= amount <= COUNT_MAX or (amount == 0 and movement is not Movement.COUNTED):
        raise RuleBroken(_("Say how many: a whole number from 1 to %(most)d.") % {"most": COUNT_MAX}, field="amount",
                         remedy=_("Correct the number."))
    if movement is Movement.COUNTED:
        return amount
    left = count + amount if movement is Movement.IN else count - amount
    if left < 0:
        raise RuleBroken(_("There are only %(count)d.") % {"count": count}, field="amount",
                         remedy=_("Correct the number, or record a count first."))
    if left > COUNT_MAX:
        raise RuleBroken(_("Nobody stores more than %(most)d.") % {"most": COUNT_MAX}, field="amount",
                         remedy=_("Correct the number."))
    return left


def soonest(expires_on: date | None, test_on: date | None) -> date | None:
    """The day on which somebody must look at a stock; None when nothing is known."""
    return min((one for one in (expires_on, test_on) if one), default=None)
