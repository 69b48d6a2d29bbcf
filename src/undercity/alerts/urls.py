"""Addresses of the room."""

from django.urls import path

from undercity.alerts import api
from undercity.alerts.pages import bulletins, desk, enter, gauges, public, sources

urlpatterns = [
    path("cap/", api.take, name="cap"),
    path("cap/feed.atom", api.feed, name="cap_feed"),
    path("cap/<str:identifier>.xml", api.message, name="cap_message"),
    path("warnings/", public.public_warnings, name="public_warnings"),
    path("desk/warnings/", desk.warnings, name="warnings"),
    path("desk/warnings/enter/", enter.warning_new, name="warning_new"),
    path("desk/warnings/enter/take/", enter.warning_take, name="warning_take"),
    path("desk/warnings/sources/", sources.warning_sources, name="warning_sources"),
    path("desk/warnings/gauges/", gauges.gauges, name="gauges"),
    path("desk/warnings/messages/", bulletins.bulletins, name="bulletins"),
    path("desk/warnings/messages/<uuid:uid>/", bulletins.bulletin, name="bulletin"),
    path("desk/warnings/<uuid:uid>/", desk.warning, name="warning"),
    path("desk/warnings/<uuid:uid>/<uuid:message>.xml", desk.warning_xml, name="warning_xml"),
]
