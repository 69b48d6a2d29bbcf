"""Categories, filing standards and stage limits 分类与立案标准, held in memory since every page asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from time import perf_counter

from django.utils.translation import get_language, gettext as _

from undercity.cases.models import Attribute, Category, FilingStandard, Jurisdiction, StageLimit, Term
from undercity.cases.states import EXTENSIONS, HOLD_DAYS, Now
from undercity.errors import RuleBroken
from undercity.science.worktime import Limit, Unit

KEPT_SECONDS = 60.0
DEFAULT_SCHEME = "gbt47678"
DEFAULT_STANDARD = "default"


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


@dataclass(frozen=True, slots=True)
class Standard:
    """A filing standard as pages and actions need it."""

    code: str
    category: str
    condition: tuple[str, str]
    limit: Limit
    closing: tuple[str, str]
    source: str
    valid_from: date
    valid_to: date | None

    def in_force(self, day: date) -> bool:
        """Holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def condition_text(self) -> str:
        """The condition in the reader's language."""
        return self.condition[0] if _chinese() else self.condition[1]

    @property
    def closing_text(self) -> str:
        """The closing text in the reader's language."""
        return self.closing[0] if _chinese() else self.closing[1]

    @property
    def is_default(self) -> bool:
        """The fallback for subclasses without a standard of their own."""
        return not self.category


@dataclass(frozen=True)
class Scheme:
    """Everything loaded, at one moment."""

    categories: dict[str, Category]
    standards: dict[str, Standard]
    stage_limits: dict[str, list[tuple[date, Limit]]]
    terms: dict[str, list[tuple[date, int]]]
    attributes: dict[str, list[Attribute]]
    jurisdictions: dict[str, list[Jurisdiction]]

    def category(self, code: str) -> Category:
        """The subclass with this code; RuleBroken when there is none."""
        found = self.categories.get(code)
        if found is None:
            raise RuleBroken(_("There is no category “%(code)s”.") % {"code": code}, field="service_code",
                             remedy=_("Take a service_code from /open311/v2/services.xml."))
        return found

    def name(self, code: str) -> str:
        """A subclass in the reader's language; its code when it is unknown."""
        found = self.categories.get(code)
        if found is None:
            return code
        return found.minor_zh if _chinese() else found.minor_en

    def major(self, code: str) -> str:
        """A subclass's major class in the reader's language."""
        found = self.categories.get(code)
        if found is None:
            return ""
        return found.major_zh if _chinese() else found.major_en

    def of_major(self, code: str) -> list[str]:
        """The subclasses of a major class, named by the beginning its codes share (`gbt47678-component-01`)."""
        return self._majors.get(code, [])

    @cached_property
    def majors(self) -> list[tuple[str, tuple[str, str]]]:
        """Every major class: the beginning of its codes, its Chinese and its English name."""
        return [(code, (first.major_zh, first.major_en)) for code, members in self._majors.items()
                if (first := self.categories[members[0]])]

    @cached_property
    def _majors(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code in self.categories:
            found.setdefault(code.rpartition("-")[0], []).append(code)
        return found

    def standards_of(self, category: str, day: date) -> list[Standard]:
        """The standards a subclass may be filed under on a day; the default when it has none of its own."""
        own = [one for one in self.standards.values() if one.category == category and one.in_force(day)]
        return own or [one for one in self.standards.values() if one.is_default and one.in_force(day)]

    def stage_limit(self, duty_kind: str, at: datetime) -> Limit | None:
        """How long this kind of duty may take, by the setting in force at a moment; None: no limit is set."""
        in_force = [limit for begins, limit in self.stage_limits.get(duty_kind, ()) if begins <= at.date()]
        return in_force[-1] if in_force else None

    def attributes_of(self, category: str, day: date) -> list[Attribute]:
        """What another system is asked when it reports this subclass on a day, in their order."""
        return [one for one in self.attributes.get(category, ()) if _in_force(one, day)]

    def jurisdiction(self, code: str, day: date) -> int | None:
        """The body another system means by a jurisdiction on a day; None when the name is unknown."""
        return next((one.body_id for one in self.jurisdictions.get(code, ()) if _in_force(one, day)), None)

    def term(self, name: str, at: datetime) -> int:
        """How often or how long at most, by the setting in force at a moment; 0 when none is set."""
        in_force = [value for begins, value in self.terms.get(name, ()) if begins <= at.date()]
        return in_force[-1] if in_force else 0

    def now(self, at: datetime) -> Now:
        """A moment with the terms in force at it."""
        return Now(at, extensions=self.term(EXTENSIONS, at), hold_days=self.term(HOLD_DAYS, at))


def _in_force(row: Attribute | Jurisdiction, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


_kept: tuple[float, Scheme] | None = None


def forget() -> None:
    """Read the scheme anew at the next question."""
    global _kept
    _kept = None


def scheme() -> Scheme:
    """The scheme of this minute."""
    global _kept
    if _kept is None or perf_counter() - _kept[0] > KEPT_SECONDS:
        _kept = (perf_counter(), _read())
    return _kept[1]


def _read() -> Scheme:
    standards = {
        row.code: Standard(row.code, row.category_id or "", (row.condition_zh, row.condition_en),
                           Limit(row.limit_value, Unit(row.limit_unit)), (row.closing_zh, row.closing_en), row.source,
                           row.valid_from, row.valid_to)
        for row in FilingStandard.objects.order_by("code")}
    limits: dict[str, list[tuple[date, Limit]]] = {}
    for limit in StageLimit.objects.order_by("duty_kind", "valid_from"):
        limits.setdefault(limit.duty_kind, []).append(
            (limit.valid_from, Limit(limit.limit_value, Unit(limit.limit_unit))))
    terms: dict[str, list[tuple[date, int]]] = {}
    for term in Term.objects.order_by("name", "valid_from"):
        terms.setdefault(term.name, []).append((term.valid_from, term.value))
    attributes: dict[str, list[Attribute]] = {}
    for attribute in Attribute.objects.order_by("category", "order", "code", "-valid_from"):
        attributes.setdefault(attribute.category_id, []).append(attribute)
    jurisdictions: dict[str, list[Jurisdiction]] = {}
    for jurisdiction in Jurisdiction.objects.order_by("code", "-valid_from"):
        jurisdictions.setdefault(jurisdiction.code, []).append(jurisdiction)
    return Scheme(categories={row.code: row for row in Category.objects.order_by("code")}, standards=standards,
                  stage_limits=limits, terms=terms, attributes=attributes, jurisdictions=jurisdictions)
