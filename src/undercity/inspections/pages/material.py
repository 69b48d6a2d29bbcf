"""The register of material 物资台账: the list, a new stock, one stock with its book, exports."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.inspections import forms
from undercity.inspections.actions import material as actions
from undercity.inspections.pages.gate import readiness_desk
from undercity.inspections.queries import material as queries
from undercity.inspections.queries.inspections import bodies_read
from undercity.inspections.queries.keepers import keepers
from undercity.inspections.rules import may_keep
from undercity.inspections.states import Gear, Movement
from undercity.ledger.lights import seen
from undercity.ledger.models import Duty
from undercity.org.csv_files import csv_response, harmless
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.requests import actor_of
from undercity.org.xlsx_files import xlsx_response
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names

PAGE = 100


def _bodies(actor: Actor) -> list[tuple[int, str]]:
    cards = directory().cards
    return sorted(((body, body_name(body)) for body in bodies_read(actor) if may_keep(actor, cards[body].path)),
                  key=lambda pair: (pair[0] != actor.body, pair[1]))


def _places(actor: Actor) -> list[tuple[int, str]]:
    bodies = bodies_read(actor)
    kept = [place for place, one in keepers().items() if one.body in bodies]
    now = clock.now()
    return sorted(((row.pk, name_of(row, now)) for row in Place.objects.filter(pk__in=kept).prefetch_related(
        with_names())), key=lambda pair: pair[1])


def _narrowed(request: HttpRequest) -> tuple[str, bool]:
    gear = request.GET.get("gear", "")
    return gear if gear in Gear.values else "", request.GET.get("soon") == "1"


@readiness_desk
def material_list(request: HttpRequest) -> HttpResponse:
    """Every stock in the area, by kind, or those somebody must look at soon."""
    actor, (gear, soon) = actor_of(request), _narrowed(request)
    rows = queries.chosen(actor, gear=gear, soon=soon)
    given = request.GET.get("page", "1")
    total = rows.count()
    last = max(1, -(-total // PAGE))
    page = min(int(given), last) if given.isascii() and given.isdecimal() and 0 < len(given) < 8 and int(given) else 1
    kept = f"gear={gear}&soon={'1' if soon else ''}"
    return render(request, "inspections/material.html", {
        "tab": "material", "rows": queries.stocks(rows[(page - 1) * PAGE:page * PAGE]), "total": total, "gear": gear,
        "soon": soon, "gears": Gear.choices, "may": bool(_bodies(actor)), "kept": kept,
        "before": page - 1 if page > 1 else 0, "after": page + 1 if page < last else 0})


@readiness_desk
def material_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same as CSV or XLSX, row by row."""
    if kind not in {"csv", "xlsx"}:
        raise NotFound(_("There is no page at this address."))
    gear, soon = _narrowed(request)
    rows = queries.chosen(actor_of(request), gear=gear, soon=soon)

    def lines() -> Iterator[list[object]]:
        yield [_("Kind of material"), _("What it is called"), _("How many"), _("Unit"), _("Place"), _("Where exactly"),
               _("Keeper"), _("Expires on"), _("Next test on")]
        some: list[Any] = []
        for row in rows.iterator(chunk_size=500):
            some.append(row)
            if len(some) == 500:
                yield from map(_line, queries.stocks(some))
                some = []
        yield from map(_line, queries.stocks(some))

    name = _("Register of material")
    return csv_response(name, lines()) if kind == "csv" else xlsx_response(name, lines())


def _line(one: queries.Stock) -> list[object]:
    return [one.gear, harmless(one.name), one.row.count, harmless(one.unit), harmless(one.place), harmless(one.spot),
            one.keeper, one.row.expires_on.isoformat() if one.row.expires_on else "",
            one.row.test_on.isoformat() if one.row.test_on else ""]


@readiness_desk
def material_new(request: HttpRequest) -> HttpResponseBase:
    """Register a stock."""
    actor = actor_of(request)
    choices = {"bodies": _bodies(actor), "places": _places(actor)}
    if request.method != "POST":
        form = forms.StockForm(initial={"key": secrets.token_hex(12)}, **choices)
        return render(request, "inspections/material_new.html", {"tab": "material", "form": form,
                                                                 "may": bool(choices["bodies"])})
    form = forms.StockForm(request.POST, **choices)
    if form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name not in {"key", "gear"}}
        try:
            made = actions.register_stock(by=actor, at=clock.now(), gear=Gear(form.cleaned_data["gear"]),
                                          client_key=form.cleaned_data["key"], **values)
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Registered."))
            return redirect("material_item", made.pk)
    return render(request, "inspections/material_new.html", {"tab": "material", "form": form, "may": True}, status=422)


def _stock(request: HttpRequest, uid: UUID) -> queries.Stock:
    found = queries.stock_for(actor_of(request), uid)
    if found is None:
        raise NotFound(_("There is no such stock."), remedy=_("It may lie outside your area."))
    return found


@readiness_desk
def material_item(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One stock: how many, where, until when; what can be done; its book."""
    return _show(request, _stock(request, uid))


LABELS = {"move": gettext_lazy("Put in, take out, count"), "place": gettext_lazy("Move it to another place"),
          "test": gettext_lazy("Tested or looked at"), "gone": gettext_lazy("Write it off")}


def _form(act: str, actor: Actor, *args: Any, **options: Any) -> forms.StepForm:
    if act == "place":
        return forms.PlaceForm(*args, places=_places(actor), **options)
    kinds: dict[str, type[forms.StepForm]] = {"move": forms.MoveForm, "test": forms.TestForm, "gone": forms.GoneForm}
    return kinds[act](*args, **options)


def _show(request: HttpRequest, stock: queries.Stock, act: str = "", bound: Any = None,
          status: int = 200) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    may = may_keep(actor, directory().cards[stock.row.body_id].path)
    first = {"seen": stock.row.version, "place": stock.row.place_id, "expires_on": stock.row.expires_on,
             "test_on": stock.row.test_on}
    duty = Duty.objects.filter(pk=stock.row.duty).first() if stock.row.duty else None
    offered = [(one, LABELS[one], bound if one == act else _form(one, actor, initial=first, auto_id=f"{one}_%s"))
               for one in LABELS] if may else []
    return render(request, "inspections/material_item.html", {
        "tab": "material", "stock": stock, "may": may, "offered": offered, "chosen": act,
        "book": queries.book_of(stock.row.pk), "duty": seen([duty], now)[0] if duty else None}, status=status)


def _move(uid: UUID, values: dict[str, Any], **who: Any) -> None:
    actions.move_stock(uid, movement=Movement(values["movement"]), amount=values["amount"], note=values["note"], **who)


def _place(uid: UUID, values: dict[str, Any], **who: Any) -> None:
    actions.move_stock(uid, movement=Movement.MOVED, place=values["place"], note=values["note"], **who)


def _test(uid: UUID, values: dict[str, Any], **who: Any) -> None:
    actions.note_test(uid, passed=values["passed"] == "yes", expires_on=values["expires_on"],
                       test_on=values["test_on"], note=values["note"], **who)


def _gone(uid: UUID, values: dict[str, Any], **who: Any) -> None:
    actions.write_off(uid, note=values["note"], **who)


ACTS: dict[str, Callable[..., None]] = {"move": _move, "place": _place, "test": _test, "gone": _gone}


@require_POST
@readiness_desk
def material_act(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """One step of a stock."""
    stock = _stock(request, uid)
    if act not in ACTS:
        raise NotFound(_("There is no such step."))
    form = _form(act, actor_of(request), request.POST, auto_id=f"{act}_%s")
    if form.is_valid():
        try:
            ACTS[act](uid, form.cleaned_data, by=actor_of(request), at=clock.now(), seen=form.cleaned_data["seen"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Done."))
            return redirect("material_list" if act == "gone" else "material_item", *([] if act == "gone" else [uid]))
    return _show(request, stock, act, form, 422)
