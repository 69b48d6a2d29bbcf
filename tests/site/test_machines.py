"""The doors for machines: every one that exists is described, and nothing else."""

from __future__ import annotations

import json
import re

from django.test import Client

from tests.city import City
from tests.site.test_routes import EVERYBODY, TABLE, address

# What a browser fetches for a page of ours, and what is no door: pictures, the phone's page, the watch on the server.
NO_DOOR = {"healthz", "icon", "manifest", "worker", "photo", "ogc_unknown", "open311_unknown", "machines_openapi"}


def described() -> dict[str, dict[str, object]]:
    answer = Client().get("/api/openapi.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    told = json.loads(answer.content)
    assert told["openapi"].startswith("3.0")
    paths: dict[str, dict[str, object]] = told["paths"]
    return paths


def test_every_public_address_that_speaks_to_machines_is_described(city: City) -> None:
    shapes = [re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + r"\Z") for path in described()]
    case, missing = city.reported(), []
    for name, (method, who, _) in TABLE.items():
        if who != EVERYBODY or method != "GET" or name in NO_DOOR:
            continue
        where = address(name, case)
        answer = Client().get(where, headers={"accept": "*/*"})
        kind = answer.headers.get("Content-Type", "text/html")
        if not kind.startswith("text/html") and not any(shape.match(where) for shape in shapes):
            missing.append(f"{name} {where}: {kind}")
    assert missing == []


def test_every_path_described_is_answered(city: City) -> None:
    from django.urls import Resolver404, resolve

    for path in described():
        try:
            match = resolve(re.sub(r"\.x\Z", ".json", re.sub(r"{\w+}", "x", path)))
        except Resolver404:
            raise AssertionError(path) from None
        assert match.url_name in TABLE
        assert not match.url_name.endswith("unknown"), path


def test_the_page_leads_to_every_door(city: City) -> None:
    page = Client().get("/api/").content.decode()
    for path in ("/ogc/", "/feeds/places.atom", "/calendar/seasons.ics", "/open311/v2/discovery.xml",
                 "/map/schematic.json", "/api/openapi.json"):
        assert f'href="{path}"' in page, path
        assert Client().get(path).status_code == 200
    assert 'href="/api/"' in Client().get("/").content.decode()
