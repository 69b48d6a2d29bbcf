"""The public half of a profile 公开信息: places, read and written as the register's columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

import uuid_utils.compat as uuid
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _, gettext_lazy, override

from undercity.db import insert_objects, reserve, update_rows
from undercity.errors import RuleBroken
from undercity.org.queries import body_name, directory
from undercity.places.actions import cell_of
from undercity.places.amenities import AMENITIES
from undercity.places.models import Place, PlaceName
from undercity.places.rules import checked_hours
from undercity.places.states import PlaceUse, StepFree
from undercity.register.parts import Fault, Field, Known, Part, Values, Writing
from undercity.register.rules import cells
from undercity.register.shipped_words import words_of

CODE = "place"
AT_ONCE = 900
# Half a metre of a degree: what conversion between datums and rounding may leave.
NEAR = 5e-6
COLUMNS = ("key", "district_id", "address_zh", "address_en", "lat", "lon", "use", "hours", "listed", "area_m2",
           "amenities", "phone", "capacity", "step_free", "valid_from")
NAMES = ("name_zh", "name_en")
# Columns that the register calls otherwise: a work has a capacity too, an internal one.
CODES = {"district_id": "district", "capacity": "visitors"}


def in_parts(wanted: Collection[int]) -> Iterable[list[int]]:
    """Numbers in portions that a statement takes."""
    given = list(wanted)
    for first in range(0, len(given), AT_ONCE):
        yield given[first:first + AT_ONCE]


def names_of(choices: Any, kind: str) -> Mapping[str, str]:
    """Every name of a choice, casefolded and without blanks: its labels in both languages, its code, other words."""
    return _names_of(choices, kind)


@cache
def _names_of(choices: Any, kind: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    pairs = choices.items() if isinstance(choices, dict) else choices.choices
    for language in ("zh-hans", "en"):
        with override(language):
            found.update({"".join(str(label).split()).casefold(): code for code, label in pairs})
    found.update({code.casefold(): code for code, _label in pairs})
    return {**found, **words_of(kind)}


def body(kind: str) -> Any:
    """A reader of a body by any of its names; `kind`: "district" for districts only, "body" for all."""

    def read(cell: Any, known: Known) -> int:
        said = "".join(cells.words(cell).split()).casefold()
        book = known.districts if kind == "district" else known.bodies
        if said not in book:
            near = [name for name in book if said and (said in name or name in said)][:3]
            raise cells.Unread(_("There is no body called “%(name)s”.") % {"name": said[:40]},
                               _("Did you mean: %(names)s?") % {"names": "、".join(near)} if near
                               else _("Write the name as the organisation's list has it."))
        return book[said]

    return read


def plain(reader: cells.Reader) -> Any:
    """A reader that needs to know nothing besides its cell. What it said of a cell it says again: columns repeat."""
    remembering = lru_cache(maxsize=2048, typed=True)(reader)
    return lambda cell, known: remembering(cell)


def near(was: Any, now: Any) -> bool:
    """The same position, but for what conversion leaves."""
    return was is not None and now is not None and abs(was - now) < NEAR


def shown_truth(value: Any) -> str:
    """Yes or no."""
    return _("yes") if value else _("no")


def shown_amenities(value: Any) -> str:
    """Amenities in words."""
    return "、".join(str(AMENITIES.get(code, code)) for code in value)


def shown_choice(choices: Any) -> Any:
    """A choice in words."""
    return lambda value: str(choices(value).label) if value in choices.values else str(value)


FIELDS = (
    Field("key", gettext_lazy("Key of the place"), plain(cells.text(60))),
    Field("name_zh", gettext_lazy("Name in Chinese"), plain(cells.text(120)), needed=True),
    Field("name_en", gettext_lazy("Name in English"), plain(cells.text(200))),
    Field("district", gettext_lazy("District"), body("district"), needed=True, shown=body_name),
    Field("address_zh", gettext_lazy("Address"), plain(cells.text(200)), needed=True),
    Field("address_en", gettext_lazy("Address in English"), plain(cells.text(200))),
    Field("lat", gettext_lazy("Latitude"), plain(cells.degrees(90)), needed=True, same=near, kind="number"),
    Field("lon", gettext_lazy("Longitude"), plain(cells.degrees(180)), needed=True, same=near, kind="number"),
    Field("use", gettext_lazy("Peacetime use"), plain(cells.one_of(lambda: names_of(PlaceUse, "use"))), needed=True,
          shown=shown_choice(PlaceUse)),
    Field("hours", gettext_lazy("Hours"), plain(cells.hours), needed=True),
    Field("listed", gettext_lazy("Shown to the public"), plain(cells.yes_no), shown=shown_truth, kind="truth"),
    Field("area_m2", gettext_lazy("Public area, m²"), plain(cells.whole(1, 10_000_000)), kind="whole"),
    Field("amenities", gettext_lazy("Amenities"), plain(cells.several_of(lambda: names_of(AMENITIES, "amenities"))),
          shown=shown_amenities),
    Field("phone", gettext_lazy("Telephone for the public"), plain(cells.text(40))),
    Field("visitors", gettext_lazy("Visitors at once, at most"), plain(cells.whole(1, 100_000)), kind="whole"),
    Field("step_free", gettext_lazy("Step-free"), plain(cells.one_of(lambda: names_of(StepFree, "step_free"))),
          shown=shown_choice(StepFree)),
    Field("valid_from", gettext_lazy("In use since"), plain(cells.day), kind="day"),
)


def load(places: Collection[int]) -> dict[int, Values]:
    """Places as values, each with the newest of its names."""
    found: dict[int, Values] = {}
    for portion in in_parts(places):
        for pk, *columns in Place.objects.filter(pk__in=portion).values_list("pk", *COLUMNS):
            held = {CODES.get(name, name): value for name, value in zip(COLUMNS, columns, strict=True)}
            found[pk] = {**held, "name_zh": "", "name_en": "", "amenities": sorted(held["amenities"]),
                         "valid_from": held["valid_from"].isoformat()}
        for name in _newest(portion).values():
            found[name.place_id].update(name_zh=name.zh, name_en=name.en)
    return found


def _newest(places: Collection[int]) -> dict[int, PlaceName]:
    newest: dict[int, PlaceName] = {}
    for name in PlaceName.objects.filter(place__in=places).order_by("pk"):
        held = newest.get(name.place_id)
        if held is None or (name.valid_from or date.min) >= (held.valid_from or date.min):
            newest[name.place_id] = name
    return newest


def find(keys: Iterable[str]) -> dict[str, int]:
    """Place by key."""
    found: dict[str, int] = {}
    wanted = list(keys)
    for first in range(0, len(wanted), AT_ONCE):
        found.update(Place.objects.filter(key__in=wanted[first:first + AT_ONCE]).values_list("key", "pk"))
    return found


def faults(values: Values, known: Known) -> list[Fault]:
    """A place lies in its district, its hours can be read, its key is one."""
    wrong = []
    if values.get("key") and slugify(values["key"]) != values["key"]:
        wrong.append(Fault("key", _("This is no key."), _("Use small letters, digits and hyphens.")))
    if values.get("hours"):
        try:
            checked_hours(values["hours"])
        except RuleBroken as refusal:
            wrong.append(Fault("hours", str(refusal.message), str(refusal.remedy)))
    lat, lon, district = values.get("lat"), values.get("lon"), values.get("district")
    if lat is not None and lon is not None and district is not None:
        book = directory()
        at = book.at(lat, lon)
        if at is None or district not in book.line(at):
            wrong.append(Fault("lat", _("This position does not lie in its district."),
                               _("Check latitude, longitude and district, and what the positions count in.")))
    return wrong


def defaults(values: Values) -> Values:
    """What a new place is when its row does not say."""
    return {"key": f"p-{uuid.uuid4().hex[:12]}", "name_en": values.get("name_zh", ""), "address_en": "",
            "listed": False, "area_m2": None, "amenities": [], "phone": "", "visitors": None,
            "step_free": StepFree.UNKNOWN.value}


def create(rows: Sequence[Writing], day: date) -> None:
    """New places under the numbers given, each with its name."""
    insert_objects(Place, [_place(row.place, row.now, day) for row in rows])
    insert_objects(PlaceName, [
        PlaceName(pk=number, place_id=row.place, zh=row.now["name_zh"], en=row.now["name_en"])
        for number, row in zip(reserve(PlaceName, len(rows)), rows, strict=True)])


def _place(number: int, now: Values, day: date) -> Place:
    since = now.get("valid_from")
    # What comes into a sample city is invented like everything in it.
    return Place(pk=number, key=now["key"], district_id=now["district"], address_zh=now["address_zh"],
                 address_en=now["address_en"], lat=now["lat"], lon=now["lon"], cell=cell_of(now["lat"], now["lon"]),
                 use=now["use"], listed=now["listed"], invented=settings.DEMO, hours=now["hours"],
                 hours_assumed=False, area_m2=now["area_m2"], amenities=now["amenities"], phone=now["phone"],
                 capacity=now["visitors"], step_free=now["step_free"],
                 source=_("the register's import"), valid_from=date.fromisoformat(since) if since else day)


def update(rows: Sequence[Writing], day: date, back: bool) -> None:
    """Places changed: their columns, and their names from that day on (`back`: the names of before)."""
    by_fields: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    moved = [row for row in rows if "lat" in row.now or "lon" in row.now]
    spots = {pk: (lat, lon) for pk, lat, lon in _spots([row.place for row in moved])}
    for row in rows:
        values = {_column(code): _stored(code, value) for code, value in row.now.items() if code not in NAMES}
        if row.place in spots:
            lat, lon = spots[row.place]
            values["cell"] = cell_of(row.now.get("lat", lat), row.now.get("lon", lon))
        if values:
            by_fields.setdefault(tuple(values), []).append((row.place, *values.values()))
    for names, given in by_fields.items():
        update_rows(Place, names, given)
    _rename([row for row in rows if "name_zh" in row.now or "name_en" in row.now], day, back)


def _spots(places: Collection[int]) -> Iterable[tuple[int, float, float]]:
    for portion in in_parts(places):
        yield from Place.objects.filter(pk__in=portion).values_list("pk", "lat", "lon")


def _column(code: str) -> str:
    return next((column for column, called in CODES.items() if called == code), code)


def _stored(code: str, value: Any) -> Any:
    return date.fromisoformat(value) if code == "valid_from" else value


def _rename(rows: Sequence[Writing], day: date, back: bool) -> None:
    newest: dict[int, PlaceName] = {}
    for portion in in_parts([row.place for row in rows]):
        newest.update(_newest(portion))
    fresh = []
    for row in rows:
        held = newest.get(row.place)
        zh, en = row.now.get("name_zh"), row.now.get("name_en")
        if held is None:
            fresh.append(PlaceName(place_id=row.place, zh=zh or "", en=en or zh or ""))
        elif back:
            _name_back(held, row, day)
        elif held.valid_from is not None and day < held.valid_from:
            raise RuleBroken(_("%(name)s is called so since %(day)s only.") % {
                "name": held.zh, "day": held.valid_from.isoformat()}, field="day",
                remedy=_("Choose that day or a later one."))
        elif held.valid_from == day:
            held.zh, held.en = zh or held.zh, en or held.en
            held.save(update_fields=["zh", "en"])
        else:
            held.valid_to = day
            held.save(update_fields=["valid_to"])
            fresh.append(PlaceName(place_id=row.place, zh=zh or held.zh, en=en or held.en, valid_from=day))
    PlaceName.objects.bulk_create(fresh, batch_size=500)


def _name_back(held: PlaceName, row: Writing, day: date) -> None:
    before = (PlaceName.objects.filter(place=row.place, valid_to=day).exclude(pk=held.pk).order_by("-pk").first()
              if held.valid_from == day else None)
    if before is not None and row.now.get("name_zh", before.zh) == before.zh:
        held.delete()
        before.valid_to = None
        before.save(update_fields=["valid_to"])
    else:
        held.zh, held.en = row.now.get("name_zh", held.zh), row.now.get("name_en", held.en)
        held.save(update_fields=["zh", "en"])


def remove(places: Sequence[int]) -> None:
    """Places taken out again, with their names. ProtectedError while something still refers to one."""
    for portion in in_parts(places):
        Place.objects.filter(pk__in=portion).delete()


PART = Part(code=CODE, fields=FIELDS, load=load, create=create, update=update, remove=remove, find=find,
            faults=faults, positions=(("lat", "lon"),), defaults=defaults)
