from django.urls import path

from undercity.places.ogc import doors

urlpatterns = [
    path("", doors.landing, name="ogc_landing"),
    path("conformance", doors.conformance, name="ogc_conformance"),
    path("api", doors.api, name="ogc_api"),
    path("collections", doors.collections, name="ogc_collections"),
    path("collections/<slug:collection>", doors.collection, name="ogc_collection"),
    path("collections/<slug:collection>/schema", doors.schema, name="ogc_schema"),
    path("collections/<slug:collection>/items", doors.items, name="ogc_items"),
    path("collections/<slug:collection>/items/<slug:feature>", doors.item, name="ogc_item"),
    # Anything else under this door is answered in its own way, not with a page.
    path("<path:rest>", doors.unknown, name="ogc_unknown"),
]
