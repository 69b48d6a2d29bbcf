"""Settings in force, held in memory: every page of a work asks for them."""

from __future__ import annotations

from datetime import date, datetime
from time import perf_counter

from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import RuleBroken
from undercity.ledger.queries.agenda import template_of
from undercity.ledger.rules import Template
from undercity.science.worktime import Limit
from undercity.works.terms.models import Term
from undercity.works.terms.rules import Setting, setting_of

KEPT_SECONDS = 60.0
_kept: tuple[float, dict[str, list[Setting]]] | None = None


def forget() -> None:
    """Read the settings anew at the next question."""
    global _kept
    _kept = None


def _all() -> dict[str, list[Setting]]:
    global _kept
    if _kept is None or perf_counter() - _kept[0] > KEPT_SECONDS:
        found: dict[str, list[Setting]] = {}
        for kind, content in Term.objects.order_by("valid_from", "pk").values_list("kind", "content"):
            found.setdefault(kind, []).append(setting_of(content))
        _kept = (perf_counter(), found)
    return _kept[1]


def in_force(kind: str, day: date | None = None) -> dict[str, Setting]:
    """Code → the setting of this kind that holds on a day (today by default), in the order the file gives."""
    on = day or clock.now().date()
    newest = {one.code: one for one in _all().get(kind, ()) if one.valid_from <= on}
    standing = [one for one in newest.values() if one.valid_to is None or on < one.valid_to]
    return {one.code: one for one in sorted(standing, key=lambda one: one.content.get("order", 0))}


def term(code: str, at: datetime | date) -> Setting:
    """The term in force at a moment; RuleBroken with the remedy when none was loaded."""
    found = in_force("term", at.date() if isinstance(at, datetime) else at).get(code)
    if found is None:
        raise RuleBroken(_("The term “%(code)s” is not set for this day.") % {"code": code}, field="term",
                         remedy=_("Load the terms: undercity upkeep load."))
    return found


def limit(code: str, at: datetime) -> Limit:
    """How long a step may take by the term in force at a moment."""
    return term(code, at).limit


def rhythm_of(setting: Setting) -> Template:
    """A rhythm of checks as the template it is written like: the same rules say when it arises and until when."""
    return template_of(dict(setting.content))
