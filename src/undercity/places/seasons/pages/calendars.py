"""Seasons as calendars, for everybody."""

from __future__ import annotations

from collections import defaultdict

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, gettext as _

from undercity import clock
from undercity.errors import NotFound
from undercity.places.models import Place
from undercity.places.queries import name_of, place_by_key, shown_to, with_names
from undercity.places.seasons.calendar import calendar_of, tag_of
from undercity.places.seasons.models import Season


def seasons_ics(request: HttpRequest) -> HttpResponseBase:
    """The seasons of all listed places, this year's and last year's."""
    now = clock.now()
    seasons: dict[int, list[Season]] = defaultdict(list)
    for row in Season.objects.filter(timeline=clock.timeline(), year__gte=now.year - 1, opens_on__isnull=False,
                                     place__listed=True).order_by("year"):
        seasons[row.place_id].append(row)
    places = shown_to().filter(pk__in=seasons).prefetch_related(with_names()).order_by("key")
    return _answer(request, [(place, seasons[place.pk]) for place in places], _("Cool places"), "seasons")


def place_ics(request: HttpRequest, key: str) -> HttpResponseBase:
    """The seasons of one listed place."""
    now, place = clock.now(), place_by_key(key)
    if place is None:
        raise NotFound(_("There is no such place."), remedy=_("All places are listed under Cool places."))
    rows = list(Season.objects.filter(timeline=clock.timeline(), place=place, year__gte=now.year - 1,
                                      opens_on__isnull=False).order_by("year"))
    return _answer(request, [(place, rows)], name_of(place, now), key)


def _answer(request: HttpRequest, rows: list[tuple[Place, list[Season]]], title: str, name: str) -> HttpResponseBase:
    now = clock.now()
    tag = tag_of(rows, f"{get_language()}|{now.date()}|{name}")
    if request.headers.get("If-None-Match") == tag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        body = calendar_of(rows, title=title, at=now, host=request.get_host().partition(":")[0], day=now.date())
        answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        answer.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer
