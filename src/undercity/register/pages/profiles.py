"""The profile of one place by hand: its names, its keeper, and what was changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.org.powers import Actor
from undercity.org.queries import body_name
from undercity.org.requests import actor_of, officers_only
from undercity.places.models import Place
from undercity.places.queries import name_of, names_before
from undercity.register.actions.recording import profiles_of
from undercity.register.actions.renaming import change_keeper, rename
from undercity.register.forms import KeeperForm, RenameForm
from undercity.register.queries.history import history
from undercity.register.queries.previews import current
from undercity.register.queries.uploads import may_edit


def _asked_for(actor: Actor, key: str) -> tuple[Place, dict[str, dict[str, Any]]]:
    """A place this actor may change. NotFound otherwise: hidden and missing look the same."""
    place = Place.objects.prefetch_related("names").filter(key=key).first()
    now = current([place.pk])[place.pk] if place else {}
    if place is None or not may_edit(actor, place.district_id, now.get("work", {}).get("keeper")):
        raise NotFound(_("There is no such place."), remedy=_("It may also lie outside your area."))
    return place, now


@officers_only
def profile(request: HttpRequest, key: str) -> HttpResponse:
    """更名与变更: names with their days, the keeper, the changes."""
    place, now = _asked_for(actor_of(request), key)
    return _page(request, place, now, {}, 200)


def _page(request: HttpRequest, place: Place, now: dict[str, dict[str, Any]], bound: dict[str, Any],
          status: int) -> HttpResponse:
    at = clock.now()
    held = profiles_of([place.pk]).get(place.pk)
    version = held[1].version if held else 0
    public, keeper = now["place"], now.get("work", {}).get("keeper")
    renaming = bound.get("rename") or RenameForm(auto_id="rename_%s", initial={
        "zh": public["name_zh"], "en": public["name_en"], "day": at.date(), "seen": version})
    keeping = bound.get("keeper") or (KeeperForm(auto_id="keeper_%s", initial={
        "keeper": keeper, "seen": version}) if keeper else None)
    return render(request, "register/profile.html", {
        "place": place, "name": name_of(place, at), "code": now.get("work", {}).get("code", ""),
        "rename_form": renaming, "keeper_form": keeping, "keeper": body_name(keeper),
        "names": names_before(place, at.date()), "steps": history(place.pk, internal=False)}, status=status)


@officers_only
@require_POST
def new_name(request: HttpRequest, key: str) -> HttpResponseBase:
    """Another name from a day on."""
    actor = actor_of(request)
    place, now = _asked_for(actor, key)
    form = RenameForm(request.POST, auto_id="rename_%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            rename(key, zh=given["zh"], en=given["en"], day=given["day"], by=actor, at=clock.now(), seen=given["seen"])
            messages.success(request, _("Renamed: the name before stays known."))
            return redirect("register_profile", key)
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return _page(request, place, now, {"rename": form}, 422)


@officers_only
@require_POST
def new_keeper(request: HttpRequest, key: str) -> HttpResponseBase:
    """Another keeper from now on."""
    actor = actor_of(request)
    place, now = _asked_for(actor, key)
    form = KeeperForm(request.POST, auto_id="keeper_%s")
    if form.is_valid():
        try:
            change_keeper(key, keeper=form.cleaned_data["keeper"], by=actor, at=clock.now(),
                          seen=form.cleaned_data["seen"])
            messages.success(request, _("The keeper is another from now on."))
            return redirect("register_profile" if _still(actor, key) else "register", *(
                [key] if _still(actor, key) else []))
        except RuleBroken as refusal:
            form.add_error("keeper", str(refusal))
    return _page(request, place, now, {"keeper": form}, 422)


def _still(actor: Actor, key: str) -> bool:
    try:
        _asked_for(actor, key)
    except NotFound:
        return False
    return True
