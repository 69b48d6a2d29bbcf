"""The description of the door in OpenAPI 3.0, made from the same tables that answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from undercity.places.ogc.bodies import GEOJSON, HTML, JSON, OPENAPI, SCHEMA
from undercity.places.ogc.collections import COLLECTIONS, Collection
from undercity.places.ogc.filters import FILTERS
from undercity.places.ogc.parameters import A_PAGE, AT_ONCE, CRS84, FARTHEST

VERSION = "1.0.0"
TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0}
PAGED = ("bbox", "bbox-crs", "datetime", "limit", "offset", "after")


def _parameter(name: str, about: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": about, "schema": schema, **more}


def _parameters() -> dict[str, dict[str, Any]]:
    in_a_row = {"style": "form", "explode": False}
    box = {"type": "array", "items": {"type": "number"},
           "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}]}
    return {
        "f": _parameter("f", _("form of the answer; left out, the header Accept decides"),
                        {**TEXT, "enum": ["json", "html"]}),
        "bbox": _parameter("bbox", _("west,south,east,north in degrees; west greater than east crosses the "
                                     "antimeridian"), box, **in_a_row),
        "bbox-crs": _parameter("bbox-crs", _("what the numbers of bbox count in; only this one"),
                               {**TEXT, "format": "uri", "enum": [CRS84], "default": CRS84}),
        "datetime": _parameter("datetime", _("a moment, or begin/end with .. as an open end; at a moment everything is "
                                             "told as it is then"), TEXT, **in_a_row),
        "limit": _parameter("limit", _("features on a page"), {"type": "integer", "minimum": 1, "maximum": AT_ONCE,
                                                               "default": A_PAGE}, **in_a_row),
        "offset": _parameter("offset", _("features passed over; the links “next” do without"),
                             {**WHOLE, "maximum": FARTHEST, "default": 0}),
        "after": _parameter("after", _("the id behind which the page begins; it stands in the links “next”"), TEXT)}


def _schemas() -> dict[str, dict[str, Any]]:
    links = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
    return {
        "link": {"type": "object", "required": ["href", "rel"],
                 "properties": {"href": TEXT, "rel": TEXT, "type": TEXT, "title": TEXT}},
        "landing": {"type": "object", "required": ["links"],
                    "properties": {"title": TEXT, "description": TEXT, "links": links}},
        "conformance": {"type": "object", "required": ["conformsTo"],
                        "properties": {"conformsTo": {"type": "array", "items": TEXT}}},
        "collections": {"type": "object", "required": ["links", "collections"], "properties": {
            "links": links, "collections": {"type": "array", "items": {"$ref": "#/components/schemas/collection"}}}},
        "collection": {"type": "object", "required": ["id", "links"], "properties": {
            "id": TEXT, "title": TEXT, "description": TEXT, "itemType": TEXT, "extent": {"type": "object"},
            "crs": {"type": "array", "items": TEXT}, "links": links}},
        "exception": {"type": "object", "required": ["code"], "properties": {
            "code": TEXT, "description": TEXT, "status": {"type": "integer"}, "field": TEXT}},
        **{f"{one.id}Feature": _feature(one, links) for one in COLLECTIONS.values()},
        **{f"{one.id}Page": _page(one, links) for one in COLLECTIONS.values()}}


def _feature(one: Collection, links: dict[str, Any]) -> dict[str, Any]:
    said = {name: {**row, "nullable": True} for name, row in one.schema().items()}
    return {"type": "object", "required": ["type", "geometry", "properties"], "properties": {
        "type": {**TEXT, "enum": ["Feature"]}, "id": TEXT, "geometry": {"type": "object"},
        "properties": {"type": "object", "properties": said}, "links": links}}


def schema(one: Collection, address: str) -> dict[str, Any]:
    """The JSON schema of a feature, by which `ogr2ogr` gives a column its type even when its first values are empty.

    It reads a plain word as type; that any of them may be null is said in words. It also takes every date for what the
    parameter `datetime` asks about, which would leave its own filters undone: so dates are texts here.
    """
    said = {name: {word: value for word, value in row.items() if word != "format"}
            for name, row in one.schema().items()}
    return {"$schema": "https://json-schema.org/draft/2019-09/schema", "$id": address, "type": "object",
            "title": str(one.title), "description": _("Every property may be null."), "properties": {
                "type": {"enum": ["Feature"]}, "id": TEXT,
                "geometry": {"$ref": f"https://geojson.org/schema/{one.geometry}.json"},
                "properties": {"type": "object", "properties": said}}}


def _page(one: Collection, links: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": ["type", "features"], "properties": {
        "type": {**TEXT, "enum": ["FeatureCollection"]}, "links": links, "numberMatched": WHOLE,
        "numberReturned": WHOLE, "timeStamp": {**TEXT, "format": "date-time"},
        "features": {"type": "array", "items": {"$ref": f"#/components/schemas/{one.id}Feature"}}}}


def _said(about: str, schema: str, media: str = JSON) -> dict[str, Any]:
    content = {media: {"schema": {"$ref": f"#/components/schemas/{schema}"}} if schema else {"schema": {
        "type": "object"}}, HTML: {"schema": TEXT}}
    return {"200": {"description": about, "content": content}, "400": {"$ref": "#/components/responses/Wrong"},
            "404": {"$ref": "#/components/responses/Missing"}, "406": {"$ref": "#/components/responses/Wrong"}}


def _get(name: str, about: str, schema: str, media: str = JSON, parameters: list[dict[str, Any]] | None = None,
         tag: str = "capabilities") -> dict[str, Any]:
    form = {"$ref": "#/components/parameters/f"}
    return {"get": {"tags": [tag], "operationId": name, "summary": about, "parameters": [form, *(parameters or [])],
                    "responses": _said(about, schema, media)}}


def _of(one: Collection) -> dict[str, dict[str, Any]]:
    asked: list[dict[str, Any]] = [{"$ref": f"#/components/parameters/{name}"} for name in PAGED]
    asked += [_parameter(name, str(FILTERS[name].about), FILTERS[name].schema()) for name in one.filters]
    which = {"name": "featureId", "in": "path", "required": True, "description": _("id of a feature"), "schema": TEXT}
    name, where = one.id.capitalize(), f"/collections/{one.id}"
    return {
        where: _get(f"describe{name}", str(one.about), "collection", tag=one.id),
        f"{where}/schema": _get(f"getSchemaOf{name}", _("Names, meanings and types of the properties"), "", SCHEMA,
                                tag=one.id),
        f"{where}/items": _get(f"get{name}", _("Features, page by page"), f"{one.id}Page", GEOJSON, asked, one.id),
        f"{where}/items/{{featureId}}": _get(f"getOneOf{name}", _("One feature"), f"{one.id}Feature", GEOJSON, [which],
                                             one.id)}


def description(base: str) -> dict[str, Any]:
    """The whole description; `base`: the door's address without a slash at its end."""
    wrong = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/exception"}}}}
    paths = {"/": _get("getLandingPage", _("What there is"), "landing"),
             "/conformance": _get("getConformance", _("Parts of the standard kept"), "conformance"),
             "/api": _get("getDescription", _("This description"), "", OPENAPI),
             "/collections": _get("getCollections", _("Collections"), "collections")}
    for one in COLLECTIONS.values():
        paths.update(_of(one))
    return {
        "openapi": "3.0.3",
        "info": {"title": _("Undercity: places and districts"), "version": VERSION,
                 "description": _("OGC API – Features, Part 1. Only what is public; nobody has to sign in.")},
        "servers": [{"url": base}],
        "tags": [{"name": "capabilities", "description": _("What there is")},
                 *({"name": one.id, "description": str(one.title)} for one in COLLECTIONS.values())],
        "paths": paths,
        "components": {"parameters": _parameters(), "schemas": _schemas(), "responses": {
            "Wrong": {"description": _("A parameter is wrong; it is named."), **wrong},
            "Missing": {"description": _("Nothing is there, or nothing public."), **wrong}}}}


@dataclass(frozen=True, slots=True)
class Row:
    """An address on the reader's page: what it says, and its parameters with what each does."""

    path: str
    about: str
    parameters: list[tuple[str, str]]


def rows(told: dict[str, Any]) -> list[Row]:
    """The description as a reader's list."""
    shared = told["components"]["parameters"]
    found = []
    for path, methods in told["paths"].items():
        given = [shared[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
                 for one in methods["get"]["parameters"]]
        found.append(Row(path, methods["get"]["summary"], [(one["name"], one["description"]) for one in given]))
    return found
