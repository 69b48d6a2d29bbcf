"""What can be done with the link of a receipt: follow, add, rate, ask to take it up again, have data erased."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.cases.actions.erasing import erase_mine
from undercity.cases.actions.following import confirm, follow, stop
from undercity.cases.actions.voices import PHOTOS_MAX, add, ask_again, rate
from undercity.cases.forms import AddForm, AgainForm, CodeForm, EraseForm, FollowForm, RateForm
from undercity.cases.models import Contact, Follower, Supporter
from undercity.cases.queries.following import shown_address
from undercity.cases.queries.receipt import PublicCase, public_case, receipt
from undercity.cases.queries.speakers import Speaker, may_say, speaking
from undercity.errors import NotFound, Refused, RuleBroken
from undercity.ledger.pictures import read_picture
from undercity.notices.letters import doors

FORMS: dict[str, type[Any]] = {"add": AddForm, "rate": RateForm, "again": AgainForm, "erase": EraseForm,
                               "follow": FollowForm}


def receipt_page(request: HttpRequest, token: str) -> HttpResponse:
    """回执: what became of a report, and what its reporter may say now."""
    return _receipt(request, token, {}, 200)


def _receipt(request: HttpRequest, token: str, bound: dict[str, Any], status: int) -> HttpResponse:
    found = receipt(token)
    if found is None:
        raise NotFound(_("There is no receipt with this code."), remedy=_("Check the code; capitals matter."))
    fresh = {name: kind(prefix=name, initial={"key": uuid4().hex}) for name, kind in FORMS.items()}
    contact = found.speaker.contact
    response = render(request, "cases/receipt.html", {
        "receipt": found, "token": token, "say": may_say(found.speaker, clock.now()), "forms": {**fresh, **bound},
        "wrong": next(iter(bound), ""), "doors": doors(), "followers": _followers(found.speaker, contact),
        "reachable": contact is not None and contact.erased_at is None and bool(contact.email or contact.phone),
        "left": contact is not None and contact.erased_at is None and bool(
            contact.name or contact.email or contact.phone),
        "erased": found.speaker.dossier.erased_at or found.speaker.dossier.erase_asked_at}, status=status)
    return _kept_to_itself(response)


def _kept_to_itself(response: HttpResponse) -> HttpResponse:
    """Whoever has the link sees the report: no search engine and no other site should learn it.

    Not "no-referrer": a browser then says that the forms of the page come from nowhere, and they are refused.
    """
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _followers(one: Speaker, contact: Contact | Supporter | None) -> list[tuple[Follower, str]]:
    """The messages that go to the reader's own contact, each with its masked address."""
    if contact is None:
        return []
    asked: dict[str, Any] = {"supporter": contact} if isinstance(contact, Supporter) else {"contact": contact}
    rows = Follower.objects.select_related("contact", "supporter").filter(ended_at__isnull=True, **asked)
    return [(row, shown_address(row)) for row in rows.order_by("pk")]


@require_POST
def voice(request: HttpRequest, token: str, act: str) -> HttpResponseBase:
    """Say one thing with the link of a receipt."""
    if act not in ACTS:
        raise NotFound(_("There is no such page."))
    form = FORMS[act](request.POST, request.FILES, prefix=act)
    given = request.POST.get("own") == "yes" and act == "follow"
    if given or form.is_valid():
        values = {} if given else dict(form.cleaned_data)
        try:
            if "photos" in values:
                values["photos"] = [read_picture(file.read()) for file in values["photos"][:PHOTOS_MAX]]
            return ACTS[act](request, token, values)
        except RuleBroken as refusal:
            form = form if not given else FollowForm({"follow-address": "-"}, prefix=act)
            form.is_valid()
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return _receipt(request, token, {act: form}, 422)


def _add(request: HttpRequest, token: str, values: dict[str, Any]) -> HttpResponse:
    add(token, at=clock.now(), text=values["text"], photos=values["photos"], key=values["key"])
    messages.success(request, _("It is with the officers now."))
    return redirect("receipt", token)


def _rate(request: HttpRequest, token: str, values: dict[str, Any]) -> HttpResponse:
    rate(token, at=clock.now(), stars=values["stars"], text=values["text"])
    messages.success(request, _("Thank you. It counts."))
    return redirect("receipt", token)


def _again(request: HttpRequest, token: str, values: dict[str, Any]) -> HttpResponse:
    ask_again(token, at=clock.now(), reason=values["reason"], photos=values["photos"])
    messages.success(request, _("An officer decides; you see the answer here."))
    return redirect("receipt", token)


def _erase(request: HttpRequest, token: str, values: dict[str, Any]) -> HttpResponse:
    erase_mine(token, at=clock.now(), sure=values["sure"])
    messages.success(request, _("Erased. What is still needed to solve the problem goes when the case has ended."))
    return redirect("receipt", token)


def _follow(request: HttpRequest, token: str, values: dict[str, Any]) -> HttpResponse:
    one = speaking(token)
    dossier: dict[str, Any] = {}
    address = values.get("address", "")
    if not address and (contact := one.contact) is not None:
        dossier = {"supporter": contact} if isinstance(contact, Supporter) else {"contact": contact}
        address = contact.email or contact.phone
    there = follow(one.case.uid, at=clock.now(), address=address, **dossier)
    return redirect("confirm_follow", one.case.number, there.pk)


ACTS: dict[str, Callable[[HttpRequest, str, dict[str, Any]], HttpResponse]] = {
    "add": _add, "rate": _rate, "again": _again, "erase": _erase, "follow": _follow}


# --- the public page ------------------------------------------------------------------------------------------------

def case_for_all(request: HttpRequest, number: str) -> HttpResponse:
    """A case as anybody may see it 公开案卷, with the way to follow it."""
    return _case(request, number, FollowForm(), 200)


def _asked_for(number: str) -> PublicCase:
    found = public_case(number)
    if found is None:
        raise NotFound(_("There is no case with this number."), remedy=_("Check the number."))
    return found


def _case(request: HttpRequest, number: str, form: FollowForm, status: int) -> HttpResponse:
    return render(request, "cases/public.html", {"shown": _asked_for(number), "form": form, "doors": doors()},
                  status=status)


@require_POST
def follow_case(request: HttpRequest, number: str) -> HttpResponseBase:
    """Ask for messages about a case without having reported it."""
    shown, form = _asked_for(number), FollowForm(request.POST)
    if form.is_valid():
        try:
            there = follow(shown.case.uid, at=clock.now(), address=form.cleaned_data["address"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return redirect("confirm_follow", number, there.pk)
    return _case(request, number, form, 422)


def confirm_follow(request: HttpRequest, number: str, follower: UUID) -> HttpResponseBase:
    """The code that came to the address."""
    shown = _asked_for(number)
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                confirm(follower, code=form.cleaned_data["code"], at=clock.now())
            except Refused as refusal:
                form.add_error("code", str(refusal))
            else:
                messages.success(request, _("You will be told when something happens."))
                return redirect("public_case", number)
    return render(request, "cases/confirm.html", {"shown": shown, "form": form}, status=status)


def following(request: HttpRequest, token: str) -> HttpResponseBase:
    """From a message: no more of them."""
    there = Follower.objects.select_related("case", "contact", "supporter").filter(token=token[:64]).first()
    if there is None:
        raise NotFound(_("There is no such page."), remedy=_("The messages may have ended already."))
    if request.method == "POST":
        stop(there.token, at=clock.now())
        messages.success(request, _("No more messages will come."))
        return redirect("public_case", there.case.number)
    return _kept_to_itself(render(request, "cases/following.html", {
        "follower": there, "address": shown_address(there), "number": there.case.number}))
