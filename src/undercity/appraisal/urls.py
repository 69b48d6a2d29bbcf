"""Addresses of scores."""

from __future__ import annotations

from django.urls import path

from undercity.appraisal import pages

urlpatterns = [
    path("desk/scores/", pages.scores, name="scores"),
    path("desk/scores/<str:month>/<slug:code>.csv", pages.scores_csv, name="scores_csv"),
    path("desk/scores/<str:month>/<slug:code>/<int:identity>/", pages.score, name="score"),
    path("desk/scores/<str:month>/<slug:code>/<int:identity>/<slug:indicator>/", pages.score_cases,
         name="score_cases"),
]
