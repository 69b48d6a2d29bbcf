"""The internal half of a profile 内部信息 as columns of the register: works and their main entrance."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _, gettext_lazy

from undercity import clock
from undercity.db import update_rows
from undercity.errors import RuleBroken
from undercity.org.queries import body_name
from undercity.register.parts import Fault, Field, Known, Part, Values, Writing
from undercity.register.public_profile import AT_ONCE, body, in_parts, names_of, near, plain, shown_choice
from undercity.register.rules import cells
from undercity.works.actions import register_works
from undercity.works.models import Entrance, Work
from undercity.works.rules import HIGHEST_M, LOWEST_M, OLDEST, PER_PERSON_M2, checked
from undercity.works.states import Condition, Form, Managed

CODE = "work"
WAY = "主出入口"
COLUMNS = ("code", "managed", "form", "area_m2", "volume_m3", "levels", "depth_m", "capacity", "condition",
           "condition_words", "pumps", "boards", "keeper_id", "built")
WAYS = {"way_name": "name", "way_lat": "lat", "way_lon": "lon", "way_width_m": "width_m", "way_sill_m": "sill_m"}
DECIMALS = frozenset({"depth_m", "width_m", "sill_m"})


def _year(cell: Any, known: Known) -> int:
    return int(cells.year(OLDEST, known.year)(cell))


def _metres(value: Any) -> str:
    return f"{value:g} m"


def _internal(code: str, label: Any, read: Any, **more: Any) -> Field:
    return Field(code, label, read, **{"needed": True, "internal": True, **more})


FIELDS = (
    Field("code", gettext_lazy("Code"), plain(cells.text(40)), needed=True),
    Field("keeper", gettext_lazy("Keeper"), body("body"), needed=True, shown=body_name),
    _internal("managed", gettext_lazy("Managed as"), plain(cells.one_of(lambda: names_of(Managed, "managed"))),
              shown=shown_choice(Managed)),
    _internal("form", gettext_lazy("Built as"), plain(cells.one_of(lambda: names_of(Form, "form"))),
              shown=shown_choice(Form)),
    _internal("area_m2", gettext_lazy("Floor area"), plain(cells.whole(1, 10_000_000)), kind="whole"),
    _internal("volume_m3", gettext_lazy("Volume"), plain(cells.whole(1, 100_000_000)), kind="whole"),
    _internal("levels", gettext_lazy("Levels"), plain(cells.whole(1, 20)), kind="whole"),
    _internal("depth_m", gettext_lazy("Depth"), plain(cells.number(0, 999)), kind="number", shown=_metres),
    _internal("capacity", gettext_lazy("Emergency capacity"), plain(cells.whole(0, 10_000_000)), kind="whole"),
    _internal("condition", gettext_lazy("Condition"), plain(cells.one_of(lambda: names_of(Condition, "condition"))),
              shown=shown_choice(Condition)),
    _internal("condition_words", gettext_lazy("Condition in words"), plain(cells.text(200)), needed=False),
    _internal("pumps", gettext_lazy("Pumps"), plain(cells.whole(0, 999)), kind="whole"),
    _internal("boards", gettext_lazy("Flood boards"), plain(cells.whole(0, 999)), kind="whole"),
    _internal("built", gettext_lazy("Year of building"), _year, kind="whole"),
    _internal("way_name", gettext_lazy("Main entrance"), plain(cells.text(60)), needed=False),
    _internal("way_lat", gettext_lazy("Entrance: latitude"), plain(cells.degrees(90)), needed=False, same=near,
              kind="number"),
    _internal("way_lon", gettext_lazy("Entrance: longitude"), plain(cells.degrees(180)), needed=False, same=near,
              kind="number"),
    _internal("way_width_m", gettext_lazy("Entrance: width"), plain(cells.number(0.3, 99)), kind="number",
              shown=_metres),
    _internal("way_sill_m", gettext_lazy("Entrance: sill above sea level"), plain(cells.number(-100, 5000, 2)),
              kind="number", shown=_metres),
)


def load(places: Collection[int]) -> dict[int, Values]:
    """Works as values, each with its first entrance."""
    found: dict[int, Values] = {}
    for portion in in_parts(places):
        works: dict[int, Values] = {}
        for pk, place, *values in Work.objects.filter(place__in=portion).values_list("pk", "place_id", *COLUMNS):
            told = dict(zip(COLUMNS, values, strict=True))
            told["keeper"], told["depth_m"] = told.pop("keeper_id"), float(told["depth_m"])
            works[pk] = found[place] = {**told, **dict.fromkeys(WAYS)}
        for work, name, lat, lon, width, sill in Entrance.objects.filter(work__in=works).order_by("-pk").values_list(
                "work_id", "name", "lat", "lon", "width_m", "sill_m"):
            works[work].update(way_name=name, way_lat=lat, way_lon=lon, way_width_m=float(width),
                               way_sill_m=float(sill))
    return found


def find(codes: Iterable[str]) -> dict[str, int]:
    """Place by the work's code."""
    found: dict[str, int] = {}
    wanted = list(codes)
    for first in range(0, len(wanted), AT_ONCE):
        found.update(Work.objects.filter(code__in=wanted[first:first + AT_ONCE]).values_list("code", "place_id"))
    return found


def faults(values: Values, known: Known) -> list[Fault]:
    """What cannot be in a work's profile."""
    try:
        checked(values, year=known.year)
    except RuleBroken as refusal:
        return [Fault(refusal.field, str(refusal.message), str(refusal.remedy) + _bounds(refusal.field))]
    return []


def _bounds(field: str) -> str:
    if field == "volume_m3":
        return " " + _("The mean height lies between %(low)s and %(high)s m.") % {"low": LOWEST_M, "high": HIGHEST_M}
    return " " + _("Least: %(area)s m² each.") % {"area": PER_PERSON_M2} if field == "capacity" else ""


def defaults(values: Values) -> Values:
    """The main entrance is the public one unless the row says otherwise."""
    return {"condition_words": "", "way_name": WAY, "way_lat": values.get("lat"), "way_lon": values.get("lon")}


def create(rows: Sequence[Writing], day: date) -> None:
    """New works of places, each with its main entrance."""
    register_works(({"place": row.place, **{code: value for code, value in row.now.items() if code not in WAYS},
                     "entrances": [{column: row.now[code] for code, column in WAYS.items()}]} for row in rows),
                   year=clock.now().year)


def update(rows: Sequence[Writing], day: date, back: bool) -> None:
    """Works changed, and their first entrances."""
    works: dict[int, int] = {}
    for portion in in_parts([row.place for row in rows]):
        works.update(Work.objects.filter(place__in=portion).values_list("place_id", "pk"))
    own: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    ways: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    entrances: dict[int, int] = {}
    for portion in in_parts([works[row.place] for row in rows if row.now.keys() & WAYS.keys()]):
        entrances.update(Entrance.objects.filter(work__in=portion).order_by("-pk").values_list("work_id", "pk"))
    for row in rows:
        values = {"keeper_id" if code == "keeper" else code: _stored(code, value)
                  for code, value in row.now.items() if code not in WAYS}
        if values:
            own.setdefault(tuple(values), []).append((works[row.place], *values.values()))
        way = {WAYS[code]: _stored(WAYS[code], value) for code, value in row.now.items() if code in WAYS}
        if way and (entrance := entrances.get(works[row.place])):
            ways.setdefault(tuple(way), []).append((entrance, *way.values()))
    for names, given in own.items():
        update_rows(Work, names, given)
    for names, given in ways.items():
        update_rows(Entrance, names, given)


def _stored(code: str, value: Any) -> Any:
    return Decimal(str(value)) if code in DECIMALS else value


def remove(places: Sequence[int]) -> None:
    """Works taken out again. ProtectedError while something still refers to one."""
    for portion in in_parts(places):
        Work.objects.filter(place__in=portion).delete()


PART = Part(code=CODE, fields=FIELDS, load=load, create=create, update=update, remove=remove, find=find,
            faults=faults, positions=(("way_lat", "way_lon"),), defaults=defaults)
