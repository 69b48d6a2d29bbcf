"""The groups of bodies: where a body is told when nobody of it could be reached himself. For administrators."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity.errors import NotFound
from undercity.notices.forms import AddressForm
from undercity.notices.pages.reach import added, stepped
from undercity.notices.queries.reach import bodies_with_groups, body_under, shown_addresses
from undercity.notices.states import OF_A_BODY
from undercity.org.models import Body
from undercity.org.powers import can, require
from undercity.org.queries import body_name
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power


def _body(request: HttpRequest, key: str) -> Body:
    found = body_under(actor_of(request), key)
    if found is None:
        raise NotFound(_("There is no such body."), remedy=_("It may also lie outside your area."))
    return found


def _may_keep(request: HttpRequest) -> None:
    actor = actor_of(request)
    scopes = actor.scopes(Power.ORG_ADMIN)
    require(can(actor, Power.ORG_ADMIN, scopes[0] if scopes else ""))


@officers_only
def groups(request: HttpRequest) -> HttpResponse:
    """Bodies with their groups, and how many of their posts nobody can reach."""
    _may_keep(request)
    return render(request, "notices/groups.html", {
        "bodies": bodies_with_groups(actor_of(request), request.GET.get("words", "")[:60]),
        "words": request.GET.get("words", "")[:60]})


@officers_only
def group(request: HttpRequest, body: str) -> HttpResponse:
    """The groups of one body."""
    _may_keep(request)
    row = _body(request, body)
    form, status = AddressForm(channels=OF_A_BODY), 200
    if request.method == "POST":
        form = AddressForm(request.POST, channels=OF_A_BODY)
        if added(form, body=row.pk):
            messages.success(request, _("Added. Send a test message: then it is known to be right."))
            return redirect("group", row.key)
        status = 422
    return render(request, "notices/group.html", {
        "body": row, "name": body_name(row.pk), "addresses": shown_addresses(body=row.pk), "address": form},
        status=status)


@require_POST
@officers_only
def group_step(request: HttpRequest, body: str, uid: UUID, step: str) -> HttpResponse:
    """A step with a group of a body."""
    _may_keep(request)
    row = _body(request, body)
    stepped(request, uid, step, actor_of(request), body=row.pk)
    return redirect("group", row.key)
