"""Responses 响应: what is proposed, in force and past; one response with its decision and its record."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.clock import ZONE
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.lights import seen as seen_duties
from undercity.ledger.models import Duty
from undercity.org.powers import Decision, require, signed_in
from undercity.org.queries import body_name
from undercity.org.requests import actor_of
from undercity.org.states import Power
from undercity.response import forms
from undercity.response.actions import levels
from undercity.response.models import Response
from undercity.response.plans.queries import content_of, in_force
from undercity.response.powers import may_confirm, over
from undercity.response.queries import board, standing
from undercity.response.queries.planning import bodies_in_force
from undercity.response.queries.texts import order_text_for
from undercity.response.rules import by_height
from undercity.response.states import Basis, Level, Stage

P = ParamSpec("P")


def response_desk(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]
                  ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for posts that see plans, levels and orders."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = signed_in(actor_of(request))
        require(Decision(actor.holds(Power.RESPONSE_READ), _("Your post has no power to %(power)s.") % {
            "power": Power.RESPONSE_READ.label}))
        return view(request, *args, **kwargs)

    guarded.for_officers = True  # type: ignore[attr-defined]
    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)


def get_response(request: HttpRequest, uid: UUID) -> Response:
    """A response the reader may see."""
    row = standing.response_for(actor_of(request), uid)
    if row is None:
        raise NotFound(_("There is no such response."))
    return row


@response_desk
def responses(request: HttpRequest) -> HttpResponseBase:
    """What waits and what is in force; a level proposed by an officer; what was."""
    return _list(request)


def _list(request: HttpRequest, bound: Any = None, status: int = 200) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    bodies = [(body, body_name(body)) for body in bodies_in_force(now.astimezone(ZONE).date())
              if over(actor, Power.LEVEL_PROPOSE, body)]
    form = bound or (forms.ProposeForm(bodies=bodies, levels=_levels()) if bodies else None)
    return render(request, "response/list.html", {"open": standing.open_ones(actor), "past": standing.past(actor),
                                                  "form": form, "proposing": bound is not None}, status=status)


def _levels(stand_down: bool = False) -> list[tuple[int, Any]]:
    found: list[tuple[int, Any]] = [(level.value, level.label) for level in by_height()]
    return [*found, (Level.NONE.value, _("stand down"))] if stand_down else found


@require_POST
@response_desk
def propose(request: HttpRequest) -> HttpResponseBase:
    """A level proposed by an officer: received from the flood command, or his own judgement."""
    actor, now = actor_of(request), clock.now()
    bodies = [(body, body_name(body)) for body in bodies_in_force(now.astimezone(ZONE).date())]
    form = forms.ProposeForm(request.POST, bodies=bodies, levels=_levels())
    if form.is_valid():
        values = form.cleaned_data
        try:
            made = levels.propose_level(values["body"], values["level"], by=actor, at=now, basis=values["basis"],
                                        note=values["note"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            assert made is not None
            return redirect("response", made.pk)
    return _list(request, form, 422)


@response_desk
def response(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One response: its level, the decision that waits, its numbers, its record."""
    return _show(request, get_response(request, uid))


def _show(request: HttpRequest, row: Response, act: str = "", bound: Any = None, status: int = 200) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    duty = Duty.objects.filter(pk=row.duty).first() if row.duty else None
    plan = in_force(row.body_id, now.astimezone(ZONE).date())
    confirming = declining = None
    text, first = "", False
    if row.wanted is not None and plan is not None:
        text = order_text_for(row, plan, row.wanted, row.number + 1, now)
        first = levels.is_first_of_two(row, plan)
        confirming = bound if act == "confirm" else forms.SeenForm(
            initial={"seen": row.version}, auto_id="confirm_%s") if first else forms.ConfirmForm(
            initial={"seen": row.version, "level": row.wanted, "text": text}, auto_id="confirm_%s",
            levels=_levels(stand_down=row.stage == Stage.ACTIVE))
        declining = bound if act == "decline" else forms.NoteForm(initial={"seen": row.version}, auto_id="decline_%s")
    return render(request, "response/response.html", {
        "one": standing.seen([row])[0], "numbers": board.numbers(row, now), "plan": plan, "act": act,
        "fallback": content_of(plan).confirm.fallback if plan else None,
        "duty": seen_duties([duty], now)[0] if duty else None, "confirming": confirming, "declining": declining,
        "first_of_two": first, "text": text,
        "may": may_confirm(actor, row.body_id, row.seconded_by), "steps": standing.history_of(row),
        "may_give": over(actor, Power.ORDER_GIVE, row.body_id), "may_propose": over(
            actor, Power.LEVEL_PROPOSE, row.body_id), "others": [
                (level, label) for level, label in _levels(stand_down=True) if level != row.level],
        "issuing": row.issued < row.wave}, status=status)


@require_POST
@response_desk
def decide(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """Confirm or decline what is proposed; propose another level of what is in force."""
    row, actor, now = get_response(request, uid), actor_of(request), clock.now()
    if act == "confirm":
        plan = in_force(row.body_id, now.astimezone(ZONE).date())
        form: Any = forms.SeenForm(request.POST, auto_id="confirm_%s") if plan and levels.is_first_of_two(
            row, plan) else forms.ConfirmForm(request.POST, auto_id="confirm_%s", levels=_levels(stand_down=True))
    elif act == "decline":
        form = forms.NoteForm(request.POST, auto_id="decline_%s")
    elif act == "change":
        return _change(request, row)
    else:
        raise NotFound(_("There is no such step."))
    if form.is_valid():
        values = form.cleaned_data
        try:
            if act == "decline":
                levels.decline(uid, by=actor, at=now, note=values["note"], seen=values["seen"])
                messages.success(request, _("Declined; the level stays as it is."))
            else:
                made = levels.confirm(uid, by=actor, at=now, level=values.get("level"), text=values.get("text", ""),
                                      note=values.get("note", ""), seen=values["seen"])
                messages.success(request, _("You confirmed as the first of two; another post confirms next.")
                                 if made.seconded_by else _("In force; the orders are given.")
                                 if made.level else _("Stood down; what was open is withdrawn."))
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return redirect("response", uid)
    return _show(request, row, act, form, 422)


def _change(request: HttpRequest, row: Response) -> HttpResponseBase:
    """Another level of a response that is in force, proposed by an officer with a reason."""
    code = request.POST.get("level", "")
    if code not in {str(level.value) for level in Level}:
        raise RuleBroken(_("There is no such level."), field="level", remedy=_("Choose one from the list."))
    levels.propose_level(row.body_id, int(code), by=actor_of(request), at=clock.now(), basis=Basis.OFFICER,
                         note=request.POST.get("note", ""))
    return redirect("response", row.pk)

