"""Loading what holds for each quantity from a file. A wrong row names itself and the remedy."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from undercity.db import write
from undercity.errors import RuleBroken
from undercity.readings.models import QuantityTerms
from undercity.readings.queries.terms import forget
from undercity.readings.states import BY_CODE

OURS = Path(__file__).resolve().parents[1] / "shipped" / "quantities.toml"
NUMBERS = ("least", "most", "warn_low", "warn_high", "back")
WHOLE = ("for_minutes", "stale_minutes")
WORDS = ("category", "source")


def load_terms(path: Path = OURS) -> int:
    """Load all of a file or nothing; loading again changes what changed. How many there were."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8")).get("terms", [])
    except OSError as error:
        raise RuleBroken(f"{path} cannot be read: {error.strerror}.", field="file", remedy="Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleBroken(f"{path.name} is no TOML: {error}.", field="file", remedy="Compare it with the one shipped.",
                         ) from error
    rows = [_row(path.name, number, one) for number, one in enumerate(given, 1)]
    if not rows:
        raise RuleBroken(f"{path.name} holds no [[terms]].", field="terms", remedy="Compare it with the one shipped.")
    with write():
        QuantityTerms.objects.bulk_create(rows, update_conflicts=True, unique_fields=["quantity", "valid_from"],
                                          update_fields=[*NUMBERS, *WHOLE, *WORDS])
    forget()
    return len(rows)


def _row(name: str, number: int, one: dict[str, Any]) -> QuantityTerms:
    def wrong(field: str, why: str, remedy: str) -> RuleBroken:
        return RuleBroken(f"{name}, terms {number}: {field} {why}.", field=field, remedy=remedy)

    if unknown := set(one) - {"quantity", "valid_from", *NUMBERS, *WHOLE, *WORDS}:
        raise wrong(min(unknown), "is not known", "Compare it with the file shipped.")
    quantity = BY_CODE.get(str(one.get("quantity", "")))
    if quantity is None:
        raise wrong("quantity", "is not known", f"Use one of {', '.join(sorted(BY_CODE))}.")
    if type(one.get("valid_from")) is not date:
        raise wrong("valid_from", "is no day", "Write valid_from = 2026-08-01.")
    for field in NUMBERS:
        if field in one and (isinstance(one[field], bool) or not isinstance(one[field], int | float)):
            raise wrong(field, "is no number", "Write it like 28.0.")
    for field in WHOLE:
        if field in one and (type(one[field]) is not int or not 0 <= one[field] <= 527_040):
            raise wrong(field, "is no number of minutes", "Write a whole number, a year at most.")
    for field in ("least", "most", "stale_minutes", "source"):
        if not one.get(field) and one.get(field) != 0:
            raise wrong(field, "is missing", "Compare it with the file shipped.")
    limits = [one["least"], *(one[side] for side in ("warn_low", "warn_high") if side in one), one["most"]]
    if limits != sorted(limits) or one["least"] == one["most"] or one.get("back", 0) < 0:
        raise wrong("least", "and the other limits are not in order",
                    "Give least < warn_low < warn_high < most, and back of 0 or more.")
    return QuantityTerms(**{**one, "quantity": quantity.value})
