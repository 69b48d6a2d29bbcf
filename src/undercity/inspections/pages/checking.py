"""Pages of a check: the form while it is open or looked at again, what was found, its pictures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.inspections import rules
from undercity.inspections.actions import checking
from undercity.inspections.forms import CheckForm
from undercity.inspections.models import Inspection
from undercity.inspections.queries import inspections as queries
from undercity.inspections.queries.checklists import version_of
from undercity.inspections.states import Status
from undercity.ledger.lights import seen
from undercity.ledger.models import Duty
from undercity.ledger.pictures import Picture, path_of, read_picture
from undercity.org.queries import body_name, directory, post_titles
from undercity.org.requests import actor_of, officers_only
from undercity.places.models import Place
from undercity.places.queries import name_of


def _get(request: HttpRequest, uid: UUID) -> Inspection:
    found = queries.check_for(actor_of(request), uid)
    if found is None:
        raise NotFound(_("There is no such check."), remedy=_("It may lie outside your area."))
    return found


@officers_only
def inspection(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A check: its form while somebody has to look, and what was found."""
    row = _get(request, uid)
    if request.method != "POST" or row.duty is None:
        return _show(request, row, None, 200 if request.method != "POST" else 409)
    form = CheckForm(request.POST, request.FILES, items=queries.items_now(row))
    if form.is_valid():
        try:
            done = checking.finish_check(
                uid, by=actor_of(request), at=clock.now(), answers=form.answers(), notes=form.notes(),
                photos=_pictures(form), seen=form.cleaned_data["seen"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The check is recorded: nothing is wrong.") if not done.failing else ngettext(
                "The check is recorded: %(n)d finding.", "The check is recorded: %(n)d findings.",
                len(done.failing)) % {"n": len(done.failing)})
            return redirect("inspection", uid)
    return _show(request, row, form, 422)


def _pictures(form: CheckForm) -> list[tuple[str, Picture]]:
    found = []
    for item, file in form.pictures():
        try:
            found.append((item, read_picture(file.read())))
        except RuleBroken as refusal:
            refusal.field = f"{item}-photo"
            raise
    return found


def _show(request: HttpRequest, row: Inspection, form: CheckForm | None, status: int) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    duty = Duty.objects.filter(pk=row.duty).first() if row.duty else None
    may = duty and rules.may_check(actor, post=duty.post_id, path=directory().cards[row.body_id].path)
    if form is None and duty is not None:
        form = CheckForm(initial={"seen": row.version}, items=queries.items_now(row))
    lines, general = queries.lines_of(row)
    return render(request, "inspections/check.html", {
        "check": row, "checklist": version_of(row.checklist, row.since), "place": row.place,
        "name": name_of(row.place, now), "keeper": body_name(row.body_id), "form": form, "may": may,
        "duty": seen([duty], now)[0] if duty else None, "lines": lines if row.status == Status.DONE else [],
        "general": general, "steps": queries.steps_of(row.pk),
        "holder": post_titles([duty.post_id])[duty.post_id] if duty and duty.post_id else "",
        "late": bool(row.due_at and row.done_at and row.done_at > row.due_at and not row.again)}, status=status)


@officers_only
@require_POST
def begin_inspection(request: HttpRequest, place: str) -> HttpResponseBase:
    """Begin a check of a place, or go on with the one that waits."""
    row = Place.objects.filter(key=place).first()
    if row is None:
        raise NotFound(_("There is no such place."), remedy=_("It may lie outside your area."))
    made = checking.begin_check(row.pk, request.POST.get("checklist", ""), by=actor_of(request), at=clock.now())
    return redirect("inspection", made.pk)


@officers_only
def inspection_photo(request: HttpRequest, photo: UUID) -> HttpResponseBase:
    """A picture of a check or of boards, for whoever may see it."""
    row: Any = queries.photo_for(actor_of(request), photo)
    if row is None or not path_of(row.sha256).exists():
        raise NotFound(_("There is no such photo."))
    response = FileResponse(path_of(row.sha256).open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response
