"""What a row of a spreadsheet would come to: read with the columns settled, compared with what the register has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from undercity.register.parts import Fault, Field, Known, Part, Values
from undercity.register.rules.cells import Unread, is_empty
from undercity.register.states import RowKind
from undercity.science.coordinates import Datum, to_wgs84

Changes = dict[str, dict[str, tuple[Any, Any]]]


@dataclass(slots=True)
class Draft:
    """A row as read: values by part, what could not be read, and how it calls what it is about."""

    row: int
    values: dict[str, Values]
    faults: list[Fault] = field(default_factory=list)

    def of(self, part: str, code: str) -> Any:
        """One value; None when the row does not say."""
        return self.values.get(part, {}).get(code)


@dataclass(slots=True)
class RowDifference:
    """What a row comes to. `place`: which it is about (None: a new one); `changes`: part → field → (was, now)."""

    row: int
    kind: RowKind
    place: int | None
    title: str
    changes: Changes
    faults: list[Fault]
    values: dict[str, Values]


def read_row(number: int, cells: Sequence[Any], columns: Mapping[str, int], settled: Mapping[str, tuple[Part, Field]],
             known: Known, datum: Datum | None) -> Draft:
    """A row read cell by cell; an empty cell says nothing. Positions are brought to WGS 84."""
    draft = Draft(number, {})
    for name, column in columns.items():
        cell = cells[column] if column < len(cells) else None
        if is_empty(cell):
            continue
        part, one = settled[name]
        try:
            draft.values.setdefault(part.code, {})[one.code] = one.read(cell, known)
        except Unread as unread:
            draft.faults.append(Fault(name, unread.message, unread.remedy))
    for part in {id(part): part for part, _one in settled.values()}.values():
        for lat, lon in part.positions:
            _position(draft, part, lat, lon, datum)
    return draft


def _position(draft: Draft, part: Part, lat: str, lon: str, datum: Datum | None) -> None:
    values = draft.values.get(part.code, {})
    north, east = values.get(lat), values.get(lon)
    if north is None and east is None:
        return
    if north is None or east is None:
        if not any(fault.field in {f"{part.code}.{lat}", f"{part.code}.{lon}"} for fault in draft.faults):
            draft.faults.append(Fault(f"{part.code}.{lat if north is None else lon}",
                                      _("A position needs latitude and longitude."), _("Fill in both.")))
        return
    if datum is not None:
        values[lat], values[lon] = (round(one, 7) for one in to_wgs84(north, east, datum))


def compare(draft: Draft, place: int | None, now: Mapping[str, Values], parts: Sequence[Part], known: Known,
            allowed: Callable[[Mapping[str, Values], Mapping[str, Values]], list[Fault]]) -> RowDifference:
    """A row against what the register has. `now`: part → values, empty for what is new; `allowed`: who may, as faults.
    """
    faults = list(draft.faults)
    if place is not None and (refused := allowed(now, {})):
        # Whoever may not change it learns nothing of it, not even that a value is the same.
        return RowDifference(draft.row, RowKind.FAULTY, place, _title(draft, {}), {}, faults + refused, {})
    changes: Changes = {}
    merged: dict[str, Values] = {}
    for part in parts:
        given = draft.values.get(part.code, {})
        held = now.get(part.code)
        if held is None and not given:
            continue
        if held is None:
            given = {**part.defaults(_all(draft)), **given}
            faults += _missing(part, given, draft)
        differing = {code: ((held or {}).get(code), value) for code, value in given.items()
                     if held is None or not part.field(code).same(held.get(code), value)}
        merged[part.code] = {**(held or {}), **given}
        if differing:
            changes[part.code] = differing
            if not faults:
                faults += [Fault(f"{part.code}.{one.field}", one.message, one.remedy)
                           for one in part.faults(merged[part.code], known)]
    if not faults and changes:
        faults += allowed({}, merged)
    kind = (RowKind.FAULTY if faults else RowKind.NEW if place is None else
            RowKind.CHANGED if changes else RowKind.SAME)
    return RowDifference(draft.row, kind, place, _title(draft, merged), changes, faults, merged)


def _all(draft: Draft) -> Values:
    return {**draft.values.get("work", {}), **draft.values.get("place", {})}


def _missing(part: Part, given: Values, draft: Draft) -> list[Fault]:
    unread = {fault.field for fault in draft.faults}
    return [Fault(f"{part.code}.{one.code}", _("What is new needs this: %(field)s.") % {"field": one.label},
                  _("Fill it in, or add the column."))
            for one in part.fields if one.needed and given.get(one.code) in (None, "")
            and f"{part.code}.{one.code}" not in unread]


def _title(draft: Draft, merged: Mapping[str, Values]) -> str:
    names = [merged.get("work", {}).get("code") or draft.of("work", "code"),
             merged.get("place", {}).get("name_zh") or draft.of("place", "name_zh")]
    return " ".join(str(name) for name in names if name)
