from django.urls import path

from undercity.readings import api
from undercity.readings.pages import apart, devices, enter, places, upload

urlpatterns = [
    path("api/readings", api.readings, name="api_readings"),
    path("desk/readings/", places.overview, name="readings"),
    path("desk/readings/apart/", apart.apart, name="readings_apart"),
    path("desk/readings/apart/<int:number>/", apart.decide, name="readings_decide"),
    path("desk/readings/csv/", upload.upload, name="readings_csv"),
    path("desk/readings/csv/take/", upload.take, name="readings_take"),
    path("desk/readings/enter/", enter.choose, name="readings_enter"),
    path("desk/readings/enter/<slug:key>/", enter.enter, name="readings_form"),
    path("desk/readings/devices/new/", devices.new, name="device_new"),
    path("desk/readings/devices/<slug:key>/", devices.device, name="device"),
    path("desk/readings/devices/<slug:key>/change/", devices.change, name="device_change"),
    path("desk/readings/places/<slug:key>/", places.place, name="place_readings"),
]
