"""All addresses: every room brings its own."""

from __future__ import annotations

from django.urls import include, path

from undercity.site import pages, public
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
    path("healthz", pages.healthz, name="healthz"),
    path("open311/v2/", include("undercity.cases.open311.urls")),
    path("", include("undercity.ledger.urls")),
    path("", include("undercity.notices.urls")),
    path("", include("undercity.places.urls")),
    path("", include("undercity.cases.urls")),
    path("", include("undercity.appraisal.urls")),
]

handler404 = "undercity.site.refusals.not_found"
handler500 = "undercity.site.refusals.failed"
