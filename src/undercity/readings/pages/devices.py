"""One device: what it measures, its last readings, its token; and a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.org.powers import Actor, require
from undercity.org.queries import body_name
from undercity.org.requests import actor_of, officers_only
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names
from undercity.readings.actions.devices import new_token, quantities_of, register_device, switch
from undercity.readings.models import Device, Reading
from undercity.readings.pages.places import note_look
from undercity.readings.pages.upload import _may
from undercity.readings.queries import standing
from undercity.readings.queries.visible import apart_for, kept_by, visible_to
from undercity.readings.states import Decided, DeviceKind, Quantity, Reason

LAST = 50


class DeviceForm(forms.Form):
    """A new device."""

    key = forms.CharField(label=gettext_lazy("Name of the device"), max_length=60, help_text=gettext_lazy(
        "Small letters, digits and hyphens; it stands in topics and files and never changes."))
    place = forms.CharField(label=gettext_lazy("Key of the place"), max_length=60, help_text=gettext_lazy(
        "As it stands in the address of the place's page."))
    label = forms.CharField(label=gettext_lazy("What people call it"), max_length=80, required=False)
    quantities = forms.MultipleChoiceField(label=gettext_lazy("What it measures"),
                                           widget=forms.CheckboxSelectMultiple,
                                           choices=[(one.code, one.label) for one in Quantity])
    full = forms.IntegerField(label=gettext_lazy("How many people the place may hold"), required=False, min_value=1,
                              max_value=100_000)


@officers_only
@never_cache
def new(request: HttpRequest) -> HttpResponseBase:
    """登记设备. The answer shows the token, once."""
    actor = actor_of(request)
    require(_may(actor))
    form = DeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            place = Place.objects.filter(key=given["place"]).first()
            if place is None:
                raise RuleBroken(_("There is no such place."), field="place", remedy=_("Check its key."))
            device, token = register_device(
                by=actor, at=clock.now(), key=given["key"], place=place, keeper=_keeper(actor),
                quantities=quantities_of(given["quantities"]), label=given["label"], full=given["full"])
            return _device(request, device, token)
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return render(request, "readings/new.html", {"form": form}, status=422 if request.method == "POST" else 200)


def _keeper(actor: Actor) -> int:
    if actor.body is None:
        raise RuleBroken(_("Your post belongs to no body."), field="key", remedy=_("Ask the administrator."))
    return actor.body


@officers_only
def device(request: HttpRequest, key: str) -> HttpResponse:
    """One device."""
    found = visible_to(actor_of(request)).filter(key=key).first()
    if found is None:
        raise NotFound(_("There is no such device."), remedy=_("It may lie outside your area."))
    return _device(request, found, "")


def _device(request: HttpRequest, found: Device, token: str) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    place = Place.objects.prefetch_related(with_names()).get(pk=found.place_id)
    rows = standing.listed(found.series.order_by("quantity"), now)
    note_look(actor, [row for row in rows if row.quantity.is_internal or not place.listed])
    return render(request, "readings/device.html", {
        "device": found, "place": place, "name": name_of(place, now), "keeper": body_name(found.keeper_id),
        "kind": DeviceKind(found.kind).label, "rows": rows, "token": token, "last": _last(rows),
        "may": kept_by(actor).filter(pk=found.pk).exists(), "sensor": found.kind == DeviceKind.SENSOR,
        "topic": f"{found.key}/{rows[0].quantity.code}" if rows else "",
        "apart": [(row, Reason(row.reason).label) for row in apart_for(actor).filter(
            device=found, decided=Decided.OPEN).order_by("-received_at")[:10]]})


def _last(rows: list[standing.Row]) -> list[dict[str, Any]]:
    quantities = {row.series.pk: row.quantity for row in rows}
    found: list[Reading] = []
    for series in quantities:
        found += Reading.objects.filter(series_id=series).order_by("-at")[:LAST]
    found.sort(key=lambda one: -one.at)
    return [{"at": standing.moment(one.at), "quantity": quantities[one.series_id].label,
             "value": quantities[one.series_id].with_unit(one.value), "lag": max(0, one.lag) // 60}
            for one in found[:LAST]]


@officers_only
@require_POST
@never_cache
def change(request: HttpRequest, key: str) -> HttpResponseBase:
    """A new token, or the device off or on."""
    actor, now = actor_of(request), clock.now()
    if "token" in request.POST:
        token = new_token(key, by=actor, at=now)
        return _device(request, Device.objects.get(key=key), token)
    found = switch(key, on="on" in request.POST, by=actor, at=now)
    messages.success(request, _("Switched on.") if found.stopped_at is None else
                     _("Switched off; what it sends is kept apart."))
    return redirect("device", key)
