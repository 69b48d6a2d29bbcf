from django.urls import path

from undercity.places import pages

urlpatterns = [
    path("places/", pages.places, name="places"),
    path("places/<slug:key>/", pages.place, name="place"),
    path("map/", pages.city_map, name="map"),
    path("map/schematic.json", pages.schematic, name="map_schematic"),
]
