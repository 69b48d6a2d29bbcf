"""到位签到 on the phone of a team's leader: he scans the code on the spot, sees his call-up, and says he is there."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.forces.actions.deploying import arrive
from undercity.forces.projection import names_of
from undercity.forces.queries.deployments import OWN, at_spot, spot_of
from undercity.forces.states import How, Stage
from undercity.org.requests import actor_of, officers_only


class HereForm(forms.Form):
    """Where the phone is, if it says so."""

    lat = forms.FloatField(label=gettext_lazy("Latitude"), required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(label=gettext_lazy("Longitude"), required=False, min_value=-180, max_value=180)


@officers_only
def checkin(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page behind the code. It works without a script; with one, the phone adds where it is."""
    spot = spot_of(token)
    if spot is None:
        raise NotFound(_("This code leads nowhere."), remedy=_("Scan it again, or tell the duty officer."))
    actor = actor_of(request)
    rows = at_spot(spot, actor)
    names = names_of(one.team for one in rows)
    form = HereForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = next((one for one in rows if str(one.pk) == request.POST.get("deployment", "")), None)
        if chosen is None:
            raise NotFound(_("You are not called to this place."), remedy=_("Tell the duty officer where you are."))
        try:
            with clock.on(clock.named(spot.timeline)) if spot.timeline != clock.timeline() else nullcontext():
                arrive(chosen.pk, how=How.HERE if spot.kind == OWN else How.CODE, by=actor, at=clock.now(),
                       lat=form.cleaned_data["lat"], lon=form.cleaned_data["lon"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("You are signed in. Stay until you are relieved or stood down."))
            return redirect("checkin", token)
    waits: list[Any] = [(one, names.get(one.team_id, "")) for one in rows]
    return render(request, "forces/checkin.html", {
        "spot": spot, "rows": waits, "form": form, "needs_position": spot.kind == OWN,
        "drill": spot.timeline != clock.REAL,
        "there": Stage.THERE.value}, status=422 if request.method == "POST" else 200)
