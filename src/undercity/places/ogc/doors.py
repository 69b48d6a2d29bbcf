"""OGC API – Features, address by address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import NotFound
from undercity.org.addresses import address_of
from undercity.places.ogc import openapi, parameters
from undercity.places.ogc.bodies import (
    ANY,
    GEOJSON,
    HTML,
    JSON,
    KEPT_SECONDS,
    OPENAPI,
    SCHEMA,
    STAMP,
    Answer,
    Link,
    address,
    both_forms,
    door,
    link,
)
from undercity.places.ogc.collections import COLLECTIONS, Asked, Collection, Page, first_moment
from undercity.places.ogc.filters import FILTERS
from undercity.places.pages.places import pins_of

CONFORMS = [f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
            for name in ("core", "oas30", "html", "geojson")]


@door()
def landing(request: HttpRequest) -> Answer:
    """What there is: the door's first page."""
    return Answer({
        "title": _("Undercity: places and districts"),
        "description": _("Works under the city that are open to the public, and the districts, as features. "
                         "Demonstration data; the official announcements prevail."),
        "links": [*both_forms(request),
                  link("service-desc", address(request, "ogc_api"), OPENAPI, _("Description for machines (OpenAPI)")),
                  link("service-doc", f"{address(request, 'ogc_api')}?f=html", HTML, _("Description for readers")),
                  link("conformance", address(request, "ogc_conformance"), JSON, _("Parts of the standard kept")),
                  link("data", address(request, "ogc_collections"), JSON, _("Collections"))],
    }, "places/ogc/landing.html", {"collections": list(COLLECTIONS.values())}, KEPT_SECONDS)


@door()
def conformance(request: HttpRequest) -> Answer:
    """Which parts of the standard are kept."""
    return Answer({"conformsTo": CONFORMS, "links": both_forms(request)}, "places/ogc/conformance.html",
                  seconds=KEPT_SECONDS)


@door(media=OPENAPI)
def api(request: HttpRequest) -> Answer:
    """The description of the door: OpenAPI 3.0."""
    told = openapi.description(address(request, "ogc_landing").rstrip("/"))
    return Answer(told, "places/ogc/api.html", {"rows": openapi.rows(told)}, KEPT_SECONDS)


@door()
def collections(request: HttpRequest) -> Answer:
    """Every collection."""
    told = [_told(request, one) for one in COLLECTIONS.values()]
    return Answer({"links": both_forms(request), "collections": told}, "places/ogc/collections.html",
                  {"collections": list(COLLECTIONS.values())}, KEPT_SECONDS)


@door()
def collection(request: HttpRequest, collection: str) -> Answer:
    """One collection."""
    one = _known(collection)
    told = _told(request, one)
    return Answer({**told, "links": [*both_forms(request), *told["links"]]}, "places/ogc/collection.html",
                  {"one": one, "schema": one.schema()}, KEPT_SECONDS)


def _known(name: str) -> Collection:
    found = COLLECTIONS.get(name)
    if found is None:
        raise NotFound(_("There is no such collection."), field="collectionId",
                       remedy=_("Known are: %(names)s.") % {"names": ", ".join(COLLECTIONS)})
    return found


def _told(request: HttpRequest, one: Collection) -> dict[str, Any]:
    extent = one.extent()
    where, when = extent.box, extent.begins
    items = address(request, "ogc_items", one.id)
    return {
        "id": one.id, "title": str(one.title), "description": str(one.about), "itemType": "feature",
        "crs": [parameters.CRS84],
        "extent": {
            **({"spatial": {"bbox": [list(where)], "crs": parameters.CRS84}} if where else {}),
            **({"temporal": {"interval": [[first_moment(when), None]],
                             "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}} if when else {})},
        # Relations know no case; written otherwise, `ogr2ogr` does not find the schema.
        "links": [link("items", f"{items}?f=json", GEOJSON, one.title),
                  link("items", f"{items}?f=html", HTML, one.title),
                  link("describedBy", address(request, "ogc_schema", one.id), SCHEMA, _("Properties")),
                  link("collection", address(request, "ogc_collection", one.id), JSON, one.title)]}


@door(media=SCHEMA)
def schema(request: HttpRequest, collection: str) -> Answer:
    """The properties of a collection's features: a JSON schema, or the page of the collection."""
    one = _known(collection)
    told = openapi.schema(one, address(request, "ogc_schema", one.id))
    return Answer(told, "places/ogc/collection.html", {"one": one, "schema": one.schema()}, KEPT_SECONDS)


@door(ANY, media=GEOJSON)
def items(request: HttpRequest, collection: str) -> Answer:
    """A page of features."""
    one, given = _known(collection), request.GET
    parameters.only(given, {"f", "bbox", "bbox-crs", "datetime", "limit", "offset", "after", *one.filters})
    span = parameters.span(given)
    asked = Asked(
        at=(span.moment if span else None) or clock.now(), limit=parameters.limit(given), box=parameters.box(given),
        span=span, after=parameters.after(given), offset=parameters.offset(given),
        **{name: FILTERS[name].read(name, given) for name in one.filters})
    page = one.page(asked)
    told: dict[str, Any] = {
        "type": "FeatureCollection", STAMP: clock.now().isoformat(), "numberReturned": len(page.features),
        **({"numberMatched": page.matched} if page.matched is not None else {}),
        "links": [*both_forms(request, GEOJSON), *_onward(request, page),
                  link("collection", address(request, "ogc_collection", one.id), JSON, one.title)],
        "features": page.features}
    return Answer(told, "places/ogc/items.html", {
        "one": one, "places": page.places, "map_pins": pins_of(page.places), "asked": asked,
        "first": _turned(request), "next": _turned(request, after=page.after) if page.after else "",
        "choices": [FILTERS[name].offered(name, given) for name in one.filters]})


def _onward(request: HttpRequest, page: Page) -> list[Link]:
    return [link("next", request.build_absolute_uri(_turned(request, after=page.after, f="json")), GEOJSON,
                 _("The next page"))] if page.after else []


def _turned(request: HttpRequest, **to: str) -> str:
    given = request.GET.copy()
    for name in ("after", "offset"):
        given.pop(name, None)
    for name, value in to.items():
        given[name] = value
    return f"{request.path}?{given.urlencode()}" if given else request.path


@door(media=GEOJSON)
def item(request: HttpRequest, collection: str, feature: str) -> Answer:
    """One feature. What is not listed and what never was look the same."""
    one = _known(collection)
    found = one.one(feature, clock.now())
    if found is None:
        raise NotFound(_("There is no such feature."), field="featureId",
                       remedy=_("Take an id from the list of the collection."))
    told, place = found
    page = [link("related", request.build_absolute_uri(address_of("place")(feature)), HTML,
                 _("Page of this place"))] if place else []
    return Answer({**told, "links": [*both_forms(request, GEOJSON), *page,
                                     link("collection", address(request, "ogc_collection", one.id), JSON, one.title)]},
                  "places/ogc/item.html", {"one": one, "place": place, "map_pins": pins_of([place] if place else []),
                                           "rows": list(_in_words(one, told))})


def _in_words(one: Collection, told: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, meaning and value of each property for a reader."""
    for name, row in one.schema().items():
        value = told["properties"][name]
        said = "、".join(value) if isinstance(value, list) else value
        if isinstance(value, bool):
            said = _("yes") if value else _("no")
        yield name, row["title"], "–" if said in {None, ""} else str(said)


@door(ANY)
def unknown(request: HttpRequest, rest: str) -> Answer:
    """Whatever else is asked for here."""
    raise NotFound(_("There is nothing at this address."), remedy=_("/ogc/ says what there is."))


