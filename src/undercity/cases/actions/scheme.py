"""Loading category schemes, filing standards and stage limits from files. A wrong row names file, row and remedy."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

from undercity.cases.models import Attribute, Category, FilingStandard, StageLimit, Term
from undercity.cases.queries.scheme import forget
from undercity.cases.states import TERMS, Datatype
from undercity.db import write
from undercity.errors import RuleBroken
from undercity.ledger.kinds import kinds
from undercity.science.worktime import Limit, Unit

OURS = Path(__file__).resolve().parents[1] / "schemes"
NAME = "gbt47678"


def load_schemes(folder: Path = OURS) -> dict[str, int]:
    """Load everything of a folder, or nothing; loading again changes what changed. Counts by kind."""
    with write():
        found = {"categories": _categories(folder / f"{NAME}.csv"), "standards": _standards(folder / "standards.toml"),
                 "stages": _stages(folder / "stages.toml"), "terms": _terms(folder / "stages.toml"),
                 "attributes": _attributes(folder / "attributes.toml")}
    forget()
    return found


def code_of(scheme: str, kind: str, major: str, minor: str) -> str:
    """The service code of a subclass."""
    return f"{scheme}-{kind}-{major}-{minor}"


def _categories(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [Category(code=code_of(row["scheme"], row["kind"], row["major"], row["minor"]), **row)
                for row in csv.DictReader(file)]
    Category.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=[
        "major_zh", "major_en", "minor_zh", "minor_en", "department"])
    return len(rows)


def _limit(path: Path, name: str, given: dict[str, Any]) -> Limit:
    try:
        return Limit(given["value"], Unit(given["unit"]))
    except (KeyError, ValueError) as error:
        raise RuleBroken(f"{path.name}: the limit of “{name}” is wrong: {error}.", field="limit",
                         remedy=f"Write {{ value = 4, unit = one of {', '.join(Unit)} }}.") from error


def _standards(path: Path) -> int:
    known = set(Category.objects.values_list("code", flat=True))
    rows = []
    for one in tomllib.loads(path.read_text(encoding="utf-8"))["standard"]:
        limit = _limit(path, one["code"], one["limit"])
        common = {"condition_zh": one["zh"], "condition_en": one["en"], "limit_value": limit.value,
                  "limit_unit": limit.unit.value, "closing_zh": one["closing_zh"], "closing_en": one["closing_en"],
                  "source": one["source"], "valid_from": one["valid_from"]}
        if not one["subclasses"]:
            rows.append(FilingStandard(code=one["code"], **common))
        for subclass in one["subclasses"]:
            category = f"{NAME}-{subclass}"
            if category not in known:
                raise RuleBroken(f"{path.name}: “{one['code']}” names the unknown subclass “{subclass}”.",
                                 field="subclasses", remedy=f"Take kind-major-minor from {NAME}.csv.")
            rows.append(FilingStandard(code=f"{one['code']}/{subclass}", category_id=category, **common))
    FilingStandard.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=[
        "condition_zh", "condition_en", "limit_value", "limit_unit", "closing_zh", "closing_en", "source",
        "valid_from"])
    return len(rows)


def _stages(path: Path) -> int:
    known = {kind.code for kind in kinds()}
    rows = []
    for one in tomllib.loads(path.read_text(encoding="utf-8"))["stage"]:
        if one["duty"] not in known:
            raise RuleBroken(f"{path.name}: there is no duty kind “{one['duty']}”.", field="duty",
                             remedy=f"Use one of {', '.join(sorted(known))}.")
        limit = _limit(path, one["duty"], one["limit"])
        rows.append(StageLimit(duty_kind=one["duty"], limit_value=limit.value, limit_unit=limit.unit.value,
                               source=one["source"], valid_from=one["valid_from"]))
    StageLimit.objects.bulk_create(rows, update_conflicts=True, unique_fields=["duty_kind", "valid_from"],
                                   update_fields=["limit_value", "limit_unit", "source"])
    return len(rows)


def _terms(path: Path) -> int:
    rows = []
    for one in tomllib.loads(path.read_text(encoding="utf-8")).get("term", ()):
        if one["name"] not in TERMS or not isinstance(one["value"], int) or one["value"] < 0:
            raise RuleBroken(f"{path.name}: the term “{one['name']}” = {one['value']!r} is wrong.", field="term",
                             remedy=f"Give a whole number, not below zero, to one of {', '.join(sorted(TERMS))}.")
        rows.append(Term(name=one["name"], value=one["value"], source=one["source"], valid_from=one["valid_from"]))
    Term.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name", "valid_from"],
                             update_fields=["value", "source"])
    return len(rows)


LISTS = frozenset({Datatype.ONE.value, Datatype.MANY.value})


def _attributes(path: Path) -> int:
    known = set(Category.objects.values_list("code", flat=True))
    rows = []
    for one in tomllib.loads(path.read_text(encoding="utf-8"))["attribute"]:
        values = one.get("values", [])
        if one["datatype"] not in Datatype.values or (one["datatype"] in LISTS) != bool(values):
            raise RuleBroken(f"{path.name}: the attribute “{one['code']}” has the wrong datatype or values.",
                             field="datatype", remedy="The lists have values, the others none; there are "
                                                      f"{', '.join(Datatype.values)}.")
        for subclass in one["subclasses"]:
            category = f"{NAME}-{subclass}"
            if category not in known:
                raise RuleBroken(f"{path.name}: “{one['code']}” names the unknown subclass “{subclass}”.",
                                 field="subclasses", remedy=f"Take kind-major-minor from {NAME}.csv.")
            rows.append(Attribute(
                category_id=category, code=one["code"], datatype=one["datatype"], required=one.get("required", False),
                order=one["order"], zh=one["zh"], en=one["en"], values=values, is_told=one.get("told", False),
                source=one["source"], valid_from=one["valid_from"], valid_to=one.get("valid_to")))
    Attribute.objects.bulk_create(rows, update_conflicts=True, unique_fields=["category", "code", "valid_from"],
                                  update_fields=["datatype", "required", "order", "zh", "en", "values", "is_told",
                                                 "source", "valid_to"])
    return len(rows)
