from django.urls import path

from undercity.places import atom
from undercity.places.pages import find, map as maps, places, signs
from undercity.places.refit import pages as refit
from undercity.places.seasons.pages import announcements, calendars, desk, heat, visitors

urlpatterns = [
    path("find/", find.find, name="find"),
    path("find/map/", find.tap, name="find_map"),
    path("places/", places.places, name="places"),
    path("places/improved/", refit.improved, name="improved"),
    path("places/improved/<uuid:photo>.jpg", refit.refit_photo, name="refit_photo"),
    path("places/<slug:key>/", places.place, name="place"),
    path("places/<slug:key>/poster/", signs.poster, name="poster"),
    path("places/<slug:key>/flood-board/", signs.flood_board, name="flood_board"),
    path("feeds/places.atom", atom.places, name="places_feed"),
    path("map/", maps.city_map, name="map"),
    path("map/schematic.json", maps.schematic, name="map_schematic"),
    path("calendar/seasons.ics", calendars.seasons_ics, name="seasons_ics"),
    path("calendar/places/<slug:key>.ics", calendars.place_ics, name="place_ics"),
    path("desk/seasons/", desk.seasons, name="seasons"),
    path("desk/seasons/heat/", heat.heat, name="heat"),
    path("desk/seasons/announcements/", announcements.announcements, name="announcements"),
    path("desk/seasons/announcements/<uuid:uid>/end/", announcements.announcement_end, name="announcement_end"),
    path("desk/seasons/visitors/", visitors.visitors, name="visitors"),
    path("desk/seasons/visitors.csv", visitors.visitors_csv, name="visitors_csv"),
    path("desk/seasons/refit/", refit.refit, name="refit"),
    path("desk/seasons/refit/<uuid:uid>/", refit.refit_item, name="refit_item"),
    path("desk/seasons/refit/<uuid:uid>/<slug:act>/", refit.refit_act, name="refit_act"),
    path("desk/seasons/<uuid:uid>/", desk.season, name="season"),
    path("desk/seasons/<slug:key>/<int:year>/", desk.place_year, name="place_year"),
    path("desk/seasons/<slug:key>/<int:year>/<slug:act>/", desk.season_act, name="season_act"),
]
