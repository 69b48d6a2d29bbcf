"""The keeper's form: big numbers, one hand, the last value beside each field."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import NotFound
from undercity.org.powers import require
from undercity.org.requests import actor_of, officers_only
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names
from undercity.readings.actions.entering import enter as enter_values
from undercity.readings.queries.forms import may_enter, to_enter
from undercity.readings.queries.visible import places_kept_by, sees_any, visible_to
from undercity.readings.rules import plain, value_of
from undercity.readings.states import Result


@officers_only
def choose(request: HttpRequest) -> HttpResponse:
    """Which place."""
    actor, now = actor_of(request), clock.now()
    require(sees_any(actor))
    words = request.GET.get("words", "").replace("\0", "").strip()[:60]
    rows = places_kept_by(actor)
    if words:
        rows = rows.filter(names__zh__icontains=words) | rows.filter(address_zh__icontains=words)
    found = rows.prefetch_related(with_names()).order_by("key")[:100]
    return render(request, "readings/choose.html", {
        "places": [(one, name_of(one, now)) for one in found], "words": words})


@officers_only
def enter(request: HttpRequest, key: str) -> HttpResponseBase:
    """录入读数. What is left empty was not looked at."""
    actor, now = actor_of(request), clock.now()
    place = Place.objects.filter(key=key, devices__in=visible_to(actor)).prefetch_related(with_names()).first()
    if place is None:
        raise NotFound(_("There is no such place."), remedy=_("Choose it from the list."))
    require(may_enter(actor, place))
    fields = to_enter(place, now)
    given = {one.quantity: request.POST.get(one.quantity.code, "").strip()[:40] for one in fields}
    wrong: dict[Any, str] = {}
    if request.method == "POST":
        values = {quantity: value for quantity, value in given.items() if value}
        wrong = {quantity: _("Write a number, for example %(example)s.") % {
            "example": quantity.shown(10 ** quantity.decimals * 21)}
            for quantity, value in values.items() if value_of(value, quantity) is None}
        for one in fields:
            value = value_of(given[one.quantity], one.quantity) if given[one.quantity] else None
            if one.terms is not None and value is not None and not one.terms.least <= value <= one.terms.most:
                wrong[one.quantity] = _("Possible is %(range)s; read it once more.") % {"range": one.range}
        if not values:
            messages.error(request, _("Nothing was entered."))
        elif not wrong:
            once = plain(request.POST.get("once", ""))[:40] or uuid4().hex
            answers = enter_values(place, values, by=actor, at=now, key=once)
            _tell(request, {quantity.label: answer for quantity, answer in answers.items()})
            return redirect("readings_form", key)
    return render(request, "readings/enter.html", {
        "place": place, "name": name_of(place, now), "once": uuid4().hex,
        "fields": [(one, given[one.quantity], wrong.get(one.quantity, "")) for one in fields]},
        status=422 if request.method == "POST" else 200)


def _tell(request: HttpRequest, answers: dict[Any, Any]) -> None:
    for label, answer in answers.items():
        if answer.result is Result.REFUSED:
            messages.warning(request, _("%(what)s: kept apart, %(why)s.") % {"what": label, "why": answer.reason.label})
    if stored := sum(answer.result is Result.STORED for answer in answers.values()):
        messages.success(request, _("Stored: %(count)d.") % {"count": stored})
    elif all(answer.result is Result.DUPLICATE for answer in answers.values()):
        messages.success(request, _("This was stored already."))
