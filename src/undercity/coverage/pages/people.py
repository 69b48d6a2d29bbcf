"""人口数据: the imports there are, a file looked through, its good cells stored, an import withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.coverage.actions import people as actions
from undercity.coverage.pages.plans import planner
from undercity.coverage.people_rules import CellRow, Reading
from undercity.coverage.queries.people import imports, in_force
from undercity.coverage.rules import may_plan
from undercity.errors import RuleBroken
from undercity.org.powers import require
from undercity.org.requests import officers_only

SALT = "undercity.people"
A_DAY = 86400
SHOWN = 100


class FiguresForm(forms.Form):
    """A table of cells or points, its day, and where it is from."""

    file = forms.FileField(label=gettext_lazy("Table"), help_text=gettext_lazy(
        "CSV with the columns “cell” and “people”, or “lat”, “lon” and “people”; “elderly” may come. Nothing is stored "
        "before you have seen it."))
    resolution = forms.TypedChoiceField(label=gettext_lazy("Size of the cells"), coerce=int, choices=[
        (9, gettext_lazy("H3 resolution 9: about 350 m across")),
        (8, gettext_lazy("H3 resolution 8: about 900 m across"))])
    valid_from = forms.DateField(label=gettext_lazy("They hold from"), widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.CharField(label=gettext_lazy("Source"), max_length=actions.SOURCE_MAX, help_text=gettext_lazy(
        "For example: statistics office, census of 2020, by grid"))
    invented = forms.BooleanField(label=gettext_lazy("These figures are invented"), required=False)


@officers_only
def people(request: HttpRequest) -> HttpResponse:
    """The imports, and the form for another."""
    return _list(request, FiguresForm(initial={"valid_from": clock.now().date(), "resolution": 9}), 200)


def _list(request: HttpRequest, form: FiguresForm, status: int) -> HttpResponse:
    actor, now = planner(request), clock.now()
    may = may_plan(actor, actions.city_path())
    return render(request, "coverage/people.html", {
        "rows": imports(), "current": in_force(now.date()), "form": form if may else None, "why_not": may.reason,
        "page": "people"}, status=status)


@officers_only
@require_POST
def check_people(request: HttpRequest) -> HttpResponse:
    """Look a table through and show what it comes to; nothing is stored."""
    require(may_plan(planner(request), actions.city_path()))
    form = FiguresForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        try:
            found = actions.check_people(given["file"].read(actions.BYTES_MAX + 1), given["resolution"])
        except RuleBroken as refusal:
            form.add_error("file", str(refusal))
        else:
            return _preview(request, found, given)
    return _list(request, form, 422)


def _preview(request: HttpRequest, found: Reading, given: dict[str, Any]) -> HttpResponse:
    # The cells travel in the form itself, signed: nothing of them is stored before somebody says so.
    carried = signing.dumps({
        "cells": [(one.cell, one.people, one.elderly, one.territory) for one in found.cells],
        "resolution": found.resolution, "from": given["valid_from"].isoformat(), "source": given["source"],
        "invented": given["invented"]}, salt=SALT, compress=True)
    wrong = len({fault.row for fault in found.faults})
    return render(request, "coverage/people_check.html", {
        "found": found, "faults": found.faults[:SHOWN], "more": max(0, len(found.faults) - SHOWN), "wrong": wrong,
        "given": given, "carried": carried, "page": "people"}, status=422 if found.faults else 200)


@officers_only
@require_POST
def store_people(request: HttpRequest) -> HttpResponseBase:
    """Store the good cells of a table that was looked through."""
    actor = planner(request)
    try:
        found = signing.loads(request.POST.get("carried", ""), salt=SALT, max_age=A_DAY)
    except signing.BadSignature as error:
        raise RuleBroken(_("This preview is too old or was changed."), field="carried",
                         remedy=_("Look the file through once more.")) from error
    made = actions.import_people([CellRow(*row) for row in found["cells"]], resolution=found["resolution"],
                                 valid_from=date.fromisoformat(found["from"]), source=found["source"],
                                 invented=found["invented"], by=actor, at=clock.now())
    messages.success(request, _("Stored: %(n)d cells, %(people)s people.") % {
        "n": made.cells, "people": f"{made.people:,.0f}"})
    return redirect("coverage_people")


@officers_only
@require_POST
def withdraw_people(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Withdraw an import."""
    seen = request.POST.get("seen", "")
    actions.withdraw_people(uid, by=planner(request), at=clock.now(), seen=int(seen) if seen.isdecimal() else None)
    messages.success(request, _("Withdrawn. The figures before hold again; plans made with it stay."))
    return redirect("coverage_people")
