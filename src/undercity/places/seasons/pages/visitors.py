"""How many came 人次: the keeper enters it on a phone, or sends a file; who may, takes the numbers home."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext

from undercity import clock
from undercity.errors import RuleBroken
from undercity.org.csv_files import csv_response
from undercity.org.requests import actor_of
from undercity.places.seasons import forms, queries
from undercity.places.seasons.actions.visitors import count_visitors, load_visitors
from undercity.places.seasons.models import VisitorCount
from undercity.places.seasons.pages.gate import season_desk, year_of

LONGEST = 18


@season_desk
def visitors(request: HttpRequest) -> HttpResponseBase:
    """A number for each of my places, for today or another day; below it the days before."""
    if request.method != "POST":
        return _show(request, _day(request.GET.get("day", "")))
    actor, now = actor_of(request), clock.now()
    sheet = "sheet" in request.POST
    form: Any = forms.SheetForm(request.POST, request.FILES) if sheet else forms.CountForm(request.POST)
    if form.is_valid():
        try:
            if sheet:
                stored = load_visitors(form.cleaned_data["file"].read(), by=actor, at=now)
                said = ngettext("%(n)d number stored.", "%(n)d numbers stored.", stored) % {"n": stored}
            else:
                values = form.cleaned_data
                count_visitors(values["place"], values["day"], values["visitors"], by=actor, at=now)
                said = _("Stored: %(n)d visitors.") % {"n": values["visitors"]}
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, said)
            return redirect("visitors")
    return _show(request, _day(request.POST.get("day", "")), form, 422)


def _day(given: str) -> date:
    try:
        return min(date.fromisoformat(given), clock.now().date())
    except ValueError:
        return clock.now().date()


def _show(request: HttpRequest, day: date, bound: Any = None, status: int = 200) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    mine = queries.counted(queries.counted_by(actor, day.year, now), day, now)
    total, days = queries.visitors_of_year(day.year)
    return render(request, "seasons/visitors.html", {
        "tab": "visitors", "day": day, "mine": mine, "total": total, "days": days,
        "wrong": bound if isinstance(bound, forms.CountForm) else None, "wrong_place": _place(bound),
        "sheet": bound if isinstance(bound, forms.SheetForm) else forms.SheetForm()}, status=status)


def _place(bound: Any) -> int | None:
    given = bound.data.get("place", "") if isinstance(bound, forms.CountForm) else ""
    return int(given) if given.isdecimal() and len(given) < LONGEST else None


@season_desk
def visitors_csv(request: HttpRequest) -> HttpResponseBase:
    """The numbers of a year as a file that the form above takes back."""
    year = year_of(request)
    rows = VisitorCount.objects.filter(day__year=year).order_by("day", "place__key").values_list(
        "place__key", "day", "visitors")
    lines = ((key, day.isoformat(), number) for key, day, number in rows)
    return csv_response(f"visitors-{year}", [("场所", "日期", "人次"), *lines])
