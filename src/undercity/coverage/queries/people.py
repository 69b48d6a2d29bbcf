"""Population figures in memory: they never change, so a process reads each import once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import h3
import numpy as np
from django.db.models import QuerySet

from undercity.coverage.models import Population, PopulationCell
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.science.reach import Floats, Ints


@dataclass(frozen=True, slots=True)
class People:
    """Who lives where: cell numbers, middles (n, 2), people, old people (None: not said), territory of each cell."""

    uid: UUID
    resolution: int
    cell: Ints
    middle: Floats
    people: Floats
    elderly: Floats | None
    territory: Ints

    def among(self, bodies: list[int]) -> Any:
        """Which cells lie in one of these bodies, as a mask."""
        return np.isin(self.territory, bodies)


def in_force(on: date) -> Population | None:
    """The figures that hold on a day: the latest not withdrawn; None when there are none yet."""
    return kept().filter(valid_from__lte=on).order_by("-valid_from", "-imported_at").first()


def kept() -> QuerySet[Population]:
    """All imports that were not withdrawn."""
    return Population.objects.filter(withdrawn=False)


def imports() -> list[Population]:
    """Every import, the latest day first."""
    return list(Population.objects.order_by("-valid_from", "-imported_at"))


@lru_cache(maxsize=4)
def people_of(uid: UUID) -> People:
    """The cells of an import."""
    rows = list(PopulationCell.objects.filter(population=uid).order_by("cell").values_list(
        "cell", "people", "elderly", "territory_id"))
    numbers = np.array([row[0] for row in rows], dtype=np.int64)
    elderly = None if any(row[2] is None for row in rows) else np.array([row[2] for row in rows], dtype=np.float64)
    middle = np.array([h3.cell_to_latlng(h3.int_to_str(row[0])) for row in rows], dtype=np.float64).reshape(-1, 2)
    resolution = h3.get_resolution(h3.int_to_str(rows[0][0])) if rows else 0
    return People(uid, resolution, numbers, middle, np.array([row[1] for row in rows], dtype=np.float64), elderly,
                  np.array([row[3] for row in rows], dtype=np.int64))


def forget() -> None:
    """Read the imports anew; tests with databases of their own call it."""
    people_of.cache_clear()


def areas_of(actor: Actor, power: Power) -> list[int]:
    """The cities and districts an actor may choose, the widest first: under the scopes of that power."""
    book = directory()
    return [body for path in sorted(set(actor.scopes(power)), key=len) for body in book.under(path)
            if book.cards[body].kind in {"city", "district"}]


def bodies_of(actor: Actor, power: Power) -> list[int]:
    """All bodies under the scopes of that power."""
    return [body for path in actor.scopes(power) for body in directory().under(path)]
