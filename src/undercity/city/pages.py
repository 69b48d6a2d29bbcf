"""The page of the source 来源."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from undercity.city.queries import by_promise


def source(request: HttpRequest) -> HttpResponse:
    """What the newspaper of 2022 says, and that everything of 2026 is invented."""
    return render(request, "city/source.html", {"promises": by_promise()})
