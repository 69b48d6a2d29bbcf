"""How am I reached 我的通知方式: one's own addresses in their order, quiet hours, a test message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.notices.actions import reach as act
from undercity.notices.forms import AddressForm, WishForm
from undercity.notices.queries.reach import shown_addresses, wishes_for
from undercity.notices.states import OF_A_PERSON, Channel
from undercity.notices.terms import terms
from undercity.org.powers import Actor
from undercity.org.requests import actor_of, officers_only


@officers_only
def reach(request: HttpRequest) -> HttpResponse:
    """The page, and its two forms."""
    actor = actor_of(request)
    assert actor.person is not None
    address, wish = AddressForm(channels=OF_A_PERSON), WishForm(initial=wishes_for(actor.person))
    if request.method != "POST":
        return _show(request, actor.person, address, wish)
    if "language" in request.POST:
        wish = WishForm(request.POST)
        if wish.is_valid():
            act.wish(person=actor.person, quiet=wish.quiet(), on_page=wish.cleaned_data["on_page"],
                     language=wish.cleaned_data["language"])
            messages.success(request, _("Saved."))
            return redirect("reach")
    else:
        address = AddressForm(request.POST, channels=OF_A_PERSON)
        if added(address, person=actor.person):
            messages.success(request, _("Added. Send a test message: then it is known to be right."))
            return redirect("reach")
    return _show(request, actor.person, address, wish, 422)


def added(form: AddressForm, **whose: int) -> bool:
    """Add the address of a form; what is wrong with it stands in the form afterwards."""
    if not form.is_valid():
        return False
    try:
        act.add_address(channel=Channel(form.cleaned_data["channel"]), text=form.cleaned_data["address"],
                        at=clock.now(), **whose)
    except RuleBroken as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def _show(request: HttpRequest, person: int, address: AddressForm, wish: WishForm, status: int = 200) -> HttpResponse:
    rule = terms(clock.now().date())
    return render(request, "notices/reach.html", {
        "addresses": shown_addresses(person=person), "address": address, "wish": wish, "rule": rule,
        "always": [kind for kind in rule.kinds if not kind.may_wait and kind.key != "test"]}, status=status)


def stepped(request: HttpRequest, uid: UUID, step: str, actor: Actor, **whose: int) -> None:
    """One step with one address: a test message, earlier in the order, or away with it."""
    steps: dict[str, Callable[..., Any]] = {
        "test": lambda: act.send_test(uid, by=actor, **whose), "earlier": lambda: act.raise_address(uid, **whose),
        "remove": lambda: act.remove_address(uid, **whose)}
    words = {"test": _("A test message is on its way."), "earlier": _("Saved."), "remove": _("Removed.")}
    if step not in steps:
        raise NotFound(_("There is no such page."))
    try:
        steps[step]()
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words[step])


@require_POST
@officers_only
def reach_step(request: HttpRequest, uid: UUID, step: str) -> HttpResponse:
    """A step with one of my own addresses."""
    actor = actor_of(request)
    assert actor.person is not None
    stepped(request, uid, step, actor, person=actor.person)
    return redirect("reach")
