"""Pages of permits: one permit with what can be done now, and the form that notes a lease."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.actions import look
from undercity.ledger.lights import seen
from undercity.ledger.models import Duty
from undercity.org.powers import Actor, require
from undercity.org.queries import body_name, calendar, directory, post_titles
from undercity.org.requests import actor_of, officers_only
from undercity.places.states import PlaceUse
from undercity.works.permits import actions, queries, rules
from undercity.works.permits.forms import LeaseForm, MoveForm
from undercity.works.permits.models import Permit
from undercity.works.permits.rows import state_of
from undercity.works.permits.states import MOVES, Proposal, State, Verb
from undercity.works.queries import by_code, row_of
from undercity.works.terms.queries import term

INTERNAL = ("permit", "lease")
# The form that lies open first is the one that is proposed.
PROPOSED: dict[str, str] = {Proposal.RENEW: Verb.SETTLE_RENEW.value, Proposal.END: Verb.SETTLE_END.value}


def _get(request: HttpRequest, uid: UUID) -> Permit:
    found = queries.permit_for(actor_of(request), uid)
    if found is None:
        raise NotFound(_("There is no such permit."), remedy=_("It may lie outside your area."))
    return found


@officers_only
def permit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How it stands, who must do what until when, what can be done now, what happened."""
    row, actor = _get(request, uid), actor_of(request)
    look(by=actor, subject_kind="work", subject=row.work_id, fields=INTERNAL, reason="permit")
    return _show(request, row, "", None, 200)


def _show(request: HttpRequest, row: Permit, verb: str, bound: Any, status: int) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    options = _options(row, actor)
    forms = [(one, bound if verb == one.verb else _form(row, one.verb)) for one in options if one.decision]
    open_now = seen(Duty.objects.filter(pk__in=[one for one in (row.duty, row.renew_duty) if one]), now)
    titles = post_titles(one.duty.post_id for one in open_now if one.duty.post_id)
    left = (row.valid_to - now.date()).days if row.valid_to and row.state not in {State.ENDED, State.REVOKED} else None
    return render(request, "works/permit.html", {
        "permit": row, "work": row_of(row.work), "keeper": body_name(row.body_id), "lease": queries.lease_of(row.uid),
        "duties": [(one, titles.get(one.duty.post_id or 0) or body_name(one.duty.body_id)) for one in open_now],
        "moves": forms, "others": [one for one in options if not one.decision], "left": left,
        "chosen": verb or (PROPOSED.get(row.proposal, "") if row.state == State.EXPIRED else ""),
        "light": "" if left is None else "red" if left < 0 else "yellow" if left <= term(
            "warn_first", now).limit.value else "green", "over": -left if left is not None and left < 0 else 0,
        "steps": queries.time_line(row.uid), "undo": term("undo", now), "notice": term("change_notice", now),
    }, status=status)


def _options(row: Permit, actor: Actor) -> list[rules.Option]:
    now, cards = clock.now(), directory().cards
    return list(rules.options(state_of(row), actor, now, queries.terms_at(now), calendar(),
                              district=cards[row.work.place.district_id].path, keeper=cards[row.body_id].path))


def _form(row: Permit, verb: Verb, data: Any = None) -> MoveForm:
    first: dict[str, Any] = {"seen": row.version}
    if verb is Verb.SETTLE_RENEW:
        first["day"] = row.asked_until
    return MoveForm(data, verb=verb, move=MOVES[State(row.state)][verb], auto_id=f"{verb.value}_%s", initial=first)


@officers_only
@require_POST
def permit_move(request: HttpRequest, uid: UUID, verb: str) -> HttpResponseBase:
    """Take one step."""
    row = _get(request, uid)
    if verb not in Verb.values:
        raise NotFound(_("There is no such step."))
    chosen = Verb(verb)
    given = request.POST.get("seen", "")
    if chosen not in MOVES[State(row.state)]:
        # Somebody was quicker, or the table never allowed it: the action says which.
        actions.move(uid, chosen, by=actor_of(request), at=clock.now(), note=request.POST.get("note", ""),
                     seen=int(given) if given.isdecimal() and len(given) < 9 else None)
    form = _form(row, chosen, request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.move(uid, chosen, by=actor_of(request), at=clock.now(), note=values["note"],
                         day=values.get("day"), seen=values["seen"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Done."))
            return redirect("permit", uid)
    return _show(request, row, verb, form, 422)


@officers_only
def new_permit(request: HttpRequest, code: str) -> HttpResponseBase:
    """The form that notes a lease, and what it brings."""
    actor, now = actor_of(request), clock.now()
    work = by_code(actor, code)
    if work is None:
        raise NotFound(_("There is no such work."), remedy=_("Check the code; it may also lie outside your area."))
    cards = directory().cards
    require(rules.may_note(actor, district=cards[work.place.district_id].path, keeper=cards[work.keeper_id].path))
    first = {"key": secrets.token_hex(12), "signed_on": now.date(), "lease_from": now.date(),
             "use": work.place.use if work.place.use != PlaceUse.IDLE else ""}
    form = LeaseForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = actions.note_lease(work.uid, by=actor, at=now, use=PlaceUse(values["use"]),
                                      client_key=values["key"], **{name: values[name] for name in (
                                          "contract", "party", "signed_on", "lease_from", "lease_to")})
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The lease is noted; the keeper has the duty to apply."))
            return redirect("permit", made.uid)
    return render(request, "works/lease.html", {"form": form, "work": row_of(work), "apply": term("apply", now)},
                  status=422 if form.is_bound else 200)
