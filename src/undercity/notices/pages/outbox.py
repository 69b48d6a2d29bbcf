"""The outbox page: what was sent, by which channel, and what became of it; in a demonstration also every text."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity.notices import actions
from undercity.notices.forms import OutboxForm
from undercity.notices.queries import newest, waiting
from undercity.notices.wording import said
from undercity.org.powers import can, require
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power

AT_ONCE = 50


def _may_look(request: HttpRequest) -> None:
    actor = actor_of(request)
    require(can(actor, Power.NOTICE_OUTBOX, actor.scopes(Power.NOTICE_OUTBOX)[0] if actor.may_see_outbox else ""))


@officers_only
def outbox(request: HttpRequest) -> HttpResponse:
    """Notices, newest first, with their deliveries; narrowed by state, channel, level and words."""
    _may_look(request)
    before = request.GET.get("before", "")
    form = OutboxForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = list(newest(int(before) if before.isdecimal() and len(before) < 18 else None, AT_ONCE, **wanted))
    tries = [(row, [(one, said(one.detail)) for one in row.deliveries.all()]) for row in rows]
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value}
    older = urlencode({**kept, "before": rows[-1].pk}) if len(rows) == AT_ONCE else ""
    return render(request, "notices/outbox.html", {
        "notices": tries, "waiting": waiting(), "older": older, "form": form, "narrowed": bool(kept),
        "demonstration": settings.DEMO})


@require_POST
@officers_only
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Try a notice that was given up once more."""
    _may_look(request)
    actions.try_again(number)
    messages.success(request, _("It is tried again."))
    return redirect("outbox")
