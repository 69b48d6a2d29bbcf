"""Checklists 检查表 and topics as values, and whether a file says them right. Pure.

A checklist is written like a duty template (`ledger.rules.Template`): the same words say when it arises and until when.
Beside that it names the topic it belongs to, the uses of the places it is for, how many days a clean check holds, and
its items. A version is the day from which it holds; a check keeps the version it was given under.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from undercity.errors import RuleBroken
from undercity.inspections.states import Kind, PhotoRule
from undercity.ledger.rules import Cycle, Template, Until, chinese
from undercity.places.states import PlaceUse
from undercity.science.worktime import Limit, Unit

TOPIC, CHECKLIST = "topic", "checklist"
NEEDED: dict[str, tuple[str, ...]] = {
    TOPIC: ("order", "begins", "ready_by", "ends", "again", "remind_days"),
    CHECKLIST: ("topic", "do_zh", "do_en", "uses", "rule", "cycle", "until", "holds_days", "item")}
MAY: dict[str, frozenset[str]] = {
    TOPIC: frozenset(), CHECKLIST: frozenset({"next_working_day", "limit"})}
TEXTS = ("zh", "en", "source", "do_zh", "do_en", "topic", "category", "guide_zh", "guide_en", "unit_zh", "unit_en")
ALWAYS = ("code", "zh", "en", "source", "valid_from")
ITEM_NEEDED, ITEM_MAY = ("code", "kind", "zh", "en"), frozenset(
    {"guide_zh", "guide_en", "photo", "category", "unit_zh", "unit_en", "least", "most", "options", "optional"})
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
MOST_ITEMS = 60
NUMBER_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice; whether it means that the item fails."""

    code: str
    zh: str
    en: str
    fails: bool

    def __str__(self) -> str:
        return self.zh if chinese() else self.en


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist. `least` and `most` are what is well: a number beyond them fails."""

    code: str
    kind: Kind
    zh: str
    en: str
    guide_zh: str
    guide_en: str
    photo: PhotoRule
    category: str
    unit_zh: str
    unit_en: str
    least: float | None
    most: float | None
    options: tuple[Option, ...]
    optional: bool

    def __str__(self) -> str:
        return self.zh if chinese() else self.en

    @property
    def guide(self) -> str:
        """How it is looked at."""
        return self.guide_zh if chinese() else self.guide_en

    @property
    def unit(self) -> str:
        """What a number counts."""
        return self.unit_zh if chinese() else self.unit_en

    @property
    def limits(self) -> str:
        """What is well, in words; "" without limits."""
        if self.least is not None and self.most is not None:
            return f"{self.least:g}–{self.most:g} {self.unit}".strip()
        if self.least is not None:
            return f"≥ {self.least:g} {self.unit}".strip()
        return f"≤ {self.most:g} {self.unit}".strip() if self.most is not None else ""


@dataclass(frozen=True, slots=True)
class Topic:
    """What checklists are together about: flood readiness, sanitation homes. Days as (month, day)."""

    code: str
    zh: str
    en: str
    order: int
    begins: tuple[int, int]
    ready_by: tuple[int, int]
    ends: tuple[int, int]
    again: Limit
    remind: timedelta
    source: str
    valid_from: date

    def __str__(self) -> str:
        return self.zh if chinese() else self.en

    def begins_in(self, year: int) -> date:
        """The first day of a year's preparation."""
        return date(year, *self.begins)

    def ready_in(self, year: int) -> date:
        """The day on which everything has to be ready."""
        return date(year, *self.ready_by)


@dataclass(frozen=True, slots=True)
class Checklist:
    """A version of a checklist in force from a day on."""

    template: Template
    topic: str
    uses: tuple[str, ...]
    holds: timedelta
    items: tuple[Item, ...]

    def __str__(self) -> str:
        return self.template.title

    @property
    def code(self) -> str:
        """Its code."""
        return self.template.code

    def item(self, code: str) -> Item | None:
        """The item of this code."""
        return next((one for one in self.items if one.code == code), None)


Broken = Callable[[str, str, str], RuleBroken]


def checked(kind: str, said: Any, *, file: str, categories: frozenset[str], topics: Iterable[str]) -> dict[str, Any]:
    """What a file says, as it is kept; RuleBroken names the file, the checklist, the item and the remedy.

    `categories` are the subclasses of cases known here (empty: any is taken), `topics` the codes there are.
    """
    code = said.get("code", "?") if isinstance(said, dict) else "?"

    def broken(field: str, why: str, remedy: str) -> RuleBroken:
        return RuleBroken(f"{file}: {kind} “{code}”: {why}", field=field, remedy=remedy)

    if not isinstance(said, dict):
        raise broken("code", _("this is no table."), _("Write it as [[%(kind)s]].") % {"kind": kind})
    _known(said, (*ALWAYS, *NEEDED[kind]), MAY[kind] | {"valid_to"}, broken)
    if not isinstance(said["code"], str) or not CODE.fullmatch(said["code"]):
        raise broken("code", _("a code is small letters, digits and hyphens."), _("For example flood-before."))
    for field in ("valid_from", "valid_to"):
        # A moment is a day too, for Python: it has an hour, and is none.
        if field in said and type(said[field]) is not date:
            raise broken(field, _("this is no day."), _("Write it as 2026-07-18, without quotes."))
    if kind == TOPIC:
        _topic(said, broken)
    else:
        _checklist(said, broken, frozenset(topics), categories)
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in said.items()}


def _known(said: Mapping[str, Any], needed: Iterable[str], may: Iterable[str], broken: Broken) -> None:
    for field in needed:
        if said.get(field) in (None, "", []):
            raise broken(field, _("“%(key)s” is missing.") % {"key": field},
                         _("It is written like in the shipped file."))
    if strange := sorted(set(said) - set(needed) - set(may)):
        raise broken(strange[0], _("nobody knows “%(key)s”.") % {"key": strange[0]},
                     _("It is written like in the shipped file."))
    for field in TEXTS:
        if field in said and not isinstance(said[field], str):
            raise broken(field, _("this is no text."), _("Write it between quotes."))


def _whole(said: Mapping[str, Any], field: str, most: int, broken: Broken) -> None:
    value = said[field]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise broken(field, _("this is no whole number up to %(most)d.") % {"most": most},
                     _("Write it without quotes."))


def _limit(given: Any, field: str, broken: Broken) -> None:
    try:
        Limit(given.get("value"), Unit(given.get("unit")))
    except (ValueError, AttributeError) as error:
        raise broken(field, str(error), _("Units are: %(units)s.") % {"units": ", ".join(Unit)}) from error


def _topic(said: Mapping[str, Any], broken: Broken) -> None:
    _whole(said, "order", 1000, broken)
    _whole(said, "remind_days", 366, broken)
    _limit(said["again"], "again", broken)
    for field in ("begins", "ready_by", "ends"):
        # 29 February is no day of every year.
        if not isinstance(said[field], str) or not DAY.fullmatch(said[field]) or not _day_of(said[field]):
            raise broken(field, _("this is no day of every year."), _("Write month and day as \"06-01\"."))


def _day_of(text: str) -> tuple[int, int] | None:
    try:
        found = date.fromisoformat(f"2025-{text}")
    except ValueError:
        return None
    return found.month, found.day


def _checklist(said: Mapping[str, Any], broken: Broken, topics: frozenset[str], categories: frozenset[str]) -> None:
    if said["topic"] not in topics:
        raise broken("topic", _("there is no topic “%(code)s”.") % {"code": said["topic"]},
                     _("It is one of: %(choices)s.") % {"choices": ", ".join(sorted(topics)) or "–"})
    bad = [one for one in said["uses"] if one not in PlaceUse.values] if isinstance(said["uses"], list) else ["?"]
    if bad:
        raise broken("uses", _("there is no use “%(use)s”.") % {"use": bad[0]},
                     _("It is one of: %(choices)s.") % {"choices": ", ".join(PlaceUse.values)})
    _whole(said, "holds_days", 800, broken)
    try:
        rrulestr(said["rule"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise broken("rule", _("“%(rule)s” is no recurrence rule.") % {"rule": said["rule"]},
                     _("Write it as in RFC 5545, for example FREQ=WEEKLY;BYDAY=MO.")) from error
    for key, known in (("cycle", list(Cycle)), ("until", [one for one in Until if one is not Until.BEFORE])):
        if said[key] not in known:
            raise broken(key, _("“%(key)s” cannot be “%(value)s”.") % {"key": key, "value": said[key]},
                         _("It is one of: %(choices)s.") % {"choices": ", ".join(known)})
    if (said["until"] == Until.LIMIT) != bool(said.get("limit")):
        raise broken("limit", _("until = \"limit\" and a limit belong together."),
                     _("Write limit = { value = 5, unit = \"working_day\" }."))
    if said.get("limit"):
        _limit(said["limit"], "limit", broken)
    items = said["item"]
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise broken("item", _("items are a list of at most %(most)d.") % {"most": MOST_ITEMS},
                     _("Write each as [[checklist.item]]."))
    seen: set[str] = set()
    for one in items:
        _item(one, broken, categories)
        if one["code"] in seen:
            raise broken("item", _("the item “%(code)s” stands here twice.") % {"code": one["code"]},
                         _("Give one of them another code."))
        seen.add(one["code"])


def _item(said: Any, outer: Broken, categories: frozenset[str]) -> None:
    code = said.get("code", "?") if isinstance(said, dict) else "?"

    def broken(field: str, why: str, remedy: str) -> RuleBroken:
        return outer(f"item.{field}", f"“{code}”: {why}", remedy)

    if not isinstance(said, dict):
        raise broken("code", _("this is no table."), _("Write each as [[checklist.item]]."))
    _known(said, ITEM_NEEDED, ITEM_MAY, broken)
    if not isinstance(said["code"], str) or not CODE.fullmatch(said["code"]):
        raise broken("code", _("a code is small letters, digits and hyphens."), _("For example flood-before."))
    for key, known in (("kind", Kind.values), ("photo", PhotoRule.values)):
        if key in said and said[key] not in known:
            raise broken(key, _("“%(key)s” cannot be “%(value)s”.") % {"key": key, "value": said[key]},
                         _("It is one of: %(choices)s.") % {"choices": ", ".join(known)})
    kind = Kind(said["kind"])
    if kind in FAILS and not said.get("category"):
        raise broken("category", _("“%(key)s” is missing.") % {"key": "category"},
                     _("What fails becomes a case: say under which subclass."))
    if categories and said.get("category") and said["category"] not in categories:
        raise broken("category", _("there is no subclass “%(code)s”.") % {"code": said["category"]},
                     _("Take one of the scheme of cases in force."))
    _bounds(said, kind, broken)
    _options(said, kind, broken)


FAILS = frozenset({Kind.YES_NO, Kind.NUMBER, Kind.CHOICE})


def _bounds(said: Mapping[str, Any], kind: Kind, broken: Broken) -> None:
    for key in ("least", "most"):
        value = said.get(key)
        if value is None:
            continue
        if kind is not Kind.NUMBER:
            raise broken(key, _("only a number has limits."), _("Leave it out."))
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise broken(key, _("this is no number."), _("Write it without quotes."))
    if said.get("least") is not None and said.get("most") is not None and said["least"] > said["most"]:
        raise broken("least", _("the lower limit lies above the upper."), _("Change them round."))


def _options(said: Mapping[str, Any], kind: Kind, broken: Broken) -> None:
    options = said.get("options", [])
    if (kind is Kind.CHOICE) != bool(options):
        raise broken("options", _("a choice has options, and nothing else has."),
                     _("Write options = [{ code = \"full\", zh = \"…\", en = \"…\" }, …]."))
    for one in options:
        if not isinstance(one, dict) or not all(isinstance(one.get(key), str) and one[key] for key in
                                                ("code", "zh", "en")) or not isinstance(one.get("fails", False), bool):
            raise broken("options", _("an option lacks its code or its words."),
                         _("Write { code = \"full\", zh = \"…\", en = \"…\", fails = true }."))
    if len({one["code"] for one in options}) != len(options):
        raise broken("options", _("two options have one code."), _("Give one of them another code."))


def topic_of(content: Mapping[str, Any]) -> Topic:
    """A topic from its stored content, which was checked when it was loaded."""
    days = {key: _day_of(content[key]) or (1, 1) for key in ("begins", "ready_by", "ends")}
    return Topic(code=content["code"], zh=content["zh"], en=content["en"], order=content["order"],
                 again=Limit(content["again"]["value"], Unit(content["again"]["unit"])),
                 remind=timedelta(days=content["remind_days"]), source=content["source"],
                 valid_from=date.fromisoformat(content["valid_from"]), **days)


def item_of(said: Mapping[str, Any]) -> Item:
    """An item from its stored content."""
    return Item(
        code=said["code"], kind=Kind(said["kind"]), zh=said["zh"], en=said["en"], guide_zh=said.get("guide_zh", ""),
        guide_en=said.get("guide_en", ""), photo=PhotoRule(said.get("photo", PhotoRule.NEVER)),
        category=said.get("category", ""), unit_zh=said.get("unit_zh", ""), unit_en=said.get("unit_en", ""),
        least=said.get("least"), most=said.get("most"), optional=said.get("optional", False),
        options=tuple(Option(one["code"], one["zh"], one["en"], one.get("fails", False))
                      for one in said.get("options", ())))
