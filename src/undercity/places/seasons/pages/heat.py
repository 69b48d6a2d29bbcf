"""The heat of the city's days 日最高气温: entered by hand or from a file, and what the rule makes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext

from undercity import clock
from undercity.errors import RuleBroken
from undercity.org.requests import actor_of
from undercity.places.seasons import forms, queries
from undercity.places.seasons.actions.heat import enter_maximum, load_maxima, may_enter, propose_due
from undercity.places.seasons.heat import heat_rule
from undercity.places.seasons.models import DailyMaximum
from undercity.places.seasons.pages.gate import season_desk

SHOWN = 30
# The chart: so wide a day, so high a degree, from this temperature up.
WIDE, HIGH, FLOOR = 20, 4, 15


@season_desk
def heat(request: HttpRequest) -> HttpResponseBase:
    """The last days, the rule in words, and a form for one more day or a file of them."""
    if request.method != "POST":
        return _show(request)
    actor, now = actor_of(request), clock.now()
    sheet = "file" in request.FILES or "sheet" in request.POST
    form: Any = forms.SheetForm(request.POST, request.FILES) if sheet else forms.MaximumForm(request.POST)
    if form.is_valid():
        try:
            if sheet:
                stored = load_maxima(form.cleaned_data["file"].read(), by=actor, at=now, source=_("from a file"))
            else:
                enter_maximum(form.cleaned_data["day"], form.cleaned_data["celsius"], by=actor, at=now,
                              source=form.cleaned_data["source"])
                stored = 1
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            made = propose_due(now)
            messages.success(request, ngettext("%(n)d day stored.", "%(n)d days stored.", stored) % {"n": stored})
            if made:
                messages.success(request, ngettext("The rule of heat made %(n)d proposal.",
                                                   "The rule of heat made %(n)d proposals.", made) % {"n": made})
            return redirect("heat")
    return _show(request, form, 422)


def _show(request: HttpRequest, bound: Any = None, status: int = 200) -> HttpResponse:
    now = clock.now()
    rows, rule = queries.maxima(now.date(), SHOWN), heat_rule(now.date())
    one = bound if isinstance(bound, forms.MaximumForm) else forms.MaximumForm(initial={"day": now.date()})
    sheet = bound if isinstance(bound, forms.SheetForm) else forms.SheetForm()
    return render(request, "seasons/heat.html", {
        "tab": "heat", "rows": rows, "rule": rule, "form": one, "sheet": sheet, "may": may_enter(actor_of(request)),
        "bars": _bars(rows, rule.at_least), "width": max(len(rows), 1) * WIDE, "height": (45 - FLOOR) * HIGH + 16,
        "line": (45 - rule.at_least) * HIGH}, status=status)


def _bars(rows: list[DailyMaximum], at_least: float) -> list[dict[str, Any]]:
    return [{"x": nth * WIDE + 2, "y": (45 - min(max(float(row.celsius), FLOOR), 45)) * HIGH, "wide": WIDE - 4,
             "high": (min(max(float(row.celsius), FLOOR), 45) - FLOOR) * HIGH, "hot": float(row.celsius) >= at_least,
             "middle": nth * WIDE + WIDE / 2, "day": row.day.day} for nth, row in enumerate(reversed(rows))]
