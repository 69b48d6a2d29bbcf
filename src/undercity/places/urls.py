from django.urls import path

from undercity.places import atom, pages

urlpatterns = [
    path("places/", pages.places, name="places"),
    path("places/<slug:key>/", pages.place, name="place"),
    path("feeds/places.atom", atom.places, name="places_feed"),
    path("map/", pages.city_map, name="map"),
    path("map/schematic.json", pages.schematic, name="map_schematic"),
]
