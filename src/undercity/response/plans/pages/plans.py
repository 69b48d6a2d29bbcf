"""The list of plans; one version as a table and as a time-line; its versions, what changed, its file; publishing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.org.requests import actor_of
from undercity.org.states import Power
from undercity.response.plans import actions
from undercity.response.plans.drawing import bands, time_line
from undercity.response.plans.forms import PublishForm, SendForm, WithdrawForm
from undercity.response.plans.models import PlanVersion
from undercity.response.plans.pages.guard import plan_desk, version
from undercity.response.plans.queries import content_of, holders_now, in_force, versions
from undercity.response.plans.queries.telling import OrderLine, chinese, order_lines, where
from undercity.response.plans.queries.versions import lines, plans as all_plans
from undercity.response.plans.rules import PlanContent, check, compare
from undercity.response.plans.rules.lines import lines_of
from undercity.response.plans.states import LEVELS, MOVES, Stage, Verb


@plan_desk
def plans(request: HttpRequest) -> HttpResponse:
    """预案: every plan of the area, the version in force first; a new one, or a file from elsewhere."""
    actor = actor_of(request)
    return render(request, "plans/list.html", {
        "rows": all_plans(actor, clock.now().date()), "may_write": actor.holds(Power.PLAN_EDIT), "form": SendForm()})


@plan_desk
def plan(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One version: what it says, how it stands, what can be done with it."""
    return _show(request, version(request, uid))


def _show(request: HttpRequest, row: PlanVersion, bound: Any = None, act: str = "", status: int = 200) -> HttpResponse:
    content, holders, today = content_of(row), holders_now(), clock.now().date()
    told = order_lines(content, holders)
    view = "time" if request.GET.get("view") == "time" else "table"
    may = actions.may_edit(actor_of(request), row.body_id)
    current = in_force(row.body_id, today)
    context: dict[str, Any] = {
        "line": lines([row], today)[0], "content": content, "view": view, "may": may, "act": act,
        "reached": [(where(one.at, holders), one) for one in content.reached],
        "groups": grouped(content, told), "moves": _moves(row, content, bound, act) if may else [],
        "title": content.plan.zh if chinese() else content.plan.en,
        "current": current if current is not None and current.pk != row.pk else None}
    if view == "time":
        context["picture"] = mark_safe(picture(content, told))
    if row.stage == Stage.DRAFT:
        context["findings"] = check(content, holders, lines_of(row.file.text))
    return render(request, "plans/plan.html", context, status=status)


def grouped(content: PlanContent, told: list[OrderLine]) -> list[tuple[str, str, list[OrderLine]]]:
    """Orders under the level that brings them, the lightest first; those of a condition last."""
    groups = []
    for level in LEVELS:
        name = content.level_name(level)
        rows = [one for one in told if one.order.level == level]
        if name is not None or rows:
            title = (name.zh if chinese() else name.en) if name else ""
            groups.append((f"level{level}", title, rows))
    rest = [one for one in told if one.order.when is not None]
    return [*groups, *([("conditions", _("On a condition"), rest)] if rest else [])]


def picture(content: PlanContent, told: list[OrderLine]) -> str:
    """The time-line of all groups."""
    groups = [(title, bands(content, [one.order for one in rows], {one.order.key: one.text for one in rows}))
              for _key, title, rows in grouped(content, told) if rows]
    return time_line(groups, _("Time-line of the plan"), _("minutes"))


def _moves(row: PlanVersion, content: PlanContent, bound: Any, act: str) -> list[tuple[str, Any, str, str]]:
    today = clock.now().date()
    found = []
    if Verb.PUBLISH in MOVES[Stage(row.stage)]:
        form = bound if act == "publish" else PublishForm(auto_id="publish_%s", initial={
            "seen": row.version, "valid_from": max(content.plan.valid_from, today)})
        found.append(("publish", form, _("Publish"), _("It is in force from that day and is never changed again; the "
                                                      "version in force until then is replaced.")))
    if Verb.WITHDRAW in MOVES[Stage(row.stage)]:
        form = bound if act == "withdraw" else WithdrawForm(auto_id="withdraw_%s", initial={"seen": row.version})
        draft = row.stage == Stage.DRAFT
        found.append(("withdraw", form, _("Put aside") if draft else _("Withdraw"),
                      _("The draft stays in the history and can be taken up from there.") if draft else
                      _("The version before it holds again; where there is none, the body has no plan.")))
    return found


@require_POST
@plan_desk
def plan_act(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """Publish or withdraw a version."""
    row = version(request, uid)
    if act not in {"publish", "withdraw"}:
        raise NotFound(_("There is no such step."))
    form: Any = (PublishForm if act == "publish" else WithdrawForm)(request.POST, auto_id=f"{act}_%s")
    if form.is_valid():
        said = form.cleaned_data
        who: dict[str, Any] = {"by": actor_of(request), "at": clock.now()}
        try:
            if act == "publish":
                actions.publish(uid, valid_from=said["valid_from"], note=said["note"], seen=said["seen"], **who)
            else:
                actions.withdraw(uid, note=said["note"], seen=said["seen"], **who)
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Published.") if act == "publish" else _("Withdrawn."))
            return redirect("plan", uid)
    return _show(request, row, form, act, 422)


@plan_desk
def plan_history(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Every version of this plan, who saved and published it, and what it changed."""
    row = version(request, uid)
    rows = list(versions(actor_of(request), row.body_id, row.code))
    told = lines(rows, clock.now().date())
    before = dict(zip([one.pk for one in rows], [*rows[1:], None], strict=True))
    return render(request, "plans/history.html", {
        "line": next((one for one in told if one.row.pk == row.pk), told[0]), "rows": [
            (one, before[one.row.pk]) for one in told], "row": row})


@plan_desk
def plan_difference(request: HttpRequest, uid: UUID, other: UUID) -> HttpResponseBase:
    """What changed from one version (`other`) to this one, order by order."""
    row, was = version(request, uid), version(request, other)
    return render(request, "plans/difference.html", {
        "row": row, "was": was, "title": row.file.title_zh if chinese() else row.file.title_en,
        **compared(content_of(was), content_of(row))})


def compared(was: PlanContent, now: PlanContent) -> dict[str, Any]:
    """A comparison as the pages show it."""
    found, holders = compare(was, now), holders_now()
    return {"found": found, "added": order_lines(now, holders, found.added),
            "removed": order_lines(was, holders, found.removed),
            "changed": list(zip(order_lines(now, holders, [one.now for one in found.changed]), found.changed,
                                strict=True))}


@plan_desk
def plan_file(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The file of a version, byte for byte as it was saved."""
    row = version(request, uid)
    answer = HttpResponse(row.file.text.encode(), content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{row.code}-{row.label}')}.toml"
    return answer
