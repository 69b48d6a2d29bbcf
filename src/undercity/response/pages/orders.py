"""My orders, and one order: on a phone at three in the morning."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.actions import look
from undercity.ledger.pictures import read_picture
from undercity.notices.queries.reach import telephones
from undercity.org.powers import Actor, Decision
from undercity.org.queries import directory
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.response import forms
from undercity.response.actions import answering
from undercity.response.models import Order
from undercity.response.order_facts import SUBJECT
from undercity.response.pages.board import posts_under
from undercity.response.plans.states import OrderVerb
from undercity.response.powers import may_answer, over
from undercity.response.queries import board, order_story
from undercity.response.queries.words import words_of
from undercity.response.states import HOLDERS_STEPS, MOVES, OPEN_STANDINGS, How, Standing, Step


@require_safe
@officers_only
def orders(request: HttpRequest) -> HttpResponseBase:
    """My open orders, the most urgent first; all acknowledged in one tap."""
    actor, now = actor_of(request), clock.now()
    lines = board.mine(actor.post, clock.timeline(), now)
    return render(request, "response/mine.html", {
        "lines": lines, "unanswered": sum(line.row.standing == Standing.ISSUED for line in lines)})


@require_POST
@officers_only
def orders_acknowledge(request: HttpRequest) -> HttpResponseBase:
    """All of mine acknowledged."""
    done = answering.acknowledge_all(by=actor_of(request), at=clock.now())
    messages.success(request, _("Acknowledged: %(count)d.") % {"count": len(done)})
    return redirect("orders")


def get_order(request: HttpRequest, uid: UUID) -> tuple[Order, Decision]:
    """An order the reader may see: his own, his body's, or one of a response he sees; and whether he may answer."""
    actor = actor_of(request)
    row = board.order_for(uid, clock.timeline())
    if row is None:
        raise NotFound(_("There is no such order."))
    may = may_answer(actor, row.post_id, directory().cards[row.body_id].path, row.response.body_id)
    if not may and actor.body != row.body_id and not over(actor, Power.RESPONSE_READ, row.response.body_id):
        raise NotFound(_("There is no such order."))
    return row, may


@require_safe
@officers_only
def order(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One order: what, where, until when; what can be done with it; its record."""
    row, may = get_order(request, uid)
    return _show(request, row, may)


def _show(request: HttpRequest, row: Order, may: Decision, act: str = "", bound: Any = None,
          status: int = 200) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    gives = over(actor, Power.ORDER_GIVE, row.response.body_id)
    telephone = _by_telephone(actor, row)
    offered = [(step.value, step.label, bound if step == act else _form(step, row, telephone),
                may if step in HOLDERS_STEPS else gives) for step in MOVES[Standing(row.standing)]]
    return render(request, "response/order.html", {
        "numbers": _numbers(actor, row) if telephone and gives else [], "send": _send(actor, row),
        "line": board.lines([row], now)[0], "row": row, "offered": offered, "act": act, "telephone": telephone,
        "steps": order_story.steps_of(row), "photos": order_story.photos_of(row),
        "chain": order_story.chain_of(row)}, status=status)


def _send(actor: Actor, row: Order) -> str:
    """Where what an order to send somebody needs is entered, with its words and its place; the order enters it once."""
    sends = row.verb in (OrderVerb.SEND_TEAM, OrderVerb.SEND_PUMP) and row.standing in OPEN_STANDINGS
    if not sends or not actor.holds(Power.FORCE_SEND):
        return ""
    what = words_of([row])[row.uid]
    return f"{reverse('force_needs')}?" + urlencode({
        "what": what, "place": row.place.key if row.place else "", "key": f"order-{row.pk}"})


def _numbers(actor: Actor, row: Order) -> list[str]:
    """Whom to dial when an order stays unanswered; that somebody saw the numbers is noted."""
    if row.standing != Standing.ISSUED or row.post_id is None or actor.post is None:
        return []
    found = telephones(row.post_id)
    if found:
        look(by=actor, subject_kind=SUBJECT, subject=row.pk, fields=["phone"], reason=_("an order nobody answers"))
    return found


def _by_telephone(actor: Actor, row: Order) -> bool:
    return row.post_id is not None and actor.post != row.post_id


def _form(step: Step, row: Order, telephone: bool, request: HttpRequest | None = None) -> Any:
    """The form of a step; None: one tap."""
    data = (request.POST, request.FILES) if request is not None else ()
    rest: dict[str, Any] = {"initial": {"seen": row.version}, "auto_id": f"{step.value}_%s"}
    if step is Step.FINISH:
        return forms.FinishForm(*data, evidence=row.evidence, telephone=telephone, **rest)
    if step is Step.PASS_ON:
        return forms.PassOnForm(*data, posts=posts_under(row.response.body_id), **rest)
    if step in (Step.REFUSE, Step.WITHDRAW):
        return forms.NoteForm(*data, **rest)
    return forms.SeenForm(*data, **rest)


@require_POST
@officers_only
def order_step(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """One step of an order."""
    row, may = get_order(request, uid)
    if act not in Step.values:
        raise NotFound(_("There is no such step."))
    step, actor = Step(act), actor_of(request)
    form = _form(step, row, _by_telephone(actor, row), request)
    if form.is_valid():
        try:
            _carry_out(step, uid, form.cleaned_data, actor)
        except RuleBroken as refusal:
            field = "photos" if refusal.field == "photo" else refusal.field
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Done."))
            return redirect("orders") if request.POST.get("next") == "orders" else redirect("order", uid)
    return _show(request, row, may, act, form, 422)


def _carry_out(step: Step, uid: UUID, values: dict[str, Any], actor: Actor) -> None:
    who: dict[str, Any] = {"by": actor, "at": clock.now(), "seen": values.get("seen")}
    if step is Step.ACKNOWLEDGE:
        answering.acknowledge(uid, how=How.PAGE, **who)
    elif step is Step.BEGIN:
        answering.begin(uid, **who)
    elif step is Step.FINISH:
        answering.finish(uid, note=values.get("note", ""), count=values.get("count"),
                         photos=[read_picture(file.read()) for file in values.get("photos") or []], **who)
    elif step is Step.REFUSE:
        answering.refuse(uid, note=values["note"], **who)
    elif step is Step.PASS_ON:
        answering.pass_on(uid, post=values["post"], note=values["note"], **who)
    else:
        answering.withdraw(uid, note=values["note"], **who)
