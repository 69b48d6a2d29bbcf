"""Giving a duty by hand 交办: what a trigger brings."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import NotAllowed, RuleBroken
from undercity.ledger import forms
from undercity.ledger.actions.tasks import give
from undercity.ledger.queries import tasks
from undercity.ledger.queries.agenda import templates
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power


@officers_only
def give_duty(request: HttpRequest) -> HttpResponseBase:
    """The form, and what it brings."""
    actor = actor_of(request)
    if not actor.holds(Power.DUTY_ASSIGN):
        raise NotAllowed(_("Your post has no power to %(power)s.") % {"power": Power.DUTY_ASSIGN.label},
                         remedy=_("Ask the administrator of your office if you should have it."))
    given: dict[str, Any] = {"kinds": [(one.code, one.title) for one in templates().values() if one.trigger],
                             "posts": tasks.named(tasks.may_receive(actor, None))}
    if request.method != "POST":
        first = {"day": clock.now().date(), "key": secrets.token_hex(12)}
        return render(request, "ledger/give.html", {"form": forms.GiveForm(initial=first, **given)})
    form = forms.GiveForm(request.POST, **given)
    if form.is_valid():
        values = form.cleaned_data
        try:
            made = give(values["template"], by=actor, at=clock.now(), to=values["to"], day=values["day"],
                        text=values["text"], client_key=values["key"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The duty was given; its holder is told."))
            return redirect("task", made.pk)
    return _again(request, form)


def _again(request: HttpRequest, form: forms.GiveForm) -> HttpResponse:
    return render(request, "ledger/give.html", {"form": form}, status=422)
