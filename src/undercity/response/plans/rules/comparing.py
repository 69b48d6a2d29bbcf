"""What changed between two versions of a plan 版本比对, in terms of orders and words, not of lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from undercity.response.plans.rules.content import Order, PlanContent


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A word whose value changed: its name in the file, what it was, what it is ("" when it was not there)."""

    word: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An order that is in both versions, and differs."""

    was: Order
    now: Order
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two versions. Empty when they say the same."""

    added: tuple[Order, ...]
    removed: tuple[Order, ...]
    changed: tuple[OrderChange, ...]
    head: tuple[FieldChange, ...]

    @property
    def is_empty(self) -> bool:
        """Do both say the same?"""
        return not (self.added or self.removed or self.changed or self.head)


def compare(was: PlanContent, now: PlanContent) -> Comparison:
    """Orders added, removed and changed by their keys; and everything outside the orders."""
    before, after = {one.key: one for one in was.orders}, {one.key: one for one in now.orders}
    changed = tuple(OrderChange(before[key], one, fields) for key, one in after.items()
                    if key in before and (fields := _differences(before[key], one)))
    return Comparison(tuple(one for key, one in after.items() if key not in before),
                      tuple(one for key, one in before.items() if key not in after), changed, _heads(was, now))


def _differences(was: BaseModel, now: BaseModel, prefix: str = "") -> tuple[FieldChange, ...]:
    left, right = was.model_dump(mode="json"), now.model_dump(mode="json")
    return tuple(FieldChange(f"{prefix}{word}", said(left[word]), said(right[word])) for word in right
                 if left[word] != right[word])


def _heads(was: PlanContent, now: PlanContent) -> tuple[FieldChange, ...]:
    found: list[FieldChange] = []
    for table in ("plan", "confirm", "numbering", "defaults", "stand_down"):
        found += _differences(getattr(was, table), getattr(now, table), f"{table} · ")
    for table, word, name in (("levels", "level", "level"), ("gauges", "gauge", "key"), ("reached", "reached", "key")):
        found += _rows(getattr(was, table), getattr(now, table), word, name)
    left = {f"{row.hazard} {row.colour.value}": row for row in was.warnings}
    right = {f"{row.hazard} {row.colour.value}": row for row in now.warnings}
    return (*found, *_listed(left, right, "warning"))


def _rows(was: Any, now: Any, word: str, name: str) -> tuple[FieldChange, ...]:
    return _listed({str(getattr(row, name)): row for row in was}, {str(getattr(row, name)): row for row in now}, word)


def _listed(left: dict[str, Any], right: dict[str, Any], word: str) -> tuple[FieldChange, ...]:
    texts = [{key: said(row.model_dump(mode="json")) for key, row in side.items()} for side in (left, right)]
    return tuple(FieldChange(f"{word} · {key}", texts[0].get(key, ""), texts[1].get(key, ""))
                 for key in {**texts[0], **texts[1]} if texts[0].get(key) != texts[1].get(key))


def said(value: Any) -> str:
    """A value as a reader takes it: yes and no, lists with commas, tables as word = value."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return ", ".join(f"{word} = {said(one)}" for word, one in value.items() if one not in (None, "", False, []))
    if isinstance(value, list):
        return "; ".join(said(one) for one in value)
    return str(value)
