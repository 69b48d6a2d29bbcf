"""OGC API – Features: what the door answers, page by page, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.city import City
from undercity import clock

ITEMS = "/ogc/collections/places/items"
OUTLINES = "/ogc/collections/districts/items"


def get(path: str, *, status: int = 200, accept: str = "application/json", **query: Any) -> dict[str, Any]:
    answer = Client().get(path, query, headers={"accept": accept})
    assert answer.status_code == status, answer.content[:400]
    found: dict[str, Any] = json.loads(answer.content)
    return found


def ids(page: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def by_rel(told: dict[str, Any], rel: str) -> str | None:
    return next((link["href"] for link in told["links"] if link["rel"] == rel), None)


def walked(path: str, **query: Any) -> Iterator[dict[str, Any]]:
    """Every page, by the links “next”."""
    page = get(path, **query)
    yield page
    while onward := by_rel(page, "next"):
        page = get(onward)
        yield page


@pytest.fixture
def pacific(looked_at: City, monkeypatch: pytest.MonkeyPatch) -> City:
    """Two listed places on both sides of the antimeridian, and one that is not listed between them."""
    from undercity.org.queries import directory
    from undercity.places.actions import cell_of
    from undercity.places.models import Place

    district = directory().by_key["shizhong"]
    for key, lon, listed in (("west-of-it", 179.5, True), ("east-of-it", -179.5, True), ("hidden", 179.9, False)):
        Place.objects.create(key=key, district_id=district, address_zh="示例（虚构）", lat=0.5, lon=lon,
                             cell=cell_of(0.5, lon), hours="24/7", source="test", valid_from=date(2026, 7, 1),
                             listed=listed, invented=True)
    return looked_at


# --- what the standard asks of the first addresses ------------------------------------------------------------------

def test_the_first_page_leads_to_everything_and_every_link_is_answered(looked_at: City) -> None:
    landing = get("/ogc/")
    assert {link["rel"] for link in landing["links"]} == {
        "self", "alternate", "service-desc", "service-doc", "conformance", "data"}
    told = [landing, get("/ogc/conformance"), get("/ogc/collections"), *get("/ogc/collections")["collections"],
            get("/ogc/collections/places"), get(ITEMS, limit=2), get(f"{ITEMS}/cool-foshui")]
    for link in [link for one in told for link in one["links"]]:
        answer = Client().get(link["href"], headers={"accept": "*/*"})
        assert answer.status_code == 200, link
        assert answer.headers["Content-Type"].split(";")[0] == link["type"].split(";")[0], link


def test_it_says_which_parts_of_the_standard_it_keeps(looked_at: City) -> None:
    assert [one.rsplit("/", 1)[1] for one in get("/ogc/conformance")["conformsTo"]] == [
        "core", "oas30", "html", "geojson"]


def test_each_form_is_spoken_by_name_and_by_what_is_accepted(looked_at: City) -> None:
    for path in ("/ogc/", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/places",
                 "/ogc/collections/places/schema", ITEMS, f"{ITEMS}/cool-foshui", OUTLINES, f"{OUTLINES}/lixia"):
        page = Client().get(path, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert page.headers["Content-Type"].startswith("text/html"), path
        assert Client().get(f"{path}?f=html").headers["Content-Type"].startswith("text/html")
        said = Client().get(f"{path}?f=json", headers={"accept": "text/html"})
        assert "json" in said.headers["Content-Type"], path
        assert Client().get(path, headers={"accept": "image/png"}).status_code == 406
    assert Client().get(ITEMS).headers["Content-Type"] == "application/geo+json"


def test_a_collection_says_where_and_since_when_and_only_of_what_is_listed(pacific: City) -> None:
    from undercity.places.models import Place

    told = get("/ogc/collections/places")
    assert told["extent"]["spatial"]["bbox"] == [[-179.5, 0.5, 179.5, 36.978]]
    assert told["extent"]["temporal"]["interval"] == [["2025-06-21T00:00:00+08:00", None]]
    assert told["crs"] == ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]
    Place.objects.update(listed=False)
    assert get("/ogc/collections/places")["extent"] == {}
    assert get(ITEMS) | {"timeStamp": "", "links": []} == {
        "type": "FeatureCollection", "timeStamp": "", "numberReturned": 0, "numberMatched": 0, "links": [],
        "features": []}


# --- features -------------------------------------------------------------------------------------------------------

def test_a_place_is_a_point_with_its_page_as_properties(looked_at: City) -> None:
    told = get(f"{ITEMS}/cool-foshui", accept="application/geo+json")
    assert told["geometry"] == {"type": "Point", "coordinates": [117.039, 36.6285]}
    said = told["properties"]
    assert (said["name_zh"], said["district"], said["use"]) == (
        "佛慧山人防工程（济南人防初心长廊）", "lixia", "cooling")
    assert said["name_en"].startswith("Foshui Hill works")
    assert (said["temperature_c"], said["open"], said["opening_hours"]) == (17.9, True, "09:00-18:00")
    assert by_rel(told, "related") == "http://testserver/places/cool-foshui/"
    english = Client().get(f"{ITEMS}/cool-foshui", headers={"accept-language": "en"}).json()["properties"]
    assert english["name"] == said["name_en"]
    assert english["district_name"] == "Lixia District"


def test_a_page_s_features_are_the_single_ones(looked_at: City) -> None:
    for feature in get(ITEMS)["features"]:
        alone = get(f"{ITEMS}/{feature['id']}")
        assert {key: alone[key] for key in feature} == feature


def test_districts_are_outlines_that_settle_no_boundary(looked_at: City) -> None:
    from shapely.geometry import shape

    page = get(OUTLINES)
    assert page["numberMatched"] == len(page["features"]) == 12
    for feature in page["features"]:
        area = shape(feature["geometry"])
        assert area.is_valid
        assert all(ring.exterior.is_ccw for ring in getattr(area, "geoms", [area]))
        assert feature["properties"]["note"] == "示意图，不作划界依据"


def test_what_is_not_listed_looks_like_what_never_was(pacific: City) -> None:
    hidden, missing = (Client().get(f"{ITEMS}/{key}") for key in ("hidden", "no-such-key"))
    assert (hidden.status_code, hidden.content) == (404, missing.content)
    assert "hidden" not in json.dumps(list(walked(ITEMS, limit=1)))


# --- paging ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("limit", [1, 2, 3, 8, 9, 10, 1000])
def test_the_links_lead_through_all_features_once(limit: int, looked_at: City) -> None:
    from undercity.places.models import Place

    pages = list(walked(ITEMS, limit=limit))
    assert [one for page in pages for one in ids(page)] == sorted(Place.objects.values_list("key", flat=True))
    assert {page["numberMatched"] for page in pages} == {9}
    assert [page["numberReturned"] for page in pages] == [len(page["features"]) for page in pages]
    assert all(page["features"] for page in pages), "an empty page is the end to ogr2ogr"


def test_a_place_that_comes_meanwhile_shifts_no_page(pacific: City) -> None:
    from undercity.places.models import Place

    pages = walked(ITEMS, limit=3)
    first = ids(next(pages))
    Place.objects.filter(key="hidden").update(key="aaa-first", listed=True)
    assert sorted(first + [one for page in pages for one in ids(page)]) == sorted(
        Place.objects.exclude(key="aaa-first").values_list("key", flat=True))


def test_a_limit_above_the_most_counts_as_the_most(looked_at: City) -> None:
    assert len(get(ITEMS, limit=10 ** 9)["features"]) == 9


def test_pages_turn_by_numbers_too(looked_at: City) -> None:
    everything = ids(get(ITEMS))
    assert ids(get(ITEMS, limit=4, offset=3)) == everything[3:7]
    assert [one for page in walked(ITEMS, limit=2, offset=5) for one in ids(page)] == everything[5:]
    assert ids(get(ITEMS, offset=9)) == []


def test_a_page_of_open_places_never_ends_empty_while_more_may_come(pacific: City,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    from undercity.places.ogc import collections

    monkeypatch.setattr(collections, "LOOKED_AT", 1)
    monkeypatch.setattr(collections, "STRETCH", 2)
    pages = list(walked(ITEMS, open="true", datetime="2026-07-18T03:00:00+08:00"))
    assert [one for page in pages for one in ids(page)] == ["east-of-it", "west-of-it"]
    assert [len(page["features"]) for page in pages][:-1] == [1]
    assert "numberMatched" not in pages[0]


# --- filters --------------------------------------------------------------------------------------------------------

def test_a_box_holds_what_lies_in_it_its_edges_included(looked_at: City) -> None:
    assert ids(get(ITEMS, bbox="117.039,36.6285,117.039,36.6285")) == ["cool-foshui"]
    assert ids(get(ITEMS, bbox="117.0391,36.6285,118,36.63")) == []
    assert ids(get(ITEMS, bbox="117.039,36.6285,-50,117.039,36.6285,900")) == ["cool-foshui"]
    crs = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert ids(get(ITEMS, **{"bbox": "117.0,36.64,117.02,36.65", "bbox-crs": crs})) == [
        "cool-yingxiongshan", "cool-yinzuo"]


def test_a_box_may_cross_the_antimeridian(pacific: City) -> None:
    assert ids(get(ITEMS, bbox="179,0,-179,1")) == ["east-of-it", "west-of-it"]
    assert ids(get(ITEMS, bbox="179.6,0,-179,1")) == ["east-of-it"]
    assert ids(get(ITEMS, bbox="-180,0,180,1")) == ["east-of-it", "west-of-it"]
    assert ids(get(ITEMS, bbox="-179,0,179,1")) == []
    assert "lixia" in ids(get(OUTLINES, bbox="117.03,36.6,-179,36.7"))
    assert ids(get(OUTLINES, bbox="170,36.6,-179,36.7")) == []


def test_a_box_holds_every_district_it_touches(looked_at: City) -> None:
    from shapely.geometry import box, shape

    area = box(116.9, 36.6, 117.05, 36.7)
    wanted = [one["id"] for one in get(OUTLINES)["features"] if shape(one["geometry"]).intersects(area)]
    assert 1 < len(wanted) < 12
    assert ids(get(OUTLINES, bbox="116.9,36.6,117.05,36.7")) == wanted


@pytest.mark.parametrize(("asked", "there"), [
    ("2026-07-01T00:00:00+08:00", True), ("2026-06-30T23:59:59+08:00", False), ("2026-06-30T16:00:00Z", True),
    ("2026-07-01", True), ("2026-06-30", False), ("../2026-07-01", True), ("../2026-06-30T12:00:00Z", False),
    ("/2026-07-02", True), ("2026-08-01/..", True), ("2020-01-01/", True), ("2020-01-01/2026-06-30", False),
    ("2020-01-01T00:00:00Z/2026-07-01T00:00:00.5Z", True)])
def test_a_place_is_there_from_its_first_day_on(asked: str, there: bool, pacific: City) -> None:
    assert ("west-of-it" in ids(get(ITEMS, datetime=asked))) is there


def test_at_a_moment_everything_is_told_as_it_is_then(looked_at: City) -> None:
    def opens(**query: Any) -> dict[str, bool]:
        return {one["id"]: one["properties"]["open"] for one in get(ITEMS, **query)["features"]}

    now, night = opens(), opens(datetime="2026-07-18T03:00:00+08:00")
    assert now["cool-foshui"] is True
    assert set(night.values()) == {False}
    assert ids(get(ITEMS, open="true", datetime="2026-07-18T03:00:00+08:00")) == []
    assert ids(get(ITEMS, open="true")) == [key for key, is_open in now.items() if is_open]
    assert ids(get(ITEMS, open="0")) == [key for key, is_open in now.items() if not is_open]
    said = get(ITEMS, datetime="2026-07-18T03:00:00+08:00")["features"][0]["properties"]
    assert said["changes_at"].startswith("2026-07-18T09")


def test_properties_narrow_what_is_told(looked_at: City) -> None:
    assert set(ids(get(ITEMS, district="lixia"))) == {
        one["id"] for one in get(ITEMS)["features"] if one["properties"]["district"] == "lixia"}
    assert ids(get(ITEMS, use="parking")) == []
    assert len(ids(get(ITEMS, use="cooling", district=""))) == 9
    from undercity.places.models import Place

    Place.objects.update(step_free="no")
    Place.objects.filter(key="cool-anda").update(step_free="yes")
    assert ids(get(ITEMS, step_free="yes")) == ["cool-anda"]
    assert get(ITEMS, step_free="perhaps", status=400)["field"] == "step_free"


# --- refusals -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("query", "field"), [
    ("colour=red", "colour"), ("bbox=1,2,3", "bbox"), ("bbox=a,b,c,d", "bbox"), ("bbox=", "bbox"),
    ("bbox=1,2,3,nan", "bbox"), ("bbox=0,50,1,40", "bbox"), ("bbox=-200,0,10,10", "bbox"),
    ("bbox=0,0,1,1&bbox-crs=EPSG:3857", "bbox-crs"), ("datetime=yesterday", "datetime"), ("datetime=../..", "datetime"),
    ("datetime=2026-02-30", "datetime"), ("datetime=2026-07-18/2026-07-01", "datetime"),
    ("datetime=2026-01-01/2026-02-01/2026-03-01", "datetime"), ("datetime=", "datetime"), ("limit=0", "limit"),
    ("limit=-1", "limit"), ("limit=ten", "limit"), ("offset=-1", "offset"), ("offset=10001", "offset"),
    ("after=%00", "after"), ("after=", "after"), ("district=atlantis", "district"), ("use=palace", "use"),
    ("open=maybe", "open"), ("limit=1&limit=2", "limit"), ("f=xml", "f"), ("crs=CRS84", "crs")])
def test_what_is_wrong_is_refused_with_its_name(query: str, field: str, looked_at: City) -> None:
    answer = Client().get(f"{ITEMS}?{query}")
    assert answer.status_code == 400
    told = answer.json()
    assert told["field"] == field
    assert told["description"].startswith(f"{field}: ")
    page = Client().get(f"{ITEMS}?{query}", headers={"accept": "text/html"})
    assert page.status_code == 400
    assert page.headers["Content-Type"].startswith("application/json" if field == "f" else "text/html")


def test_filters_of_places_are_unknown_to_districts(looked_at: City) -> None:
    assert get(OUTLINES, status=400, open="true")["field"] == "open"
    assert get("/ogc/conformance", status=400, limit=1)["field"] == "limit"


def test_an_address_that_is_none_is_refused_in_the_door_s_own_form(looked_at: City) -> None:
    for path in ("/ogc/nowhere", "/ogc/collections/", "/ogc/collections/cases", "/ogc/collections/cases/items",
                 f"{ITEMS}/cool-foshui/photo", "/ogc/collections/places/items/%00", "/ogc/%E5%9C%B0"):
        assert get(path, status=404)["code"] == "not_found", path


def test_only_reading_is_possible(looked_at: City) -> None:
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(Client(enforce_csrf_checks=True), method)(ITEMS)
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    head = Client().head(ITEMS)
    assert (head.status_code, head.content) == (200, b"")


# --- for web pages and caches ---------------------------------------------------------------------------------------

def test_any_web_page_may_read_it(looked_at: City) -> None:
    asked = Client().options(ITEMS, headers={"origin": "https://map.example", "access-control-request-method": "GET"})
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")
    for answer in (Client().get(ITEMS), Client().get(f"{ITEMS}?x=1"), Client().get("/ogc/nowhere")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_client_that_has_the_answer_gets_no_second_one(looked_at: City) -> None:
    first = Client().get(ITEMS)
    mark = first.headers["ETag"]
    with clock.standing_at(clock.now().replace(second=59)):
        again = Client().get(ITEMS, headers={"if-none-match": mark})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    from undercity.places.models import Place

    Place.objects.filter(key="cool-foshui").update(temperature_c="18.3")
    assert Client().get(ITEMS, headers={"if-none-match": mark}).status_code == 200
    assert {"Accept", "Accept-Language"} <= set(first.headers["Vary"].split(", "))


def test_officers_get_what_everybody_gets(pacific: City) -> None:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=pacific.post("duty_officer").person))
    assert client.get(ITEMS).headers["ETag"] == Client().get(ITEMS).headers["ETag"]


def test_a_page_of_places_costs_no_more_statements_than_one(looked_at: City) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    Client().get(ITEMS)
    counts = []
    for limit in (1, 9):
        with CaptureQueriesContext(connection) as captured:
            Client().get(f"{ITEMS}?limit={limit}")
        counts.append(len(captured.captured_queries))
    # How many, the places, their names, how they stand, and the newest measurements.
    assert counts == [5, 5]


# --- the description ------------------------------------------------------------------------------------------------

def _references(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        yield from ([told["$ref"]] if isinstance(told.get("$ref"), str) else [])
        for value in told.values():
            yield from _references(value)
    elif isinstance(told, list):
        for value in told:
            yield from _references(value)


def test_the_description_is_whole_and_says_what_is_answered(looked_at: City) -> None:
    told = get("/ogc/api")
    assert told["openapi"].startswith("3.0")
    for reference in _references(told):
        where: Any = told
        for step in reference.removeprefix("#/").split("/"):
            where = where[step]
    for path, methods in told["paths"].items():
        asked = "/ogc" + path.replace("{featureId}", "lixia" if "districts" in path else "cool-foshui")
        assert Client().get(asked).status_code == 200
        known = {row["name"] for row in (
            told["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
            for one in methods["get"]["parameters"]) if row["in"] == "query"}
        refusal = Client().get(asked, {"no-such-parameter": "1"})
        assert refusal.status_code == 400
        said = refusal.json()["description"]
        assert all(name in said for name in known), (path, said)


def test_a_feature_has_the_properties_its_schema_names_and_their_types(looked_at: City) -> None:
    kinds: dict[str, Any] = {"string": str, "boolean": bool, "number": (int, float), "integer": int, "array": list}
    for name in ("places", "districts"):
        schema = get(f"/ogc/collections/{name}/schema")["properties"]["properties"]["properties"]
        for feature in get(f"/ogc/collections/{name}/items")["features"]:
            assert list(feature["properties"]) == list(schema)
            for key, value in feature["properties"].items():
                assert value is None or isinstance(value, kinds[schema[key]["type"]]), (key, value)
