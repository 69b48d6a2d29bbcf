"""How well the sample city's departments and inspectors work. Invented, so that a ranking has something to rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from undercity.city.sample_files import read


@dataclass(frozen=True, slots=True)
class Department:
    """Shares of a department's cases: late now and a year ago, reworked, found unsolved, returned; and its pace."""

    late: float
    late_before: float
    rework: float
    failed: float
    back: float
    quick: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Inspector:
    """How often an inspector is late, and how often one finds nothing."""

    late: float
    absent: float


@dataclass(frozen=True)
class Tempers:
    """Everybody's, by key; whoever is not named is like the default."""

    departments: dict[str, Department]
    inspectors: dict[str, Inspector]

    def department(self, key: str) -> Department:
        """How this body works."""
        return self.departments.get(key) or self.departments["default"]

    def inspector(self, key: str) -> Inspector:
        """How this post works."""
        return self.inspectors.get(key) or self.inspectors["default"]


def read_tempers() -> Tempers:
    """From their file."""
    told = read("tempers.toml")
    return Tempers({key: _department(row) for key, row in told["department"].items()},
                   {key: Inspector(**row) for key, row in told["inspector"].items()})


def _department(row: dict[str, Any]) -> Department:
    return Department(late=row["late"], late_before=row.get("late_before", row["late"]), rework=row["rework"],
                      failed=row["failed"], back=row["back"], quick=(row["quick"][0], row["quick"][1]))
