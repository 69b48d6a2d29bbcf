"""The register as rows for a file 台账导出: CSV, XLSX, GeoJSON and Parquet tell the same of the same places."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from django.utils.translation import get_language

from undercity.org.csv_files import harmless
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.register.parts import Field, Part, Values, parts
from undercity.register.queries.previews import current
from undercity.register.shipped_words import headers

AT_ONCE = 900
FORMATS = ("xlsx", "csv", "geojson", "parquet")
TYPES = {"text": "VARCHAR", "whole": "BIGINT", "number": "DOUBLE", "truth": "BOOLEAN", "day": "DATE"}
PART_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the register goes into a file: the places, and whether with internal fields."""

    places: tuple[int, ...]
    internal: bool

    @property
    def columns(self) -> list[tuple[Part, Field]]:
        """The columns of the file, the public ones first."""
        every = [(part, one) for part in parts() for one in part.fields]
        public = [column for column in every if not column[1].internal]
        return public + [column for column in every if column[1].internal] if self.internal else public


def chosen(actor: Actor, *, internal: bool, use: str = "", district: str = "", words: str = "") -> Chosen:
    """The places this actor reads in the register: in his area, or kept by a body of it; by the running number."""
    paths = {*actor.scopes(Power.WORK_READ), *(() if internal else actor.scopes(Power.PLACE_EDIT))}
    bodies = {body for path in paths for body in directory().under(path)}
    rows = Place.objects.order_by("pk")
    if use:
        rows = rows.filter(use=use)
    if district:
        rows = rows.filter(district__key=district)
    found: list[int] = []
    every = list(rows.values_list("pk", flat=True))
    for first in range(0, len(every), AT_ONCE):
        for place, values in current(every[first:first + AT_ONCE]).items():
            public, work = values["place"], values.get("work", {})
            if not ({public["district"], work.get("keeper")} & bodies) or (internal and not work):
                continue
            said = (work.get("code", ""), public["key"], public["name_zh"], public["name_en"], public["address_zh"])
            if not words or any(words.casefold() in one.casefold() for one in said):
                found.append(place)
    return Chosen(tuple(sorted(found)), internal)


def _values(given: Chosen) -> Iterator[dict[str, Values]]:
    for first in range(0, len(given.places), AT_ONCE):
        portion = given.places[first:first + AT_ONCE]
        told = current(portion)
        yield from (told[place] for place in portion if place in told)


def heads(given: Chosen) -> list[str]:
    """The headers of the file: such as an import understands again."""
    chinese = (get_language() or "zh").startswith("zh")
    usual = headers()
    names = [usual[f"{part.code}.{one.code}"][0] if chinese and f"{part.code}.{one.code}" in usual else str(one.label)
             for part, one in given.columns]
    return [f"{name}（WGS84）" if one.code in {"lat", "way_lat"} else name
            for name, (_part, one) in zip(names, given.columns, strict=True)]


def lines(given: Chosen) -> Iterator[list[object]]:
    """The file row by row, headers first; numbers as numbers, everything else in words nobody calculates."""
    columns = given.columns
    yield list(heads(given))
    for values in _values(given):
        yield [_worded(one, values.get(part.code, {}).get(one.code)) for part, one in columns]


def _worded(one: Field, value: Any) -> object:
    if value is None or value == "" or value == []:
        return ""
    return value if one.kind in {"whole", "number"} else harmless(one.shown(value))


def geojson(given: Chosen) -> Iterator[str]:
    """A FeatureCollection, feature by feature: the public entrance as a point (WGS 84), the columns by their codes."""
    columns = [(part, one) for part, one in given.columns if one.code not in {"lat", "lon"}]
    yield '{"type":"FeatureCollection","features":[\n'
    for number, values in enumerate(_values(given)):
        public = values["place"]
        feature = {"type": "Feature", "id": public["key"],
                   "geometry": {"type": "Point", "coordinates": [round(public["lon"], 7), round(public["lat"], 7)]},
                   "properties": {**_told(columns, values), "district_name": _named(values)}}
        yield ("," if number else "") + json.dumps(feature, ensure_ascii=False) + "\n"
    yield "]}\n"


def _named(values: dict[str, Values]) -> str:
    return parts()[0].field("district").shown(values["place"]["district"])


def _told(columns: Sequence[tuple[Part, Field]], values: dict[str, Values]) -> Values:
    found: Values = {}
    for part, one in columns:
        value = values.get(part.code, {}).get(one.code)
        # Running numbers of bodies mean nothing outside.
        told = directory().cards[value].key if one.code in {"district", "keeper"} and value else value
        found[f"work_{one.code}" if one.code in found else one.code] = told
    return found


def parquet(given: Chosen) -> Iterator[bytes]:
    """A Parquet file, in parts: written to a folder of its own, which is gone when it is sent."""
    columns = given.columns
    names = list(_told(columns, {}))
    kinds = {name: TYPES[one.kind] for name, (_part, one) in zip(names, columns, strict=True)}
    with tempfile.TemporaryDirectory(prefix="undercity-register-") as folder:
        sheet, file = Path(folder) / "rows.csv", Path(folder) / "rows.parquet"
        with sheet.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            for values in _values(given):
                writer.writerow(["、".join(value) if isinstance(value, list) else value
                                 for value in _told(columns, values).values()])
        typed = ", ".join(f"'{name}': '{kind}'" for name, kind in kinds.items())
        with duckdb.connect() as engine:
            engine.execute(f"COPY (SELECT * FROM read_csv('{sheet}', auto_detect = false, header = false, delim = ',', "
                           f"quote = '\"', escape = '\"', columns = {{{typed}}})) TO '{file}' (FORMAT parquet)")
        with file.open("rb") as held:
            while part := held.read(PART_BYTES):
                yield part


