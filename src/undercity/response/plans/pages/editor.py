"""The editor 预案编辑: a text with line numbers, checked with findings by line, compared, and saved as a version."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import Conflict, RuleBroken
from undercity.org.queries import directory
from undercity.org.requests import actor_of
from undercity.response.plans import actions
from undercity.response.plans.forms import SendForm, TextForm
from undercity.response.plans.models import PlanVersion
from undercity.response.plans.pages.guard import plan_desk, planner, version
from undercity.response.plans.pages.plans import compared
from undercity.response.plans.queries import content_of, holders_now, in_force
from undercity.response.plans.queries.versions import newest
from undercity.response.plans.rules import PlanContent, PlanFaults, check, expand, parse
from undercity.response.plans.rules.lines import lines_of
from undercity.response.plans.rules.reading import BYTES_MAX, decoded
from undercity.response.plans.states import ROMAN

SKELETON = Path(__file__).resolve().parents[1] / "skeleton.toml"
SPARE_LINES = 3


@plan_desk
def plan_new(request: HttpRequest) -> HttpResponseBase:
    """A plan from nothing: the editor with a skeleton."""
    planner(request)
    if request.method == "POST":
        return _posted(request, None)
    return _editor(request, SKELETON.read_text(encoding="utf-8"), None, seen=None)


@plan_desk
def plan_edit(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A new version from this one."""
    row = version(request, uid)
    planner(request)
    if request.method == "POST":
        return _posted(request, row)
    last = newest(row.body_id, row.code)
    return _editor(request, row.file.text, row, seen=last.number if last else 0)


@require_POST
@plan_desk
def plan_upload(request: HttpRequest) -> HttpResponseBase:
    """A file from the planner's computer, shown in the editor and checked; nothing is stored yet."""
    planner(request)
    form = SendForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file first."))
        return redirect("plans")
    raw = form.cleaned_data["file"].read(BYTES_MAX + 1)
    try:
        text = decoded(raw)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("plans")
    return _editor(request, text, None, seen=None, checked=True)


def _posted(request: HttpRequest, row: PlanVersion | None) -> HttpResponseBase:
    form = TextForm(request.POST)
    form.is_valid()
    # Browsers send line ends in pairs; the file keeps single ones.
    text = form.cleaned_data.get("text", "").replace("\r\n", "\n")
    seen = form.cleaned_data.get("seen")
    if request.POST.get("act") != "save":
        return _editor(request, text, row, seen=seen, checked=True)
    try:
        saved = actions.save_draft(text, by=actor_of(request), at=clock.now(), seen=seen)
    except (RuleBroken, Conflict) as refusal:
        return _editor(request, text, row, seen=seen, checked=True, refusal=refusal)
    messages.success(request, _("Saved as version %(n)d.") % {"n": saved.number})
    return redirect("plan", saved.pk)


def _editor(request: HttpRequest, text: str, row: PlanVersion | None, *, seen: int | None, checked: bool = False,
            refusal: RuleBroken | Conflict | None = None) -> HttpResponse:
    rows = text.count("\n") + 1 + SPARE_LINES
    form = TextForm(initial={"text": text, "seen": seen})
    form.fields["text"].widget.attrs |= {"rows": rows, "aria-describedby": "plan-lines"}
    context: dict[str, Any] = {"form": form, "numbers": range(1, rows + 1), "row": row, "checked": checked,
                               "refusal": refusal, "newest": None, "faults": (), "marked": set()}
    status = 200 if refusal is None else refusal.status
    if checked:
        context |= _checked(text)
        if context["faults"] and status == 200:
            status = 422
        if refusal is not None and (wanted := refusal.details.get("newest")):
            context["newest"] = wanted
    return render(request, "plans/editor.html", context, status=status)


def _checked(text: str) -> dict[str, Any]:
    """What the check of a text says: faults of the file, or findings, what changes, and how many orders it brings."""
    try:
        content = parse(text)
    except PlanFaults as refusal:
        return {"faults": refusal.faults, "marked": {fault.line for fault in refusal.faults}}
    holders = holders_now()
    findings = check(content, holders, lines_of(text))
    body = directory().by_key.get(content.plan.body)
    current = in_force(body, clock.now().date()) if body is not None else None
    return {"findings": findings, "errors": sum(one.is_error for one in findings),
            "marked": {one.line for one in findings}, "counts": _counts(content, holders),
            "current": current, "difference": compared(content_of(current), content) if current else None}


def _counts(content: PlanContent, holders: Any) -> list[tuple[str, int, int]]:
    rows = []
    for level in content.levels_known:
        drafts = expand(content, level, holders)
        rows.append((ROMAN[level], len(drafts), len({draft.post for draft in drafts if draft.post})))
    return rows
