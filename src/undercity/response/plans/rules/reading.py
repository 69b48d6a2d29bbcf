"""Reading a plan's file 读取预案文件: every error with its line, its field and its remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from undercity.errors import RuleBroken
from undercity.response.plans.rules import content as tables
from undercity.response.plans.rules.content import PlanContent
from undercity.response.plans.rules.lines import Lines, lines_of

# A plan of two thousand orders with long texts stays far below this.
CHARACTERS_MAX = 500_000
BYTES_MAX = 2_000_000
FAULTS_MAX = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in the file: its line (from 1), where ("order 3 · verb"), what is wrong, what to do."""

    line: int
    where: str
    message: str
    remedy: str

    def as_body(self) -> dict[str, Any]:
        """As plain data for a machine."""
        return {"line": self.line, "where": self.where, "message": self.message, "remedy": self.remedy}


class PlanFaults(RuleBroken):
    """The file cannot be read as a plan; `faults` says every reason."""

    code = "plan_faults"

    def __init__(self, faults: tuple[Fault, ...]):
        first = faults[0]
        super().__init__(_("Line %(line)d, %(where)s: %(message)s") % {
            "line": first.line, "where": first.where, "message": first.message}, field="text", remedy=first.remedy,
            details={"faults": [fault.as_body() for fault in faults]})
        self.faults = faults


def decoded(raw: bytes) -> str:
    """The text of a file as sent; RuleBroken says what is wrong with its bytes."""
    if len(raw) > BYTES_MAX:
        raise RuleBroken(_("The file is larger than 2 MB."), field="file", remedy=_("Split it into two plans."))
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[:error.start].count(b"\n") + 1
        raise RuleBroken(_("Line %(line)d is not UTF-8 text.") % {"line": line}, field="file",
                         remedy=_("Save the file as UTF-8, then send it again.")) from error


def parse(text: str) -> PlanContent:
    """The content of a plan's file. PlanFaults says every error there is, not only the first."""
    if len(text) > CHARACTERS_MAX:
        raise PlanFaults((Fault(1, _("file"), _("The file is longer than %(max)d characters.") % {
            "max": CHARACTERS_MAX}, _("Split it into two plans.")),))
    try:
        raw = tomllib.loads(text.replace("\r\n", "\n").lstrip("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise PlanFaults((_broken_toml(str(error), text),)) from error
    except RecursionError as error:
        raise PlanFaults((Fault(1, _("file"), _("Brackets stand too deep in one another."),
                                _("A plan needs at most three.")),)) from error
    try:
        return PlanContent.model_validate(raw)
    except ValidationError as error:
        where = lines_of(text)
        raise PlanFaults(tuple(sorted((_fault(one, where) for one in _own(error.errors())[:FAULTS_MAX]),
                                      key=lambda fault: fault.line))) from error


def _own(errors: list[Any]) -> list[Any]:
    """Without the lists that are too short only because one of their tables is wrong: that is told already."""
    inside = {one["loc"][0] for one in errors if len(one["loc"]) > 1}
    return [one for one in errors if one["type"] != "too_short" or one["loc"][0] not in inside] or errors


def _broken_toml(said: str, text: str) -> Fault:
    found = re.search(r"line (\d+), column (\d+)", said)
    line = int(found[1]) if found else text.count("\n") + 1
    column = int(found[2]) if found else 1
    reason = said.split(" (at ")[0]
    return Fault(line, _("column %(n)d") % {"n": column}, _("This is not TOML: %(reason)s.") % {"reason": reason},
                 _("Texts stand in quotation marks; each line is word = value; each order begins with [[order]]."))


def _fault(error: Any, lines: Lines) -> Fault:
    location = [part for part in error["loc"] if part != "__root__"]
    message, remedy = _said(error, location)
    return Fault(lines.of(location), where_of(location), message, remedy)


def where_of(location: list[Any]) -> str:
    """("order", 3, "verb") as "order 4 · verb": people count from one."""
    parts: list[str] = []
    for part in location:
        if isinstance(part, int) and parts:
            parts[-1] += f" {part + 1}"
        else:
            parts.append(str(part))
    return " · ".join(parts) or _("file")


def _said(error: Any, location: list[Any]) -> tuple[str, str]:
    kind, given, limits = error["type"], error.get("input"), error.get("ctx", {})
    word = str(location[-1]) if location else ""
    if kind == "plan":
        return error["msg"], _("See the description of the file.")
    if kind == "missing":
        return (_("“%(word)s” is missing.") % {"word": word}, _("Add the line %(word)s = …") % {"word": word})
    if kind == "extra_forbidden":
        near = get_close_matches(word, _words(location[:-1]), n=1)
        return (_("“%(word)s” is not a word of this table.") % {"word": word},
                _("Did you mean “%(word)s”?") % {"word": near[0]} if near
                else _("Known here: %(words)s.") % {"words": ", ".join(sorted(_words(location[:-1])))})
    if kind == "enum":
        near = get_close_matches(str(given), re.findall(r"'([^']+)'", limits["expected"]), n=1)
        return (_("“%(given)s” is not known here.") % {"given": given},
                _("Did you mean “%(word)s”?") % {"word": near[0]} if near
                else _("One of: %(words)s.") % {"words": limits["expected"].replace("'", "")})
    return _measured(kind, given, limits)


def _measured(kind: str, given: Any, limits: Mapping[str, Any]) -> tuple[str, str]:
    if kind in {"greater_than_equal", "less_than_equal"}:
        if kind == "greater_than_equal":
            return (_("%(given)s is too small.") % {"given": given}, _("At least %(n)s.") % {"n": limits["ge"]})
        return (_("%(given)s is too large.") % {"given": given}, _("At most %(n)s.") % {"n": limits["le"]})
    if kind.startswith(("int", "float")):
        return (_("“%(given)s” is not a number.") % {"given": _short(given)},
                _("Write a whole number without quotation marks."))
    if kind.startswith("date"):
        return (_("“%(given)s” is not a day.") % {"given": _short(given)},
                _("Write it like 2026-06-01, without quotation marks."))
    if kind.startswith("bool"):
        return (_("“%(given)s” is neither yes nor no.") % {"given": _short(given)}, _("Write true or false."))
    if kind == "string_pattern_mismatch":
        return (_("“%(given)s” is not written as it must be.") % {"given": _short(given)},
                _("Small letters, digits and hyphens; units are mm, cm or m."))
    if kind in {"string_too_short", "too_short"}:
        return _("Nothing stands here."), _("Write something, or leave the line out.")
    if kind in {"string_too_long", "too_long"}:
        return _("This is too long."), _("At most %(n)s.") % {"n": limits.get("max_length", "")}
    if kind == "string_type":
        return (_("“%(given)s” is not a text.") % {"given": _short(given)}, _("Put it between quotation marks."))
    return (_("“%(given)s” does not belong here.") % {"given": _short(given)},
            _("A table stands in braces { } or under [name]; a list in brackets [ ]."))


def _short(given: Any) -> str:
    text = str(given)
    return text if len(text) <= 60 else text[:59] + "…"


def _words(location: list[Any]) -> list[str]:
    """The words known in the table at a place of the file."""
    model: Any = PlanContent
    for part in location:
        if isinstance(part, int):
            continue
        field = next((one for name, one in model.model_fields.items() if (one.alias or name) == part), None)
        model = _model_in(field.annotation) if field is not None else None
        if model is None:
            return []
    return [one.alias or name for name, one in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, tables.Table):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)
