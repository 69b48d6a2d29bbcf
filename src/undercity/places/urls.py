from django.urls import path

from undercity.places import atom
from undercity.places.pages import find, map as maps, places, signs

urlpatterns = [
    path("find/", find.find, name="find"),
    path("find/map/", find.tap, name="find_map"),
    path("places/", places.places, name="places"),
    path("places/<slug:key>/", places.place, name="place"),
    path("places/<slug:key>/poster/", signs.poster, name="poster"),
    path("places/<slug:key>/flood-board/", signs.flood_board, name="flood_board"),
    path("feeds/places.atom", atom.places, name="places_feed"),
    path("map/", maps.city_map, name="map"),
    path("map/schematic.json", maps.schematic, name="map_schematic"),
]
