"""The content of a plan 预案内容: the file's tables as frozen values.

The names are those of the file (see `docs/rules/plan-file.md`); tables that may come several times stand under their
plural. Minutes are whole; levels are 4 (四级, the lightest) to 1 (一级).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from undercity.response.plans.states import LEVELS, Colour, Condition, Evidence, OrderVerb, Quantity

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
# Words of the organisation and of places: roles, uses.
Known = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=30)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Translated = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Level = Annotated[int, Field(ge=1, le=4)]
# A day is the longest anything may last that a flood asks for.
Minutes = Annotated[int, Field(ge=1, le=1440)]


def broken(message: str) -> PydanticCustomError:
    """A rule between fields that a file breaks, in words that are shown as they are."""
    return PydanticCustomError("plan", "{said}", {"said": message})


class Table(BaseModel):
    """A table of the file: unknown words are refused, nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Head(Table):
    """`[plan]`: what the plan is called, whose it is, from when it holds."""

    code: Key
    zh: Words
    en: Words
    body: Key
    area: Key | None = None
    version: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
    valid_from: date
    valid_to: date | None = None
    invented: bool = False
    source: Words

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise broken(_("valid_to lies before valid_from."))
        return self


class LevelName(Table):
    """`[[level]]`: a level of this plan and what it is called."""

    level: Level
    zh: Words
    en: Words


class WarningRule(Table):
    """`[[warning]]`: the level a warning brings. `inferred`: nobody has seen it; it follows from its neighbours."""

    hazard: Key
    colour: Colour
    level: Level
    inferred: bool = False
    source: Words


class GaugeRule(Table):
    """`[[gauge]]`: the level a measured quantity brings; `unit` is mm, m or cm, `window` in minutes."""

    key: Key
    quantity: Quantity
    station: Key | None = None
    window: Minutes | None = None
    at_least: Annotated[float, Field(ge=0, le=100_000)]
    unit: Annotated[str, StringConstraints(pattern=r"^(mm|cm|m)$")]
    level: Level
    source: Words

    @model_validator(mode="after")
    def _rain_needs_a_window(self) -> Self:
        if self.quantity == Quantity.RAIN and self.window is None:
            raise broken(_("Rain is measured over a time: say `window` in minutes."))
        return self


class Confirm(Table):
    """`[confirm]`: how many persons confirm a level; after `fallback` minutes one is enough."""

    persons: Annotated[int, Field(ge=1, le=2)] = 1
    fallback: Minutes | None = None

    @model_validator(mode="after")
    def _two_fall_back_to_one(self) -> Self:
        if self.persons == 2 and self.fallback is None:
            raise broken(_("Two persons confirm: say in `fallback` after how many minutes one is enough."))
        return self


class Numbering(Table):
    """`[numbering]`: how order texts are numbered; the pattern names `{year}` and `{number}`."""

    pattern: Words
    start_zh: Words = "启动命令"
    invented: bool = False

    @model_validator(mode="after")
    def _names_year_and_number(self) -> Self:
        if "{year}" not in self.pattern or "{number}" not in self.pattern:
            raise broken(_("The pattern needs {year} and {number}."))
        return self


class To(Table):
    """Whom an order or a message goes to: one of a post; a role at a body; the keeper; a team; the superior."""

    post: Key | None = None
    role: Known | None = None
    body: Key | None = None
    under: Key | None = None
    each: bool = False
    keeper: bool = False
    team: Key | None = None
    superior: bool = False

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        said = [name for name in ("post", "role", "team") if getattr(self, name) is not None]
        said += [name for name in ("keeper", "superior") if getattr(self, name)]
        if len(said) != 1:
            raise broken(_("Say exactly one of post, role, keeper, team or superior."))
        if (self.body is None) == (self.under is None) and self.role is not None:
            raise broken(_("A role needs `body`, or `under` for a body with all below it."))
        if self.role is None and (self.body or self.under or self.each):
            raise broken(_("`body`, `under` and `each` belong to a role."))
        return self


class At(Table):
    """Which places an order is about: by name, or all of those that pass every filter given."""

    places: tuple[Key, ...] = ()
    areas: tuple[Key, ...] = ()
    uses: tuple[Known, ...] = ()
    keepers: tuple[Key, ...] = ()
    listed: bool | None = None
    all: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        filters = bool(self.areas or self.uses or self.keepers or self.listed is not None)
        if self.all and (filters or self.places):
            raise broken(_("`all` stands alone: leave the other words out."))
        if self.places and filters:
            raise broken(_("Name places, or choose them by filters, not both."))
        if not (self.all or filters or self.places):
            raise broken(_("Say which places: places, areas, uses, keepers, listed or all."))
        return self


class Reached(Table):
    """`[[reached]]`: how soon after the first order the water is at these places, by what the office has seen."""

    key: Key
    at: At
    minutes: Annotated[int, Field(ge=0, le=1440)]
    source: Words


class Step(Table):
    """A step of the escalation: after so many minutes of silence this post is told."""

    to: To
    after: Minutes

    @model_validator(mode="after")
    def _goes_to_a_post(self) -> Self:
        if self.to.keeper or self.to.each:
            raise broken(_("Escalation goes to one post: a post, a role at a body, a team or the superior."))
        return self


class Defaults(Table):
    """`[defaults]`: what an order takes when it says nothing itself."""

    answer: Minutes = 10
    done: Minutes = 60
    escalation: tuple[Step, ...] = ()


class StandDown(Table):
    """`[stand_down]`: what is said to whoever had an order when the level no longer holds."""

    zh: Words = "响应解除，请恢复正常值守，清点物资并报告情况。"
    en: Words = "The response has ended. Go back to ordinary duty, count the material and report."


class Order(Table):
    """`[[order]]`: one order of the plan. It holds from its level up to `until` (all graver ones by default)."""

    key: Key
    level: Level | None = None
    until: Level | None = None
    when: Condition | None = None
    verb: OrderVerb
    to: To
    at: At | None = None
    answer: Minutes | None = None
    done: Minutes | None = None
    evidence: Evidence = Evidence.NONE
    escalation: tuple[Step, ...] | None = None
    after: tuple[Key, ...] = ()
    closes: bool = False
    zh: Words
    en: Words
    stand_down_zh: Translated = ""
    stand_down_en: Translated = ""

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if (self.level is None) == (self.when is None):
            raise broken(_("An order has either a `level` or a condition `when`."))
        if self.until is not None and (self.level is None or self.until > self.level):
            raise broken(_("`until` is a level as grave as `level` or graver."))
        if self.to.superior:
            raise broken(_("Only escalation goes to the superior."))
        if self.to.keeper and self.at is None and self.when is None:
            raise broken(_("The keeper of which places? Say `at`."))
        if self.closes and self.at is None and self.when is None:
            raise broken(_("Which places does it close? Say `at`."))
        return self

    def holds_at(self, level: int | None) -> bool:
        """Does this order stand while the response is at this level (None: no response)?"""
        return (level is not None and self.level is not None and level <= self.level
                and (self.until is None or level >= self.until))


class PlanContent(Table):
    """A whole plan. Pure data: whether its bodies, posts and places exist is asked by `check`."""

    plan: Head
    levels: tuple[LevelName, ...] = Field(alias="level", min_length=1)
    warnings: tuple[WarningRule, ...] = Field(alias="warning", default=())
    gauges: tuple[GaugeRule, ...] = Field(alias="gauge", default=())
    confirm: Confirm = Confirm()
    numbering: Numbering
    defaults: Defaults = Defaults()
    stand_down: StandDown = StandDown()
    reached: tuple[Reached, ...] = ()
    orders: tuple[Order, ...] = Field(alias="order", min_length=1, max_length=2000)

    @property
    def area(self) -> str:
        """The key of the territory it is for; its own body's when it names none."""
        return self.plan.area or self.plan.body

    @property
    def levels_known(self) -> tuple[int, ...]:
        """The levels this plan has, the lightest first."""
        named = {row.level for row in self.levels}
        return tuple(level for level in LEVELS if level in named)

    def level_name(self, level: int) -> LevelName | None:
        """What a level is called here."""
        return next((row for row in self.levels if row.level == level), None)

    def answer_of(self, order: Order) -> int:
        """Within how many minutes an order is answered."""
        return order.answer if order.answer is not None else self.defaults.answer

    def done_of(self, order: Order) -> int:
        """Within how many minutes an order is done."""
        return order.done if order.done is not None else self.defaults.done

    def escalation_of(self, order: Order) -> tuple[Step, ...]:
        """Who is told when an order stays unanswered."""
        return order.escalation if order.escalation is not None else self.defaults.escalation

    def level_of_warning(self, hazard: str, colour: str) -> int | None:
        """The level a warning brings; None when the plan says nothing about it."""
        return min((row.level for row in self.warnings if row.hazard == hazard and row.colour == colour), default=None)

    def level_of_reading(self, quantity: str, value: float, *, window: int | None = None,
                         station: str | None = None) -> int | None:
        """The gravest level a measured value brings, in the rules' own unit; None below all of them."""
        return min((row.level for row in self.gauges if row.quantity == quantity and row.window == window
                    and row.station in (None, station) and value >= row.at_least), default=None)
