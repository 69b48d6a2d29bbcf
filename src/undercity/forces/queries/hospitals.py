"""伤员转运: hospitals with free beds, and who is taken where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from undercity.forces.models import Hospital
from undercity.forces.projection import in_language
from undercity.forces.queries.travel import roads
from undercity.forces.rules import terms
from undercity.forces.states import Severity
from undercity.science.transfers import transferred


@dataclass(frozen=True, slots=True)
class Group:
    """Casualties at a place: patients by severity."""

    name: str
    lat: float
    lon: float
    patients: dict[str, int]


@dataclass(frozen=True, slots=True)
class Way:
    """So many patients of a severity from a group to a hospital."""

    group: str
    hospital: str
    severity: str
    patients: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is taken where, who has no bed, and where the minutes are from."""

    ways: list[Way]
    left: list[tuple[str, str, int]]
    patients: int
    roads: str
    fell_back: bool


def beds() -> list[Hospital]:
    """The hospitals, by name."""
    return list(Hospital.objects.order_by("zh"))


def plan(groups: Sequence[Group], at: datetime) -> Plan:
    """The transfer that takes least weighted time."""
    kept, rows, codes = terms(at.date()), beds(), Severity.values
    found = roads(np.array([(one.lat, one.lon) for one in groups]).reshape(-1, 2),
                  np.array([(one.lat, one.lon) for one in rows]).reshape(-1, 2), at, kept)
    longest = float(found.minutes.max(initial=0.0))
    answer = transferred(
        np.array([[one.patients.get(code, 0) for code in codes] for one in groups], dtype=np.int64).reshape(-1, 3),
        np.array([[int(one.beds.get(code, 0)) for code in codes] for one in rows], dtype=np.int64).reshape(-1, 3),
        found.minutes, np.array([float(kept.hurt[code]) for code in codes]),
        beyond=max(float(kept.no_bed_minutes), longest))
    ways = [Way(groups[i].name, in_language(rows[j].zh, rows[j].en), str(Severity(codes[k]).label),
                int(answer.taken[i, j, k]), round(float(found.minutes[i, j])))
            for i, j, k in sorted(np.argwhere(answer.taken > 0).tolist(), key=lambda one: (one[0], one[2], one[1]))]
    left = [(groups[i].name, str(Severity(codes[k]).label), int(answer.left[i, k]))
            for i, k in np.argwhere(answer.left > 0).tolist()]
    return Plan(ways, left, int(answer.taken.sum()), found.source, found.fell_back)
