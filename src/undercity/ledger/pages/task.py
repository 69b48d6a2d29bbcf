"""One duty made from a template: the same page for every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.ledger import forms
from undercity.ledger.actions import tasks as steps
from undercity.ledger.lights import seen
from undercity.ledger.models import Duty, Task
from undercity.ledger.pictures import path_of, read_picture
from undercity.ledger.queries import tasks
from undercity.ledger.queries.agenda import templates
from undercity.ledger.rules import REFUSAL, Cycle
from undercity.org.powers import Actor, own
from undercity.org.queries import body_name, directory, post_titles, superior_of
from undercity.org.requests import actor_of, officers_only

CYCLES: dict[Cycle, Any] = {Cycle.DAY: gettext_lazy("every day"), Cycle.WEEK: gettext_lazy("every week"),
                            Cycle.MONTH: gettext_lazy("every month"), Cycle.QUARTER: gettext_lazy("every quarter"),
                            Cycle.YEAR: gettext_lazy("every year")}


def _get(request: HttpRequest, uid: UUID) -> Task:
    found = tasks.task_for(actor_of(request), uid)
    if found is None:
        raise NotFound(_("There is no such duty."), remedy=_("It may lie outside your area."))
    return found


@officers_only
def task(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What it is, until when, what must be shown, what happened so far."""
    return _show(request, _get(request, uid), "", None, 200)


def _show(request: HttpRequest, row: Task, step: str, bound: Any, status: int) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    duty = Duty.objects.filter(pk=row.duty).first() if row.duty else None
    template = templates().get(row.template)
    mine = duty is not None and bool(own(actor, duty.post_id, directory().cards[duty.body_id].path))
    offered = _offered(row, duty, actor) if mine and template else {}
    if step in offered:
        offered[step] = bound
    above = superior_of(duty.post_id) if duty and duty.post_id else None
    return render(request, "ledger/task.html", {
        "task": row, "template": template, "brief": row.brief.text if hasattr(row, "brief") else "",
        "duty": seen([duty], now)[0] if duty else None, "unit": body_name(duty.body_id if duty else row.body_id),
        "holder": post_titles([duty.post_id])[duty.post_id] if duty and duty.post_id else "",
        "cycle": CYCLES[template.cycle] if template else "",
        "above": post_titles([above.post])[above.post] if above else "", "steps": tasks.time_line(row),
        "forms": offered, "chosen": step or ("decide" if "decide" in offered else "done"), "mine": mine,
        "may_accept": mine and duty is not None and duty.accepted_at is None,
        "late": bool(row.due_at and row.ended_at and row.ended_at > row.due_at)}, status=status)


def _offered(row: Task, duty: Duty | None, actor: Actor) -> dict[str, Any]:
    first = {"initial": {"seen": row.version}}
    if duty is not None and duty.kind == REFUSAL:
        return {"decide": _form("decide", row, actor, **first)}
    return {step: _form(step, row, actor, **first) for step in ("done", "hand_over", "refuse")}


def _form(step: str, row: Task, actor: Actor, data: Any = None, files: Any = None, **more: Any) -> forms.StepForm:
    given = {"data": data, "files": files, "auto_id": f"{step}_%s", **more}
    if step == "done":
        return forms.DoneForm(template=templates()[row.template], **given)
    if step == "hand_over":
        return forms.HandOverForm(posts=tasks.named(tasks.may_receive(actor, actor.post)), **given)
    return forms.DecisionForm(**given) if step == "decide" else forms.StepForm(**given)


def _done(uid: UUID, form: Any, **who: Any) -> None:
    pictures = [read_picture(file.read()) for file in form.cleaned_data["photos"]]
    steps.report_done(uid, note=form.cleaned_data["note"], photos=pictures, counts=form.counts(), **who)


def _refuse(uid: UUID, form: Any, **who: Any) -> None:
    steps.refuse(uid, reason=form.cleaned_data["note"], **who)


def _hand_over(uid: UUID, form: Any, **who: Any) -> None:
    steps.hand_over(uid, to=form.cleaned_data["to"], note=form.cleaned_data["note"], **who)


def _decide(uid: UUID, form: Any, **who: Any) -> None:
    steps.decide_refusal(uid, agreed=form.cleaned_data["agreed"], note=form.cleaned_data["note"], **who)


MADE: dict[str, Callable[..., None]] = {"done": _done, "refuse": _refuse, "hand_over": _hand_over, "decide": _decide}


@officers_only
@require_POST
def task_step(request: HttpRequest, uid: UUID, step: str) -> HttpResponseBase:
    """Take one step."""
    row, actor = _get(request, uid), actor_of(request)
    if step not in MADE or row.template not in templates():
        raise NotFound(_("There is no such step."))
    form = _form(step, row, actor, request.POST, request.FILES)
    if form.is_valid():
        try:
            MADE[step](uid, form, by=actor, at=clock.now(), seen=form.cleaned_data["seen"])
        except RuleBroken as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
        else:
            messages.success(request, _("Done."))
            return redirect("task", uid)
    return _show(request, row, step, form, 422)


@officers_only
@require_POST
def accept(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """签收: seen and taken on."""
    from undercity.ledger.actions import accept_duty

    row = _get(request, uid)
    if row.duty is not None:
        accept_duty(row.duty, by=actor_of(request), at=clock.now())
        messages.success(request, _("Accepted."))
    return redirect("task", uid)


@officers_only
def task_photo(request: HttpRequest, photo: UUID) -> HttpResponseBase:
    """A photo of a duty, for whoever may see the duty."""
    row = tasks.photo_for(actor_of(request), photo)
    if row is None or not path_of(row.sha256).exists():
        raise NotFound(_("There is no such photo."))
    response = FileResponse(path_of(row.sha256).open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response
