"""The scheme 考评方案 from its file: objects, nodes, weights, bands, grades. Nothing of a faulty file is loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from django.utils.translation import get_language, gettext as _

from undercity.appraisal.indicators import INDICATORS
from undercity.appraisal.rules import Band, Grade, Measure
from undercity.appraisal.states import Scores
from undercity.errors import RuleBroken
from undercity.org.states import Role

DEFAULT = Path(__file__).resolve().parent / "schemes" / "posts-and-departments.toml"
POST, BODY = "post", "body"
COLOURS = ("green", "blue", "yellow", "red", "black")
LETTERS = ("A", "B", "C", "D", "E")


@dataclass(frozen=True, slots=True)
class Objects:
    """A kind of object that is scored and ranked together: posts of a role (None: any), or bodies.

    `counts`: the indicators whose denominators together say how much work stands behind a score.
    """

    code: str
    zh: str
    en: str
    kind: str
    role: Role | None
    measures: tuple[Measure, ...]
    counts: tuple[str, ...]

    @property
    def label(self) -> str:
        """What it is called in the reader's language."""
        return self.zh if (get_language() or "zh").startswith("zh") else self.en


@dataclass(frozen=True)
class Scheme:
    """A scheme as it is in force from a day on."""

    code: str
    zh: str
    en: str
    source_zh: str
    source_en: str
    valid_from: date
    objects: Mapping[str, Objects]
    grades: tuple[Grade, ...]

    @property
    def label(self) -> str:
        """What it is called in the reader's language."""
        return self.zh if (get_language() or "zh").startswith("zh") else self.en

    @property
    def source(self) -> str:
        """Where it comes from, in the reader's language."""
        return self.source_zh if (get_language() or "zh").startswith("zh") else self.source_en


@cache
def scheme() -> Scheme:
    """The scheme that comes with the house."""
    return load(DEFAULT.read_text(encoding="utf-8"), DEFAULT.name)


def load(text: str, file: str) -> Scheme:
    """A scheme from the text of a TOML file. RuleBroken names file, line and remedy."""
    return _Reading(text, file).scheme()


class _Reading:
    """Reads one file and knows where in it everything stands."""

    def __init__(self, text: str, file: str):
        self.lines, self.file = text.splitlines(), file
        try:
            self.top = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise RuleBroken(f"{file}: {error}", field=file, remedy=_("Correct the file; it is TOML.")) from error

    def fail(self, line: int, message: str, remedy: str) -> NoReturn:
        raise RuleBroken(_("%(file)s, line %(line)d: %(message)s") % {"file": self.file, "line": line,
                                                                     "message": message},
                         field=self.file, remedy=remedy, details={"file": self.file, "line": line})

    def line(self, header: str, nth: int, word: str = "") -> int:
        """The line of the nth table with this header, or of a key in it."""
        start = 0
        for number, text in enumerate(self.lines, start=1):
            if text.strip() == header:
                nth -= 1
                if nth < 0:
                    start = number
                    break
        for number in range(start, len(self.lines) if word else start):
            text = self.lines[number].strip()
            if text.startswith("[["):
                break
            if text.split("=")[0].strip() == word:
                return number + 1
        return start or 1

    def need(self, table: Any, key: str, kind: type | tuple[type, ...], at: int) -> Any:
        """A value that must be there and of a type."""
        value = table.get(key) if isinstance(table, dict) else None
        if value is None or not isinstance(value, kind) or isinstance(value, bool):
            self.fail(at, _("“%(key)s” is missing or of the wrong type.") % {"key": key},
                      _("Write it as in the scheme that comes with the house."))
        return value

    def scheme(self) -> Scheme:
        bands = self.bands()
        objects: dict[str, Objects] = {}
        nodes_before = 0
        for nth, table in enumerate(self.need(self.top, "object", list, 1)):
            at = self.line("[[object]]", nth)
            code = self.need(table, "code", str, at)
            if code in objects:
                self.fail(self.line("[[object]]", nth, "code"), _("“%(code)s” is there twice.") % {"code": code},
                          _("Give each its own code."))
            objects[code] = self.object(table, nth, at, nodes_before, bands)
            nodes_before += len(table["node"])
        return Scheme(code=self.need(self.top, "code", str, 1), zh=self.need(self.top, "zh", str, 1),
                      en=self.need(self.top, "en", str, 1), source_zh=self.need(self.top, "source_zh", str, 1),
                      source_en=self.need(self.top, "source_en", str, 1),
                      valid_from=self.need(self.top, "valid_from", date, 1), objects=objects, grades=self.grades())

    def object(self, table: Mapping[str, Any], nth: int, at: int, before: int,
               bands: Mapping[str, tuple[Band, ...]]) -> Objects:
        kind = self.need(table, "kind", str, at)
        if kind not in (POST, BODY):
            self.fail(self.line("[[object]]", nth, "kind"), _("There is no kind “%(code)s”.") % {"code": kind},
                      _("Choose one of: %(codes)s.") % {"codes": f"{POST}, {BODY}"})
        role = table.get("role")
        if role is not None and role not in Role.values:
            self.fail(self.line("[[object]]", nth, "role"), _("There is no role “%(code)s”.") % {"code": role},
                      _("Choose one of: %(codes)s.") % {"codes": ", ".join(Role.values)})
        counts = tuple(self.need(table, "counts", list, at))
        for one in counts:
            self.known(one, self.line("[[object]]", nth, "counts"))
        measures = tuple(self.node(node, self.line("[[object.node]]", before + place), before + place, bands)
                         for place, node in enumerate(self.need(table, "node", list, at)))
        whole = sum((measure.weight for measure in measures), Fraction(0))
        if whole != 1:
            self.fail(at, _("The weights of “%(code)s” sum to %(sum)s, not to 1.") % {
                "code": table["code"], "sum": f"{float(whole):g}"}, _("Correct the weights of its nodes."))
        return Objects(code=table["code"], zh=self.need(table, "zh", str, at), en=self.need(table, "en", str, at),
                       kind=kind, role=Role(role) if role else None, measures=measures, counts=counts)

    def known(self, indicator: Any, at: int) -> str:
        if indicator not in INDICATORS:
            self.fail(at, _("There is no indicator “%(code)s”.") % {"code": indicator},
                      _("Choose one of: %(codes)s.") % {"codes": ", ".join(INDICATORS)})
        return str(indicator)

    def node(self, table: Mapping[str, Any], at: int, nth: int, bands: Mapping[str, tuple[Band, ...]]) -> Measure:
        indicator = self.known(self.need(table, "indicator", str, at), self.line("[[object.node]]", nth, "indicator"))
        scores, weight = self.need(table, "scores", str, at), self.need(table, "weight", (Decimal, int), at)
        if not 0 < weight <= 1:
            self.fail(self.line("[[object.node]]", nth, "weight"), _("A weight lies between 0 and 1."),
                      _("Correct the weights of its nodes."))
        if scores not in Scores.values or (scores == Scores.VOLUME) != INDICATORS[indicator].is_volume:
            self.fail(self.line("[[object.node]]", nth, "scores"),
                      _("“%(indicator)s” cannot score as “%(code)s”.") % {"indicator": indicator, "code": scores},
                      _("A rate is good or bad, a count is volume."))
        table_of_bands = table.get("bands", "")
        if scores == Scores.VOLUME and table_of_bands not in bands:
            self.fail(self.line("[[object.node]]", nth, "bands"),
                      _("There are no bands “%(code)s”.") % {"code": table_of_bands},
                      _("Choose one of: %(codes)s.") % {"codes": ", ".join(bands)})
        return Measure(indicator, Fraction(weight), Scores(scores), bands.get(table_of_bands, ()))

    def bands(self) -> dict[str, tuple[Band, ...]]:
        found = {}
        for nth, table in enumerate(self.need({"bands": [], **self.top}, "bands", list, 1)):
            at = self.line("[[bands]]", nth)
            steps = [Band(self.need(step, "from", int, at), self.need(step, "to", int, at)
                          if "to" in step else None, self.need(step, "points", int, at))
                     for step in self.need(table, "steps", list, at)]
            # Every whole number from nothing on falls into exactly one band.
            begins = 0
            for place, step in enumerate(steps):
                last = place == len(steps) - 1
                if step.first != begins or (step.last is None) != last or (
                        step.last is not None and step.last < step.first) or not 0 <= step.points <= 100:
                    self.fail(self.step_line(at, place),
                              _("The bands “%(code)s” leave a gap or overlap at %(from)d.") % {
                                  "code": table.get("code", ""), "from": begins},
                              _("Begin each band where the one before ends, and leave the last one open."))
                begins = (step.last or 0) + 1
            if not steps:
                self.fail(at, _("“%(key)s” is missing or of the wrong type.") % {"key": "steps"},
                          _("Write it as in the scheme that comes with the house."))
            found[self.need(table, "code", str, at)] = tuple(steps)
        return found

    def step_line(self, at: int, place: int) -> int:
        """The line of a band's step, when each stands on its own."""
        rows = [number for number in range(at, len(self.lines)) if self.lines[number].strip().startswith("{ from")]
        return rows[place] + 1 if place < len(rows) else at

    def grades(self) -> tuple[Grade, ...]:
        found: list[Grade] = []
        for nth, table in enumerate(self.need(self.top, "grade", list, 1)):
            at = self.line("[[grade]]", nth)
            least = Fraction(self.need(table, "from", (int, Decimal), at))
            letter, colour = self.need(table, "letter", str, at), self.need(table, "colour", str, at)
            if colour not in COLOURS or letter not in LETTERS or (found and least >= found[-1].least):
                self.fail(at, _("The grades go from the best to the worst, with known letters and colours."),
                          _("Letters: %(letters)s. Colours: %(colours)s.") % {
                              "letters": ", ".join(LETTERS), "colours": ", ".join(COLOURS)})
            found.append(Grade(letter, least, colour))
        if not found or found[-1].least != 0:
            self.fail(self.line("[[grade]]", max(len(found) - 1, 0), "from"), _("The lowest grade begins at 0."),
                      _("Add a grade from 0."))
        return tuple(found)
