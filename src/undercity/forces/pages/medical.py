"""伤员转运: casualties to hospitals with beds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.forces import forms, rules
from undercity.forces.actions import teams as actions
from undercity.forces.pages.gate import force_desk, spots
from undercity.forces.projection import in_language
from undercity.forces.queries import hospitals, needs
from undercity.forces.queries.hospitals import Group
from undercity.forces.states import Severity
from undercity.org.powers import Actor
from undercity.org.requests import actor_of
from undercity.org.states import Power

GROUPS = 3


def _choices(actor: Actor) -> list[tuple[str, str]]:
    found = [(f"{row.words.lat},{row.words.lon}", row.words.what) for row in needs.to_serve(needs.visible_to(actor))]
    return found + spots(actor)


def _groups(request: HttpRequest, actor: Actor) -> tuple[list[forms.HurtForm], list[Group], bool]:
    choices, asked = _choices(actor), "ask" in request.GET
    names = dict(choices)
    made, groups, wrong = [], [], False
    for nth in range(1, GROUPS + 1):
        typed = any(value for name, value in request.GET.items() if name.startswith(f"g{nth}-"))
        form = forms.HurtForm(request.GET if asked and typed else None, prefix=f"g{nth}", spots=choices)
        made.append(form)
        if not form.is_bound:
            continue
        if form.is_valid():
            given = form.cleaned_data
            name = names.get(given["spot"]) or f"{given['lat']:.4f}, {given['lon']:.4f}"
            groups.append(Group(name, given["lat"], given["lon"], form.patients()))
        else:
            wrong = True
    return made, groups, wrong


@force_desk
def force_medical(request: HttpRequest) -> HttpResponse:
    """Beds, casualties, and who is taken where."""
    actor, now = actor_of(request), clock.now()
    made, groups, wrong = _groups(request, actor)
    rows = [(one, in_language(one.zh, one.en), [(code, label, one.beds.get(code, 0))
                                                for code, label in Severity.choices]) for one in hospitals.beds()]
    found: Any = hospitals.plan(groups, now) if groups and not wrong else None
    return render(request, "forces/medical.html", {
        "tab": "medical", "forms": made, "rows": rows, "plan": found, "severities": Severity.choices,
        "hurt_source": rules.terms(now.date()).said("hurt"), "may_send": actor.holds(Power.FORCE_SEND)},
        status=422 if wrong else 200)


@require_POST
@force_desk
def force_beds(request: HttpRequest, hospital: int) -> HttpResponseBase:
    """Free beds as a hospital told them."""
    given = {code: rules.number(request.POST.get(code, ""), code, 0, 9999) for code in Severity.values}
    actions.tell_beds(hospital, by=actor_of(request), at=clock.now(), beds=given)
    messages.success(request, _("Saved."))
    return redirect("force_medical")
