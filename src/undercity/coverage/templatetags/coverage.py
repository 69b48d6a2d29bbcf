"""`{% coverage_tabs "cover" %}`: the pages of coverage an officer may open; `{{ n|whole }}`: 12,345; `|tenth`: 1.5."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from undercity.coverage.rules import Terms
from undercity.org.powers import THE_CITIZEN, Actor
from undercity.org.states import Power

register = template.Library()


@register.inclusion_tag("coverage/tabs.html", takes_context=True)
def coverage_tabs(context: dict[str, Any], page: str) -> dict[str, Any]:
    """The tabs, the page's own marked."""
    actor: Actor = context.get("actor") or THE_CITIZEN
    tabs = [("cover", "coverage", _("Who has none near"))]
    if actor.holds(Power.COVERAGE_PLAN):
        tabs += [("plans", "coverage_plans", _("The next to open")), ("what_if", "what_if", _("What if")),
                 ("people", "coverage_people", _("Population figures"))]
    return {"tabs": tabs, "page": page}


@register.filter
def whole(number: float | str | None) -> str:
    """12,345, the same in every language; a dash for nothing."""
    return "–" if number in {None, ""} else f"{number:,.0f}"


@register.filter
def tenth(number: float | str | None) -> str:
    """12.3; a dash for nothing."""
    return "–" if number in {None, ""} else f"{number:,.1f}"


@register.filter
def source(terms: Terms, what: str) -> str:
    """Where these numbers are from."""
    return terms.source(what)
