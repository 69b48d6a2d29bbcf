"""What others' programs make of the door: `ogr2ogr` copies it into a GeoPackage, OWSLib lists and pages it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.server import Server

pytestmark = pytest.mark.once
# A proxy of this machine's surroundings has no business on the loopback.
SURROUNDINGS = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}


def copied(program: str, server: Server, into: Path, *words: str) -> sqlite3.Connection:
    done = subprocess.run([program, "-f", "GPKG", str(into), f"OAPIF:{server.base}/ogc", *words], env=SURROUNDINGS,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return sqlite3.connect(into)


def test_ogr2ogr_copies_every_feature_page_by_page(city_server: Server, ogr2ogr: str, tmp_path: Path) -> None:
    from urllib.request import urlopen

    with urlopen(f"{city_server.base}/ogc/collections/places/items?limit=1000&f=json") as answer:
        import json

        told = {one["id"]: one for one in json.load(answer)["features"]}
    assert len(told) >= 9
    package = copied(ogr2ogr, city_server, tmp_path / "city.gpkg", "-oo", "PAGE_SIZE=2")
    rows = package.execute("SELECT id, name_zh, open, temperature_c, area_m2, district FROM places").fetchall()
    assert sorted(row[0] for row in rows) == sorted(told)
    for key, name, is_open, celsius, area, district in rows:
        said = told[key]["properties"]
        assert (name, bool(is_open), celsius, area, district) == (
            said["name_zh"], said["open"], said["temperature_c"], said["area_m2"], said["district"])
    assert package.execute("SELECT count(*) FROM districts").fetchone() == (12,)
    kinds = dict(package.execute("SELECT table_name, geometry_type_name FROM gpkg_geometry_columns").fetchall())
    assert kinds["places"] == "POINT"
    west, south, east, north = package.execute(
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'places'").fetchone()
    lons = [one["geometry"]["coordinates"][0] for one in told.values()]
    lats = [one["geometry"]["coordinates"][1] for one in told.values()]
    assert (west, east, south, north) == pytest.approx((min(lons), max(lons), min(lats), max(lats)))


def test_ogr2ogr_s_own_filters_give_what_they_say(city_server: Server, ogr2ogr: str, tmp_path: Path) -> None:
    def ids(name: str, *words: str) -> list[str]:
        package = copied(ogr2ogr, city_server, tmp_path / f"{name}.gpkg", "places", *words)
        return [row[0] for row in package.execute("SELECT id FROM places ORDER BY id")]

    assert ids("spot", "-spat", "117.038", "36.628", "117.04", "36.629") == ["cool-foshui"]
    lixia = ids("lixia", "-where", "district = 'lixia'")
    assert "cool-foshui" in lixia
    assert 0 < len(lixia) < 9
    assert ids("later", "-where", "valid_from >= '2099-01-01'") == []
    assert len(ids("open", "-where", "open = 1") + ids("shut", "-where", "open = 0")) == len(ids("all"))


def test_owslib_lists_and_pages_the_collections(city_server: Server) -> None:
    from owslib.ogcapi.features import Features

    door = Features(f"{city_server.base}/ogc/")
    assert len(door.conformance()["conformsTo"]) == 4
    assert door.feature_collections() == ["places", "districts"]
    assert door.api()["openapi"].startswith("3.0")
    assert door.collection("places")["extent"]["spatial"]["bbox"]
    everything = door.collection_items("places", limit=1000)
    pages = [door.collection_items("places", limit=4, offset=at) for at in range(0, everything["numberMatched"], 4)]
    assert [one["id"] for page in pages for one in page["features"]] == [one["id"] for one in everything["features"]]
    first = everything["features"][0]
    assert door.collection_item("places", first["id"])["properties"] == first["properties"]
    inside = door.collection_items("places", bbox=[117.038, 36.628, 117.04, 36.629])
    assert [one["id"] for one in inside["features"]] == ["cool-foshui"]
