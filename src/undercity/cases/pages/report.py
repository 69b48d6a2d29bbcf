"""Reporting in three steps 上报, without JavaScript: where, what, send."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.actions.following import follow
from undercity.cases.actions.reporting import Sender, report
from undercity.cases.actions.voices import support
from undercity.cases.forms import SendForm, WhatForm, WhereForm
from undercity.cases.models import Case, Contact
from undercity.cases.queries.choices import areas, categories
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.similar import There, already_there
from undercity.cases.queries.suggesting import Suggestion, suggest
from undercity.cases.sources import source_of
from undercity.cases.whereabouts import Whereabouts, locate
from undercity.errors import Refused, RuleBroken
from undercity.ledger.pictures import Picture, keep, path_of, read_picture
from undercity.notices.letters import doors
from undercity.org.queries import directory
from undercity.org.requests import actor_of
from undercity.science.coordinates import Datum

PHOTOS_MAX = 3
SALT = "undercity.report"


def report_page(request: HttpRequest) -> HttpResponseBase:
    """Shows and takes one step after another; what was given travels in the form itself, signed."""
    if request.method != "POST":
        return _show(request, "where", WhereForm(areas=areas(), initial={
            name: request.GET.get(name, "")[:40] for name in ("area", "lat", "lon", "datum")}), {})
    try:
        given = request.POST.get("carried", "")
        carried = signing.loads(given, salt=SALT, max_age=86400) if given else {}
    except signing.BadSignature as error:
        raise RuleBroken(_("This form is too old."), remedy=_("Start the report again.")) from error
    if "back" in request.POST:
        return _back(request, carried)
    step = request.POST.get("step", "where")
    return {"what": _take_what, "send": _take_send}.get(step, _take_where)(request, carried)


def _show(request: HttpRequest, step: str, form: Any, carried: dict[str, Any], status: int = 200,
          suggested: list[Suggestion] | None = None) -> HttpResponse:
    number = {"where": 1, "what": 2, "send": 3}[step]
    return render(request, "cases/report.html", {
        "step": step, "number": number, "form": form, "given": carried, "suggested": suggested,
        "category_name": scheme().name(carried.get("category", "")),
        "area_name": dict(areas()).get(carried.get("area", ""), "").removeprefix("· "),
        "there": _already_there(carried) if step == "send" else [], "doors": doors(), "photos_max": PHOTOS_MAX,
        "near": Datum.WGS84, "carried": signing.dumps(carried, salt=SALT)}, status=status)


def _already_there(carried: dict[str, Any]) -> list[There]:
    found = _whereabouts(carried, [])
    return already_there(category=carried["category"], territory=found.territory, lat=found.lat, lon=found.lon,
                         address=carried.get("address", ""), at=clock.now())


def _back(request: HttpRequest, carried: dict[str, Any]) -> HttpResponse:
    """One step back: what was typed and shown on the step left is kept."""
    if request.POST["back"] == "what":
        carried["contact"] = {name: request.POST.get(name, "")[:120] for name in SendForm.base_fields}
        return _show(request, "what", _what_form(carried), carried)
    form = WhatForm(request.POST, request.FILES, categories=categories())
    if form.is_valid():
        with suppress(Refused):
            _keep_photos(form, carried)
        carried |= {name: form.cleaned_data.get(name, "") for name in ("category", "text")}
    return _show(request, "where", WhereForm(areas=areas(), initial=carried), carried)


def _what_form(carried: dict[str, Any], first: list[Suggestion] | None = None) -> WhatForm:
    """The second step, with what is known; what the words suggest stands first in the list, to be confirmed."""
    choices, initial = categories(), dict(carried)
    if first:
        choices.insert(0, (_("Suggested"), [(one.category, f"{one.name} {one.confidence:.2f}") for one in first]))
        initial["category"] = first[0].category
    return WhatForm(categories=choices, initial=initial)


def _take_where(request: HttpRequest, carried: dict[str, Any]) -> HttpResponse:
    form = WhereForm(request.POST, areas=areas())
    if form.is_valid():
        values = form.cleaned_data
        try:
            _whereabouts(values, [])
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            carried |= {name: values[name] for name in ("area", "address", "lat", "lon", "datum")}
            carried.setdefault("key", secrets.token_urlsafe(18))
            return _show(request, "what", _what_form(carried), carried)
    return _show(request, "where", form, carried, status=422)


def _keep_photos(form: WhatForm, carried: dict[str, Any]) -> None:
    kept = carried.setdefault("photos", [])
    for file in form.cleaned_data["photos"][:PHOTOS_MAX - len(kept)]:
        picture = read_picture(file.read())
        keep(picture)
        kept.append([picture.sha256, picture.width, picture.height, picture.lat, picture.lon])


def _take_what(request: HttpRequest, carried: dict[str, Any]) -> HttpResponse:
    form = WhatForm(request.POST, request.FILES, categories=categories())
    if form.is_valid():
        if "without_photos" in request.POST:
            carried["photos"] = []
        try:
            _keep_photos(form, carried)
        except Refused as refusal:
            form.add_error("photos", str(refusal))
        carried |= {"category": form.cleaned_data.get("category", ""), "text": form.cleaned_data.get("text", "")}
        if "without_photos" in request.POST and not form.errors:
            return _show(request, "what", _what_form(carried), carried)
        if not form.errors and not carried["text"].strip() and not carried["photos"]:
            form.add_error("text", _("Say what is wrong, or show it."))
        if not form.errors and not carried["category"]:
            if first := suggest(carried["text"]):
                return _show(request, "what", _what_form(carried, first), carried, suggested=first)
            form.add_error("category", _("Choose what it is: your words alone do not tell."))
        if not form.errors:
            return _show(request, "send", _send_form(carried), carried)
    return _show(request, "what", form, carried, status=422)


def _send_form(carried: dict[str, Any]) -> SendForm:
    return SendForm(initial=carried.get("contact", {}))


def _take_send(request: HttpRequest, carried: dict[str, Any]) -> HttpResponseBase:
    if not {"key", "category"} <= carried.keys():
        return _show(request, "where", WhereForm(areas=areas()), {})
    form = SendForm(request.POST)
    if not form.is_valid():
        return _show(request, "send", form, carried, status=422)
    actor, values = actor_of(request), form.cleaned_data
    pictures = [Picture(b"", *one) for one in carried.get("photos", []) if path_of(one[0]).exists()]
    sender = Sender(name=values["name"], phone=values["phone"], email=values["email"])
    try:
        if number := request.POST.get("support", ""):
            return redirect("receipt", support(number, by=actor, at=clock.now(), text=carried["text"], photos=pictures,
                                               sender=sender, client_key=carried["key"]).token)
        found = _whereabouts(carried, pictures)
        case = report(by=actor, at=clock.now(), source=source_of(actor), category=carried["category"],
                      text=carried["text"], territory=found.territory, address=carried["address"], lat=found.lat,
                      lon=found.lon, photos=pictures, sender=sender, client_key=carried["key"])
    except RuleBroken as refusal:
        form.add_error(None, str(refusal))
        return _show(request, "send", form, carried, status=422)
    if values["news"]:
        _ask_for_news(request, case, sender)
    return redirect("receipt", case.report.token)


def _ask_for_news(request: HttpRequest, case: Case, sender: Sender) -> None:
    """The report stands; if messages cannot be had, that is said on its receipt."""
    try:
        follow(case.uid, at=clock.now(), address=sender.email or sender.phone,
               contact=Contact.objects.filter(case=case).first())
    except Refused as refusal:
        messages.warning(request, str(refusal))


def _whereabouts(values: dict[str, Any], pictures: list[Picture]) -> Whereabouts:
    """The position if one is given, else the street or district chosen."""
    if values.get("lat") is None and values.get("area"):
        return Whereabouts(lat=None, lon=None, territory=directory().by_key[values["area"]], said=())
    return locate(values.get("lat"), values.get("lon"), values.get("address") or "",
                  datum=Datum(values.get("datum") or Datum.WGS84), photos=pictures)
