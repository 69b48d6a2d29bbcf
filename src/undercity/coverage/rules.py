"""Decisions about coverage: the terms of a day, the band of a walk, who may ask for what. Pure but for its file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language, gettext as _

from undercity.coverage.states import Listing, PlanKind
from undercity.errors import RuleBroken
from undercity.org.powers import Actor, Decision, can
from undercity.org.states import Power
from undercity.places.states import PlaceUse
from undercity.science.reach import Pace

FILE = Path(__file__).resolve().parent / "terms.toml"
# Cells finer than a house say who lives in it; coarser ones than a quarter say nothing about a walk.
RESOLUTIONS = (8, 9)
K_MOST, MINUTES_MOST = 100, 60


@dataclass(frozen=True, slots=True)
class Terms:
    """The dated numbers coverage is reckoned with, and where each is from; see `terms.toml`."""

    valid_from: date
    bands: tuple[int, ...]
    bands_source: Mapping[str, str]
    metres_per_minute: float
    detour: float
    pace_source: Mapping[str, str]
    share_coming: float
    share_source: Mapping[str, str]
    m2_each: float
    room_unknown: int
    room_source: Mapping[str, str]
    beyond_times: int
    gap: float
    seconds: float
    solver_source: Mapping[str, str]

    @property
    def pace(self) -> Pace:
        """How people walk."""
        return Pace(self.metres_per_minute, self.detour)

    def source(self, what: str) -> str:
        """Where the numbers of a kind are from, in the reader's language: bands, pace, share, room, solver."""
        said: Mapping[str, str] = getattr(self, f"{what}_source")
        return said["zh" if (get_language() or "zh").startswith("zh") else "en"]

    def room(self, area_m2: int | None) -> float:
        """How many people find room on so much public floor, whole; an assumption where the area is not known."""
        return float(self.room_unknown if area_m2 is None else int(area_m2 / self.m2_each))


@cache
def _terms() -> tuple[Terms, ...]:
    rows: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["term"]
    return tuple(sorted((Terms(**{**row, "bands": tuple(row["bands"])}) for row in rows),
                        key=lambda one: one.valid_from))


def terms(on: date) -> Terms:
    """The terms that hold on a day; the first ones before their first day."""
    return max((one for one in _terms() if one.valid_from <= on), key=lambda one: one.valid_from, default=_terms()[0])


def band_of(minutes: float, bands: tuple[int, ...]) -> int:
    """The index of the band a walk falls into; `len(bands)` when it is longer than all of them."""
    return next((index for index, most in enumerate(bands) if minutes <= most), len(bands))


def may_read(actor: Actor, path: str) -> Decision:
    """May this actor see who has no cool place in this territory?"""
    return can(actor, Power.COVERAGE_READ, path)


def may_plan(actor: Actor, path: str) -> Decision:
    """May this actor have the next places of this territory calculated, and see the candidates?"""
    return can(actor, Power.COVERAGE_PLAN, path)


@dataclass(frozen=True, slots=True)
class Question:
    """What a plan is asked: see `Plan`."""

    kind: PlanKind
    k: int
    minutes: int
    uses: tuple[PlaceUse, ...]
    listing: Listing


def asked(*, kind: str, k: str, minutes: str, uses: list[str], listing: str) -> Question:
    """The question of a form, or RuleBroken naming the field that cannot be."""
    if kind not in PlanKind.values:
        raise RuleBroken(_("What shall the places be chosen for?"), field="kind",
                         remedy=_("Choose one of those shown."))
    least = 0 if kind == PlanKind.ROOM else 1
    chosen = tuple(PlaceUse(one) for one in PlaceUse.values if one in uses)
    if not chosen:
        raise RuleBroken(_("No kind of candidate is chosen."), field="uses",
                         remedy=_("Tick at least one peacetime use."))
    return Question(PlanKind(kind), _number(k, "k", least, K_MOST), _number(minutes, "minutes", 1, MINUTES_MOST),
                    chosen, Listing(listing) if listing in Listing.values else Listing.LISTED)


def _number(text: str, field: str, least: int, most: int) -> int:
    text = text.strip()
    if not (text.isdecimal() and len(text) < 6 and least <= int(text) <= most):
        raise RuleBroken(_("“%(text)s” is no number from %(least)d to %(most)d.") % {
            "text": text[:20], "least": least, "most": most}, field=field, remedy=_("Write it in digits."))
    return int(text)


def gap_in_words(gap: float) -> str:
    """How near to the best an answer is, as a sentence without an article of mathematics."""
    if gap < 5e-5:
        return _("No other choice is better: proven.")
    return _("No other choice can be better by more than %(share)s %%: proven.") % {"share": f"{gap * 100:.2f}"}
