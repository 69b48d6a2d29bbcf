"""Three hundred invented works: a place each that is not listed, and its internal profile where that room is there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from undercity.city.sample_files import read
from undercity.db import insert_objects, reserve, write
from undercity.org.queries import Directory, directory
from undercity.places.actions import cell_of
from undercity.places.models import Place, PlaceName
from undercity.places.rules import checked_hours

SOURCE = "invented for the sample city"
FORMS = {"early": (["gallery", "tunnel", "cut"], [50, 30, 20]), "single": (["cut", "tunnel"], [85, 15]),
         "joint": (["basement"], [100])}
WAYS = ("主出入口", "东侧疏散口", "西侧疏散口", "车辆出入口")
WORDS = {"good": ("结构完好，设备运行正常。", "年检合格，口部通畅。"),
         "fair": ("局部渗水，已列入维修计划。", "照明个别损坏，不影响使用。"),
         "worn": ("防水层老化，汛前需重点检查。", "排水泵一台待更换。"),
         "unfit": ("渗漏严重，已停用待整治。",)}


def open_works() -> int:
    """Add the invented works; how many. The same seed gives the same ones."""
    book = directory()
    told = read("works.toml")
    rows = list(_told(told, book))
    with write():
        numbers = list(reserve(Place, len(rows)))
        insert_objects(Place, [_place(number, row) for number, row in zip(numbers, rows, strict=True)])
        insert_objects(PlaceName, [
            PlaceName(pk=key, place_id=number, zh=row["zh"], en=row["en"])
            for key, number, row in zip(reserve(PlaceName, len(rows)), numbers, rows, strict=True)])
        if apps.is_installed("undercity.works"):
            # A deployment without that room has no tables for the rest.
            from undercity.works.actions import register_works

            register_works(({**row["profile"], "place": number, "code": row["code"]}
                            for number, row in zip(numbers, rows, strict=True)), year=told["year"])
    return len(rows)


def _place(number: int, row: dict[str, Any]) -> Place:
    kind = row["kind"]
    return Place(pk=number, key=row["key"], district_id=row["district"], address_zh=row["address"],
                 address_en=row["address_en"], lat=row["lat"], lon=row["lon"], cell=cell_of(row["lat"], row["lon"]),
                 use=kind["use"], listed=False, invented=True, hours=checked_hours(kind["hours"]), hours_assumed=False,
                 area_m2=row["profile"]["area_m2"], amenities=kind["amenities"], source=SOURCE,
                 valid_from=date(2026, 1, 1))


def _told(told: dict[str, Any], book: Directory) -> Iterator[dict[str, Any]]:
    dice = random.Random(told["seed"])
    kinds, shares = told["use"], [kind["share"] for kind in told["use"]]
    for district, count in told["districts"].items():
        areas = [body for body in book.under(book.cards[book.by_key[district]].path)
                 if book.cards[body].kind == "street" and body in book.outlines] or [book.by_key[district]]
        for nth in range(1, count + 1):
            yield _work(dice, book, district, nth, dice.choice(areas), dice.choices(kinds, shares)[0])


def _work(dice: random.Random, book: Directory, district: str, nth: int, area: int,
          kind: dict[str, Any]) -> dict[str, Any]:
    body = book.by_key[district]
    on = date(2026, 1, 1)
    zh, en = book.name(body, "zh", on), book.name(body, "en", on)
    street_zh, street_en = book.name(area, "zh", on), book.name(area, "en", on)
    lat, lon = somewhere(dice, shape(book.outlines[area]))
    door = dice.randint(1, 199)
    return {
        "kind": kind, "key": f"xugou-{district}-{nth:03d}", "code": f"虚构-{zh[:-1]}-{nth:03d}", "district": body,
        "zh": f"虚构·{zh[:-1]}{nth:03d}号{kind['zh']}", "en": f"Invented {en.split()[0]} {nth:03d}, {kind['en']}",
        "address": f"{street_zh}示例路{door}号（虚构）", "address_en": f"{door} Example Road, {street_en} (invented)",
        "lat": lat, "lon": lon, "profile": _profile(dice, book, kind, lat, lon)}


def _profile(dice: random.Random, book: Directory, kind: dict[str, Any], lat: float, lon: float) -> dict[str, Any]:
    managed = dice.choices(list(kind["managed"]), list(kind["managed"].values()))[0]
    forms, shares = FORMS[managed]
    low, high = kind["area"]
    area = round(low * (high / low) ** dice.random(), -1 if low < 1000 else -2)
    levels = 1 if area < 4000 else dice.choice([1, 2, 2, 3])
    height = dice.uniform(2.8, 4.6)
    condition = "unfit" if kind["use"] == "idle" and dice.random() < 0.4 else dice.choices(
        ["good", "fair", "worn"], [55, 33, 12] if managed == "joint" else [38, 40, 22])[0]
    ways = min(4, 1 + int(area > 900) + int(area > 3500) + int(area > 9000))
    ground = dice.uniform(24, 118)
    return {
        "managed": managed, "form": dice.choices(forms, shares)[0], "area_m2": int(area),
        "volume_m3": int(area * height), "levels": levels, "depth_m": Decimal(round(levels * dice.uniform(4, 6), 1)),
        "capacity": int(area * dice.uniform(0.25, 0.6)), "condition": condition,
        "condition_words": dice.choice(WORDS[condition]), "pumps": dice.randint(1, 2) + int(area // 6000),
        "boards": ways + dice.randint(0, 3), "keeper": book.by_key[dice.choice(kind["keepers"])],
        "built": dice.randint(1965, 1985) if managed == "early" else dice.randint(1998, 2023),
        "entrances": [_way(dice, name, lat, lon, ground) for name in WAYS[:ways]]}


def _way(dice: random.Random, name: str, lat: float, lon: float, ground: float) -> dict[str, Any]:
    widths = (4.5, 6.0) if name == WAYS[-1] else (1.5, 2.0, 2.4, 3.0)
    return {"name": name, "lat": round(lat + dice.uniform(-4e-4, 4e-4), 6), "width_m": dice.choice(widths),
            "lon": round(lon + dice.uniform(-5e-4, 5e-4), 6), "sill_m": round(ground + dice.uniform(-0.4, 0.9), 2)}


def somewhere(dice: random.Random, outline: BaseGeometry) -> tuple[float, float]:
    """A position in an outline (WGS 84 degrees), rounded to about ten metres: approximate on purpose."""
    west, south, east, north = outline.bounds
    while True:
        lat, lon = round(dice.uniform(south, north), 4), round(dice.uniform(west, east), 4)
        if outline.covers(Point(lon, lat)):
            return lat, lon
