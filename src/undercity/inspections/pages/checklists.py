"""Checklists to read, and an administrator's file to check or to take in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from undercity.errors import NotFound, Refused
from undercity.inspections.actions.checklists import FILE_MAX, judge, upload
from undercity.inspections.forms import FileForm
from undercity.inspections.pages.gate import readiness_desk
from undercity.inspections.queries.checklists import checklists, topics, versions_of
from undercity.inspections.rules import may_change
from undercity.org.powers import require
from undercity.org.requests import actor_of
from undercity.places.states import PlaceUse


@readiness_desk
def readiness_checklists(request: HttpRequest) -> HttpResponse:
    """Every checklist in force, by topic."""
    return _list(request, FileForm(), 200)


def _list(request: HttpRequest, form: FileForm, status: int, judged: list[tuple[str, str, str, int]] | None = None,
          ) -> HttpResponse:
    known = checklists().values()
    return render(request, "inspections/checklists.html", {
        "tab": "checklists", "form": form, "judged": judged, "may": bool(may_change(actor_of(request))),
        "topics": [(one, [row for row in known if row.topic == one.code]) for one in topics().values()]},
        status=status)


@readiness_desk
def readiness_checklist(request: HttpRequest, code: str) -> HttpResponse:
    """One checklist, item by item, and its versions."""
    versions = versions_of(code)
    if not versions:
        raise NotFound(_("There is no such checklist."))
    asked = request.GET.get("version", "")
    shown = next((one for one in versions if one.template.valid_from.isoformat() == asked),
                 checklists().get(code) or versions[0])
    return render(request, "inspections/checklist.html", {
        "tab": "checklists", "shown": shown, "versions": versions, "topic": topics().get(shown.topic),
        "uses": [PlaceUse(one).label for one in shown.uses]})


@require_POST
@readiness_desk
def readiness_checklists_send(request: HttpRequest) -> HttpResponseBase:
    """Check a file, or take it in: the button says which."""
    actor = actor_of(request)
    require(may_change(actor))
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, 422)
    file = form.cleaned_data["file"]
    content = file.read(FILE_MAX + 1)
    try:
        if request.POST.get("act") == "store":
            count = upload(file.name, content, by=actor)
            messages.success(request, ngettext("%(n)d block is in force from its day.",
                                               "%(n)d blocks are in force from their days.", count) % {"n": count})
            return redirect("readiness_checklists")
        return _list(request, form, 200, judge(file.name, content, by=actor))
    except Refused as refusal:
        form.add_error("file", f"{refusal} {refusal.remedy or ''}".strip())
        return _list(request, form, 422)
