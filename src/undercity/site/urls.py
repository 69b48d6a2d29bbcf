"""All addresses: every room brings its own."""

from __future__ import annotations

from django.apps import apps
from django.urls import include, path

from undercity.site import machines, pages, public
from undercity.site.view import set_view

urlpatterns = [
    path("", pages.home, name="home"),
    path("about/", pages.about, name="about"),
    path("tour/", public.tour, name="tour"),
    path("numbers/", public.numbers, name="numbers"),
    path("signin/", pages.SignIn.as_view(), name="signin"),
    path("signout/", pages.SignOut.as_view(), name="signout"),
    path("language/", pages.set_language, name="set_language"),
    path("view/", set_view, name="set_view"),
    path("components/", pages.components, name="components"),
    path("api/", machines.doors, name="machines"),
    path("api/openapi.json", machines.description, name="machines_openapi"),
    path("healthz", pages.healthz, name="healthz"),
    path("open311/v2/", include("undercity.cases.open311.urls")),
    path("ogc/", include("undercity.places.ogc.urls")),
    path("", include("undercity.ledger.urls")),
    path("", include("undercity.notices.urls")),
    path("", include("undercity.places.urls")),
    path("", include("undercity.register.urls")),
    path("", include("undercity.field.urls")),
    path("", include("undercity.readings.urls")),
    path("", include("undercity.cases.urls")),
    path("", include("undercity.coverage.urls")),
    path("", include("undercity.forces.urls")),
    path("", include("undercity.alerts.urls")),
    path("", include("undercity.inspections.urls")),
    path("", include("undercity.response.urls")),
    path("", include("undercity.appraisal.urls")),
    path("", include("undercity.city.urls")),
]
# The internal side of works may be left out of a deployment: then there is nothing to find at its addresses.
if apps.is_installed("undercity.works"):
    urlpatterns.append(path("", include("undercity.works.urls")))

handler404 = "undercity.site.refusals.not_found"
handler500 = "undercity.site.refusals.failed"
