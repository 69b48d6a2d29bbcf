"""What holds on a day 分期数据: the terms, signals with their numbers, rules over readings, each with its source.

Read from the files in `shipped/`. Nothing here is a constant of the code, and nothing is called official.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import get_language, gettext

from undercity.alerts.states import Colour, Hazard, Kind

FOLDER = Path(__file__).resolve().parents[1] / "shipped"


def chinese() -> bool:
    """Does the reader read Chinese?"""
    return (get_language() or "zh").startswith("zh")


@dataclass(frozen=True)
class Terms:
    """See `shipped/terms.toml`."""

    valid_from: date
    kilobytes: int
    hours_assumed: int
    minutes_ahead: int
    keep_bulletin_days: int
    feed_minutes: int
    feed_seconds: int
    feed_kilobytes: int
    feed_messages: int
    feed_longest_wait_minutes: int
    source: str


@dataclass(frozen=True)
class Signal:
    """A warning signal 预警信号 and the number it stands for. `window_h` hours, or `days` days running."""

    hazard: Hazard
    colour: Colour
    valid_from: date
    metric: str
    unit: str
    threshold: float
    source: str
    do_zh: tuple[str, ...]
    do_en: tuple[str, ...]
    window_h: int = 0
    days: int = 0
    going_on: bool = False

    @property
    def told_source(self) -> str:
        """Where its numbers are from, in the reader's language."""
        return gettext(self.source)

    @property
    def do(self) -> tuple[str, ...]:
        """What to do, in the reader's language."""
        return self.do_zh if chinese() else self.do_en


@dataclass(frozen=True)
class GaugeRule:
    """A rule over a window of readings; see `shipped/gauges.toml`. `threshold` and `back` in the quantity's unit."""

    code: str
    valid_from: date
    zh: str
    en: str
    quantity: str
    how: Kind
    window_minutes: int
    threshold: float
    back: float
    body: str
    hazard: Hazard
    colour: Colour
    source: str
    devices: tuple[str, ...] = ()

    @property
    def told_source(self) -> str:
        """Where its numbers are from, in the reader's language."""
        return gettext(self.source)

    @property
    def words(self) -> str:
        """What it is called, in the reader's language."""
        return self.zh if chinese() else self.en


@dataclass(frozen=True)
class Words:
    """How hazards and colours are recognised in a message."""

    hazards: Mapping[Hazard, tuple[str, ...]]
    colours: Mapping[Colour, tuple[str, ...]]
    severities: Mapping[str, Colour]


def _file(name: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


D = TypeVar("D", Terms, Signal, GaugeRule)


def newest(rows: Iterable[D], on: date) -> D | None:
    """The row with the latest first day not after this one."""
    return max((one for one in rows if one.valid_from <= on), key=lambda one: one.valid_from, default=None)


@cache
def _terms() -> tuple[Terms, ...]:
    return tuple(sorted((Terms(**row) for row in _file("terms.toml")["terms"]), key=lambda one: one.valid_from))


def terms(on: date) -> Terms:
    """The terms of a day; the first ones before their first day."""
    return newest(_terms(), on) or _terms()[0]


@cache
def all_signals() -> tuple[Signal, ...]:
    """Every row of the file."""
    return tuple(Signal(**{**row, "hazard": Hazard(row["hazard"]), "colour": Colour(row["colour"]),
                           "do_zh": tuple(row["do_zh"]), "do_en": tuple(row["do_en"])})
                 for row in _file("signals.toml")["signal"])


def signals(on: date, hazard: Hazard | None = None) -> list[Signal]:
    """The signals of a day, by hazard, the weakest first: of each colour the newest row."""
    found = [newest([one for one in all_signals() if (one.hazard, one.colour) == key], on)
             for key in dict.fromkeys((one.hazard, one.colour) for one in all_signals())]
    return sorted((one for one in found if one is not None and hazard in {None, one.hazard}),
                  key=lambda one: (list(Hazard).index(one.hazard), one.colour.order))


def signal_of(hazard: Hazard, colour: Colour, on: date) -> Signal | None:
    """One signal of a day."""
    return next((one for one in signals(on, hazard) if one.colour is colour), None)


def meant_by(hazard: Hazard, measured: Sequence[tuple[float, float]], on: date) -> Signal | None:
    """Which signal would these values mean? `measured`: (hours, value), rain so much in so many hours.

    What fell in a shorter time fell in the longer one too. Days running are not asked here. The strongest that fits.
    """
    fits = [one for one in signals(on, hazard) if one.window_h and any(
        value >= one.threshold and hours <= one.window_h for hours, value in measured)]
    return max(fits, key=lambda one: one.colour.order, default=None)


@cache
def all_gauge_rules() -> tuple[GaugeRule, ...]:
    """Every row of the file."""
    return tuple(GaugeRule(**{**row, "how": Kind(row["how"]), "hazard": Hazard(row["hazard"]),
                              "colour": Colour(row["colour"]), "devices": tuple(row.get("devices", ()))})
                 for row in _file("gauges.toml")["rule"])


def gauge_rules(on: date) -> list[GaugeRule]:
    """The rules of a day: of each code the newest row, in the order of the file."""
    found = [newest([one for one in all_gauge_rules() if one.code == code], on)
             for code in dict.fromkeys(one.code for one in all_gauge_rules())]
    return [one for one in found if one is not None]


@cache
def words() -> Words:
    """How hazards and colours are recognised."""
    rows = _file("signals.toml")
    return Words(hazards={Hazard(row["code"]): tuple(row["words"]) for row in rows["hazard"]},
                 colours={Colour(row["code"]): (row["zh"], row["en"]) for row in rows["colour"]},
                 severities={row["severity"]: Colour(row["code"]) for row in rows["colour"]})
