"""The dated terms of notices, read from the file shipped or from the deployment's own."""

from __future__ import annotations

import tomllib
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from undercity.errors import RuleBroken
from undercity.notices.rules import Kind, Retry, Terms
from undercity.notices.states import Level

SHIPPED = Path(__file__).with_name("shipped") / "terms.toml"
LEVELS = {level.name.lower(): level for level in Level}


def read_terms(path: Path) -> tuple[Terms, ...]:
    """The terms of a file, oldest first. RuleBroken names what cannot be read."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["terms"]
        return tuple(sorted((_terms(row) for row in rows), key=lambda terms: terms.valid_from))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise RuleBroken(_("The terms of notices cannot be read: %(why)s") % {"why": repr(error)}, field="terms",
                         remedy=_("Compare the file with terms.toml, which is shipped.")) from error


def _terms(row: dict[str, Any]) -> Terms:
    kinds = tuple(Kind(key=str(one["key"]), codes=tuple(map(str, one["codes"])), level=LEVELS[one["level"]],
                       may_wait=bool(one["may_wait"]), zh=str(one["zh"]), en=str(one["en"])) for one in row["kind"])
    if not kinds:
        raise ValueError("terms need at least one kind")
    retry = {level: Retry(max(int(row["retry"][name]["tries"]), 1),
                          timedelta(seconds=float(row["retry"][name]["pause"]))) for name, level in LEVELS.items()}
    return Terms(valid_from=date.fromisoformat(str(row["valid_from"])), source=str(row["source"]),
                 overrides_quiet=LEVELS[row["overrides_quiet"]],
                 quiet=(time.fromisoformat(row["quiet"][0]), time.fromisoformat(row["quiet"][1])),
                 link_days=int(row["link_days"]), tests_an_hour=int(row["tests_an_hour"]), retry=retry, kinds=kinds)


@cache
def _of(path: str) -> tuple[Terms, ...]:
    return read_terms(Path(path))


def terms(day: date) -> Terms:
    """The terms in force on a day; before the first ones, the first."""
    known = _of(settings.NOTICE_TERMS or str(SHIPPED))
    return next((one for one in reversed(known) if one.valid_from <= day), known[0])
