"""Dated settings as values: what each kind holds, and whether a file says it right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from undercity.errors import RuleBroken
from undercity.ledger.rules import Cycle, Until, chinese
from undercity.places.states import PlaceUse
from undercity.science.worktime import Limit, Unit

# The terms the room asks for; a file may hold no other.
TERMS = frozenset({"apply", "decide", "supply", "change_notice", "change_answer", "warn_first", "warn_second",
                   "warn_last", "settle", "undo", "check_age"})
# These are counted in days of the calendar, because they are compared with dates.
IN_DAYS = frozenset({"change_notice", "warn_first", "warn_second", "warn_last", "check_age"})
NEEDED: dict[str, tuple[str, ...]] = {
    "term": ("limit",), "standard": ("order", "category", "look_zh", "look_en"), "banned": ("order", "category"),
    "rhythm": ("do_zh", "do_en", "rule", "cycle", "until"), "document": ("order", "file"), "refused": ("words",)}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in force: its code, its words in both languages, where it is from, and the rest of what it says."""

    code: str
    zh: str
    en: str
    source: str
    valid_from: date
    valid_to: date | None
    content: Mapping[str, Any]

    def __str__(self) -> str:
        return self.zh if chinese() else self.en

    def said(self, field: str) -> str:
        """Other words of it in the reader's language: `look`, `do`."""
        return str(self.content.get(f"{field}_{'zh' if chinese() else 'en'}", ""))

    @property
    def limit(self) -> Limit:
        """Its limit."""
        given = self.content["limit"]
        return Limit(given["value"], Unit(given["unit"]))

    @property
    def span(self) -> timedelta:
        """Its limit as days of the calendar."""
        return timedelta(days=self.limit.value)


def setting_of(content: Mapping[str, Any]) -> Setting:
    """A setting from its stored content, which was checked when it was loaded."""
    return Setting(code=content["code"], zh=content["zh"], en=content["en"], source=content["source"],
                   valid_from=date.fromisoformat(content["valid_from"]),
                   valid_to=date.fromisoformat(content["valid_to"]) if content.get("valid_to") else None,
                   content=content)


def checked(kind: str, said: Mapping[str, Any], *, file: str, categories: frozenset[str]) -> dict[str, Any]:
    """What a file says, as it is kept; RuleBroken names the file, the setting and the remedy.

    `categories` are the subclasses of cases known here; empty: they are not known, and any is taken.
    """

    def broken(field: str, why: str, remedy: str) -> RuleBroken:
        return RuleBroken(f"{file}: {kind} “{said.get('code', '?')}”: {why}", field=field, remedy=remedy)

    for field in ("code", "zh", "en", "source", "valid_from", *NEEDED[kind]):
        if said.get(field) in (None, ""):
            raise broken(field, _("“%(key)s” is missing.") % {"key": field},
                         _("It is written like in the shipped file."))
    if not isinstance(said["valid_from"], date):
        raise broken("valid_from", _("this is no day."), _("Write it as 2026-07-18, without quotes."))
    if said.get("limit"):
        try:
            Limit(said["limit"].get("value"), Unit(said["limit"].get("unit")))
        except (ValueError, AttributeError) as error:
            raise broken("limit", str(error), _("Units are: %(units)s.") % {"units": ", ".join(Unit)}) from error
    if categories and said.get("category") and said["category"] not in categories:
        raise broken("category", _("there is no subclass “%(code)s”.") % {"code": said["category"]},
                     _("Take one of the scheme of cases in force."))
    _MORE.get(kind, _nothing)(said, broken)
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in said.items()}


Broken = Callable[[str, str, str], RuleBroken]


def _nothing(said: Mapping[str, Any], broken: Broken) -> None:
    """Kinds that need no more than their fields."""


def _term(said: Mapping[str, Any], broken: Broken) -> None:
    if said["code"] not in TERMS:
        raise broken("code", _("nobody asks for this term."), _("It is one of: %(choices)s.") % {
            "choices": ", ".join(sorted(TERMS))})
    if said["code"] in IN_DAYS and said["limit"]["unit"] != Unit.CALENDAR_DAY:
        raise broken("limit", _("this term is compared with dates."), _("Give it in calendar_day."))


def _rhythm(said: Mapping[str, Any], broken: Broken) -> None:
    try:
        rrulestr(said["rule"])
    except (ValueError, TypeError, KeyError) as error:
        raise broken("rule", _("“%(rule)s” is no recurrence rule.") % {"rule": said["rule"]},
                     _("Write it as in RFC 5545, for example FREQ=WEEKLY;BYDAY=MO.")) from error
    for key, known in (("cycle", list(Cycle)), ("until", [one for one in Until if one is not Until.BEFORE])):
        if said[key] not in known:
            raise broken(key, _("“%(key)s” cannot be “%(value)s”.") % {"key": key, "value": said[key]},
                         _("It is one of: %(choices)s.") % {"choices": ", ".join(known)})
    if (said["until"] == Until.LIMIT) != bool(said.get("limit")):
        raise broken("limit", _("until = \"limit\" and a limit belong together."),
                     _("Write limit = { value = 5, unit = \"working_day\" }."))
    for use in said.get("uses", ()):
        if use not in PlaceUse.values:
            raise broken("uses", _("there is no use “%(use)s”.") % {"use": use},
                         _("It is one of: %(choices)s.") % {"choices": ", ".join(PlaceUse.values)})


def _refused(said: Mapping[str, Any], broken: Broken) -> None:
    if not all(isinstance(word, str) and word.strip() for word in said["words"]):
        raise broken("words", _("a word is empty."), _("Give words between quotes."))


_MORE: dict[str, Callable[[Mapping[str, Any], Broken], None]] = {"term": _term, "rhythm": _rhythm, "refused": _refused}
