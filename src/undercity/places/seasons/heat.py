"""The rule of heat in force, read from rows, or from the file shipped while no rows were loaded."""

from __future__ import annotations

import tomllib
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from undercity.errors import RuleBroken
from undercity.places.seasons.models import HeatTerms
from undercity.places.seasons.rules import HeatRule
from undercity.places.seasons.states import Wish
from undercity.science.worktime import Limit, Unit

SHIPPED = Path(__file__).with_name("heat.toml")


def read_terms(path: Path = SHIPPED) -> list[dict[str, Any]]:
    """The terms of a file as plain values. RuleBroken names what cannot be read."""
    try:
        rows: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["terms"]
        plain = [{**row, "valid_from": row["valid_from"].isoformat()} for row in rows]
        for row in plain:
            rule_of(row)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise RuleBroken(_("The terms of heat cannot be read: %(why)s") % {"why": error}, field="terms",
                         remedy=_("Compare the file with heat.toml, which is shipped.")) from error
    return plain


def rule_of(row: dict[str, Any]) -> HeatRule:
    """One dated rule from its plain values. ValueError or KeyError when something is missing or no number."""
    return HeatRule(
        valid_from=date.fromisoformat(row["valid_from"]), at_least=float(row["at_least"]), days=int(row["days"]),
        near=int(row["near"]), by=int(row["by"]), longer_at_least=float(row["longer_at_least"]),
        longer_days=int(row["longer_days"]), longer_until=time.fromisoformat(row["longer_until"]),
        longer_for=int(row["longer_for"]), source=str(row["source"]),
        decide={wish: Limit(int(row["decide"][wish.value][0]), Unit(row["decide"][wish.value][1])) for wish in Wish})


@cache
def _shipped() -> tuple[dict[str, Any], ...]:
    return tuple(read_terms())


def heat_rule(day: date) -> HeatRule:
    """The rule in force on a day; before the first one, the first."""
    kept = list(HeatTerms.objects.order_by("valid_from").values_list("content", flat=True)) or _shipped()
    rules = sorted((rule_of(row) for row in kept), key=lambda rule: rule.valid_from)
    return next((rule for rule in reversed(rules) if rule.valid_from <= day), rules[0])
