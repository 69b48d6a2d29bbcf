"""The refit 每年改造升级: the year's plan with its money for officers, what was improved for everybody."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.lights import seen as seen_duties
from undercity.ledger.models import Duty
from undercity.ledger.pictures import path_of, read_picture
from undercity.org.requests import actor_of
from undercity.org.states import Power, Role
from undercity.places.refit import actions, forms, queries
from undercity.places.refit.models import RefitItem
from undercity.places.refit.states import MOVES, Stage, Verb
from undercity.places.seasons.pages.gate import season_desk
from undercity.places.seasons.powers import may_decide


def improved(request: HttpRequest) -> HttpResponse:
    """What was improved, before and after; what is under way and planned. Nothing about money."""
    years = queries.improved(clock.now())
    return render(request, "refit/improved.html", {"years": years})


def refit_photo(request: HttpRequest, photo: UUID) -> HttpResponseBase:
    """A picture of before or after."""
    row = queries.photo_for(actor_of(request), photo)
    if row is None or not path_of(row.sha256).exists():
        raise NotFound(_("There is no such photo."))
    response = FileResponse(path_of(row.sha256).open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


@season_desk
def refit(request: HttpRequest) -> HttpResponseBase:
    """The plan of a year with its money, and a form for one more item."""
    now = clock.now()
    year = queries.year_of(request.GET.get("year", ""), now.date())
    choices = {"places": queries.places(), "posts": queries.posts()}
    if request.method != "POST":
        first = {"starts_on": max(now.date(), date(year, 1, 1)), "ends_on": date(year, 12, 31),
                 "key": secrets.token_hex(12)}
        return _plan(request, year, forms.PlanForm(initial=first, **choices), 200)
    form = forms.PlanForm(request.POST, **choices)
    if form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "key"}
        try:
            made = actions.plan_item(by=actor_of(request), at=now, year=values["starts_on"].year,
                                     client_key=form.cleaned_data["key"], **values)
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Planned; whoever carries it out is told."))
            return redirect("refit_item", made.pk)
    return _plan(request, year, form, 422)


def _plan(request: HttpRequest, year: int, form: Any, status: int) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    rows = queries.items(queries.visible_to(actor).filter(year=year), now)
    return render(request, "refit/plan.html", {
        "tab": "refit", "rows": rows, "sums": queries.sums(rows), "year": year, "years": [year - 1, year, year + 1],
        "form": form, "wrong": status != 200,
        "may": actor.holds(Power.PLACE_EDIT) and actor.role != Role.KEEPER}, status=status)


@season_desk
def refit_item(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One item: what, where, by when, for how much; pictures; what can be done; its record."""
    return _show(request, _get(request, uid))


def _get(request: HttpRequest, uid: UUID) -> RefitItem:
    row = queries.item_for(actor_of(request), uid)
    if row is None:
        raise NotFound(_("There is no such item."), remedy=_("It may also lie outside your area."))
    return row


LABELS = {Verb.PROGRESS: gettext_lazy("Report how far it is"), Verb.FINISH: gettext_lazy("Report it finished"),
          Verb.DROP: gettext_lazy("Give it up"), Verb.REOPEN: gettext_lazy("Take it up again")}
KINDS: dict[Verb, type[forms.StepForm]] = {Verb.PROGRESS: forms.ProgressForm, Verb.FINISH: forms.FinishForm,
                                           Verb.DROP: forms.StepForm, Verb.REOPEN: forms.ReopenForm}


def _show(request: HttpRequest, row: RefitItem, act: str = "", bound: Any = None, status: int = 200) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    one = queries.items(RefitItem.objects.filter(pk=row.pk), now)[0]
    duty = Duty.objects.filter(pk=row.duty).first() if row.duty else None
    offered = []
    for verb in MOVES[Stage(row.stage)]:
        improves = verb in {Verb.PROGRESS, Verb.FINISH}
        may = actions.may_improve(actor, row) if improves else may_decide(actor, row.place.district_id)
        first = {"seen": row.version, "spent": row.spent, "ends_on": row.ends_on}
        form = bound if verb == act else KINDS[verb](initial=first, auto_id=f"{verb.value}_%s")
        offered.append((verb.value, LABELS[verb], form, may))
    return render(request, "refit/item.html", {
        "tab": "refit", "one": one, "duty": seen_duties([duty], now)[0] if duty else None, "offered": offered,
        "chosen": act, "steps": queries.time_line(row)}, status=status)


def _pictures(form: Any) -> list[Any]:
    return [read_picture(file.read()) for file in form.cleaned_data["photos"]]


def _progress(uid: UUID, form: Any, **who: Any) -> None:
    actions.report_progress(uid, spent=form.cleaned_data["spent"], note=form.cleaned_data["note"],
                            photos=_pictures(form), **who)


def _finish(uid: UUID, form: Any, **who: Any) -> None:
    actions.finish_item(uid, spent=form.cleaned_data["spent"], note=form.cleaned_data["note"], photos=_pictures(form),
                        **who)


def _drop(uid: UUID, form: Any, **who: Any) -> None:
    actions.drop_item(uid, note=form.cleaned_data["note"], **who)


def _reopen(uid: UUID, form: Any, **who: Any) -> None:
    actions.reopen_item(uid, note=form.cleaned_data["note"], ends_on=form.cleaned_data["ends_on"], **who)


ACTS: dict[str, Callable[..., None]] = {Verb.PROGRESS: _progress, Verb.FINISH: _finish, Verb.DROP: _drop,
                                        Verb.REOPEN: _reopen}


@require_POST
@season_desk
def refit_act(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """One step of an item."""
    row = _get(request, uid)
    if act not in ACTS:
        raise NotFound(_("There is no such step."))
    form = KINDS[Verb(act)](request.POST, request.FILES, auto_id=f"{act}_%s")
    if form.is_valid():
        try:
            ACTS[act](uid, form, by=actor_of(request), at=clock.now(), seen=form.cleaned_data["seen"])
        except RuleBroken as refusal:
            field = "photos" if refusal.field == "photo" else refusal.field
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Done."))
            return redirect("refit_item", uid)
    return _show(request, row, act, form, 422)
