"""The difference 差异预览 between a spreadsheet and the register, row by row, as one post may see and make it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from undercity import clock
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.places.models import PlaceName
from undercity.register.models import Upload
from undercity.register.parts import Fault, Known, Part, Values, fields, parts
from undercity.register.queries.sheets import Cell, unpacked
from undercity.register.rules.cells import words
from undercity.register.rules.difference import Draft, RowDifference, compare, read_row
from undercity.register.states import RowKind
from undercity.science.coordinates import Datum

CODE, KEY, NAME, DISTRICT, KEEPER = "work.code", "place.key", "place.name_zh", "place.district", "work.keeper"
# What tells a row's place: one of these must be a column.
IDENTITIES = (CODE, KEY, NAME)


@dataclass
class Preview:
    """Every row of a spreadsheet and what it comes to."""

    rows: list[RowDifference]
    headers: Sequence[str]
    columns: Mapping[str, int]

    @cached_property
    def counts(self) -> Counter[str]:
        """How many rows there are of each kind."""
        return Counter(row.kind.value for row in self.rows)

    def of(self, kind: RowKind) -> list[RowDifference]:
        """The rows of a kind."""
        return [row for row in self.rows if row.kind is kind]

    def header_of(self, field: str) -> str:
        """The header a field is read from, and the letter of its column."""
        column = self.columns.get(field)
        if column is None:
            found = fields().get(field)
            return str(found[1].label) if found else field
        return f"{letter(column)} {self.headers[column]}"

    @cached_property
    def mark(self) -> str:
        """The difference as 64 hexadecimal digits: applied is what was looked at, or nothing."""
        # A new place's key is drawn anew each time; what is new follows from the file, which stays the same.
        told = [[row.row, row.kind.value, row.place, row.title if row.place is None else row.changes]
                for row in self.rows]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def letter(column: int) -> str:
    """A column, counted from 0, as spreadsheets name it: A, B, …, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def known_now() -> Known:
    """What reading rows needs: every body by each of its names, its key and its code."""
    bodies: dict[str, int] = {}
    districts: dict[str, int] = {}
    book = directory()
    for card in book.cards.values():
        names = {card.key, card.code, *(name for one in card.names for name in one[2:])} - {""}
        for name in names:
            bare = "".join(words(name).split()).casefold()
            bodies.setdefault(bare, card.id)
            if card.kind == "district":
                districts[bare] = card.id
                districts.setdefault(bare.removesuffix("区").removesuffix("县"), card.id)
                districts.setdefault(f"济南市{bare}", card.id)
    return Known(bodies, districts, clock.now().year)


def preview(upload: Upload, actor: Actor) -> Preview:
    """What an upload with its columns settled would come to, if this actor applied it now."""
    columns: dict[str, int] = {name: column for name, column in upload.columns.items() if name in fields()}
    return compare_all(unpacked(bytes(upload.table)), columns, upload.head,
                       Datum(upload.datum) if upload.datum else None, actor)


def compare_all(rows: Sequence[tuple[int, list[Cell]]], columns: Mapping[str, int], headers: Sequence[str],
                datum: Datum | None, actor: Actor) -> Preview:
    """The same for a table at hand."""
    settled, known = fields(), known_now()
    drafts = [read_row(number, cells, columns, settled, known, datum) for number, cells in rows]
    places = _places_of(drafts, columns)
    now = current(sorted({place for place in places if place is not None}))
    in_play = [part for part in parts() if any(name.startswith(f"{part.code}.") for name in columns)]
    allowed = _allowed(actor)
    return Preview([compare(draft, place, now.get(place, {}) if place is not None else {}, in_play, known, allowed)
                    for draft, place in zip(drafts, places, strict=True)], headers, columns)


def current(places: Sequence[int]) -> dict[int, dict[str, Values]]:
    """Place → part → values, as the register has them."""
    found: dict[int, dict[str, Values]] = {}
    for part in parts():
        for place, values in part.load(places).items():
            found.setdefault(place, {})[part.code] = values
    return found


def _places_of(drafts: Sequence[Draft], columns: Mapping[str, int]) -> list[int | None]:
    """Which place each row is about. A row that names none that is known is about a new one."""
    by_code = _by(drafts, "work", "code")
    by_key = _by(drafts, "place", "key")
    named = {} if CODE in columns or KEY in columns else _by_name(drafts)
    found: list[int | None] = []
    seen: dict[Any, int] = {}
    for draft in drafts:
        code, key = draft.of("work", "code"), draft.of("place", "key")
        places = {place for place in (by_code.get(code), by_key.get(key)) if place is not None}
        if len(places) > 1:
            draft.faults.append(Fault(KEY, _("Code and key belong to two different places."),
                                      _("Take out the one that is wrong.")))
        name, district = draft.of("place", "name_zh"), draft.of("place", "district")
        if not places and (name, district) in named:
            places = named[name, district]
            if len(places) > 1:
                draft.faults.append(Fault(NAME, _("Several places are called so."),
                                          _("Add the column of the codes, or of the keys.")))
        place = min(places, default=None)
        identity = place or code or key or (name, district)
        if identity in seen and identity != (None, None):
            draft.faults.append(Fault(CODE if code else KEY if key else NAME,
                                      _("Row %(row)d is about the same already.") % {"row": seen[identity]},
                                      _("Leave one row for each.")))
        elif CODE in columns and code is None and key is None and not draft.faults:
            draft.faults.append(Fault(CODE, _("The cell is empty."), _("Fill it in.")))
        seen.setdefault(identity, draft.row)
        found.append(place)
    return found


def _by(drafts: Sequence[Draft], part: str, code: str) -> dict[str, int]:
    keeper = next((one for one in parts() if one.code == part), None)
    return keeper.find({value for draft in drafts if (value := draft.of(part, code))}) if keeper else {}


def _by_name(drafts: Sequence[Draft]) -> dict[tuple[str, int | None], set[int]]:
    wanted = sorted({name for draft in drafts if (name := draft.of("place", "name_zh"))})
    found: dict[tuple[str, int | None], set[int]] = {}
    for first in range(0, len(wanted), 900):
        for zh, place, district in PlaceName.objects.filter(zh__in=wanted[first:first + 900]).values_list(
                "zh", "place_id", "place__district_id"):
            found.setdefault((zh, district), set()).add(place)
    return found


def _allowed(actor: Actor) -> Callable[[Mapping[str, Values], Mapping[str, Values]], list[Fault]]:
    cards = directory().cards
    may = {power: actor.scopes(power) for power in (Power.PLACE_EDIT, Power.WORK_READ)}

    def over(power: Power, values: Mapping[str, Values]) -> bool:
        bodies = [values.get("place", {}).get("district"), values.get("work", {}).get("keeper")]
        return any(cards[body].path.startswith(scope) for body in bodies if body in cards for scope in may[power])

    def allowed(now: Mapping[str, Values], then: Mapping[str, Values]) -> list[Fault]:
        for values in filter(None, (now, then)):
            for power in (Power.PLACE_EDIT, *([Power.WORK_READ] if "work" in values else [])):
                if not over(power, values):
                    return [Fault(DISTRICT, _("Your post may %(power)s elsewhere, not here.") % {"power": power.label},
                                  _("Leave the row to whoever has this area."))]
        return []

    return allowed


def changed_values(row: RowDifference) -> list[tuple[Part, str, Any, Any]]:
    """Every change of a row: its part, its field, was, now; in the order of the columns."""
    return [(part, one.code, *row.changes[part.code][one.code]) for part in parts() if part.code in row.changes
            for one in part.fields if one.code in row.changes[part.code]]
