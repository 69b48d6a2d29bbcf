"""All addresses: every room brings its own."""

from __future__ import annotations

from django.urls import path

from undercity.site import pages

urlpatterns = [
    path("healthz", pages.healthz, name="healthz"),
]

handler404 = "undercity.site.refusals.not_found"
handler500 = "undercity.site.refusals.failed"
