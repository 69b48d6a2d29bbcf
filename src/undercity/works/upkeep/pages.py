"""Pages of checks: the form while it is open, what was found when it is done."""

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
from undercity.ledger.lights import seen
from undercity.ledger.models import Duty
from undercity.ledger.pictures import Picture, path_of, read_picture
from undercity.org.queries import body_name, directory, post_titles
from undercity.org.requests import actor_of, officers_only
from undercity.works.queries import by_code, row_of
from undercity.works.terms.queries import in_force, rhythm_of
from undercity.works.upkeep import actions, queries, rules
from undercity.works.upkeep.forms import CheckForm
from undercity.works.upkeep.models import UpkeepCheck
from undercity.works.upkeep.states import CheckStatus


def _get(request: HttpRequest, uid: UUID) -> UpkeepCheck:
    found = queries.check_for(actor_of(request), uid)
    if found is None:
        raise NotFound(_("There is no such check."), remedy=_("It may lie outside your area."))
    return found


def _form(data: Any = None, files: Any = None, **more: Any) -> CheckForm:
    return CheckForm(data, files, standards=list(in_force("standard").values()),
                     banned=list(in_force("banned").values()), **more)


@officers_only
def check(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The form of an open check, and its answer; a check that is done with what was found."""
    row = _get(request, uid)
    if row.status == CheckStatus.DONE:
        return _done(request, row)
    if request.method != "POST":
        return _show(request, row, _form(initial={"seen": row.version}), 200)
    form = _form(request.POST, request.FILES)
    if form.is_valid():
        try:
            done = actions.finish_check(
                uid, by=actor_of(request), at=clock.now(), answers=form.answers(), notes=form.notes(),
                photos=_pictures(form), banned=form.found(), seen=form.cleaned_data["seen"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The check is recorded: nothing is wrong.") if not done.failed else ngettext(
                "The check is recorded: %(n)d finding.", "The check is recorded: %(n)d findings.",
                done.failed) % {"n": done.failed})
            return redirect("check", uid)
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


def _show(request: HttpRequest, row: UpkeepCheck, form: CheckForm, status: int) -> HttpResponse:
    actor = actor_of(request)
    duty = Duty.objects.filter(pk=row.duty).first() if row.duty else None
    may = rules.may_check(actor, post=duty.post_id if duty else None, path=directory().cards[row.body_id].path)
    rhythm = in_force("rhythm").get(row.rhythm)
    return render(request, "works/check.html", {
        "check": row, "work": row_of(row.work), "form": form, "may": may, "keeper": body_name(row.body_id),
        "rhythm": rhythm_of(rhythm) if rhythm else None, "duty": seen([duty], clock.now())[0] if duty else None,
        "holder": post_titles([duty.post_id])[duty.post_id] if duty and duty.post_id else "",
    }, status=status)


def _done(request: HttpRequest, row: UpkeepCheck) -> HttpResponse:
    standards, banned, general = queries.items_of(row)
    rhythm = in_force("rhythm").get(row.rhythm)
    return render(request, "works/checked.html", {
        "check": row, "work": row_of(row.work), "items": standards, "banned": banned, "general": general,
        "keeper": body_name(row.body_id), "rhythm": rhythm_of(rhythm) if rhythm else None,
        "who": post_titles([row.done_by])[row.done_by] if row.done_by else "",
        "late": bool(row.due_at and row.done_at and row.done_at > row.due_at)})


@officers_only
@require_POST
def begin_check(request: HttpRequest, code: str) -> HttpResponseBase:
    """Begin a check of a work, or go on with the one that waits."""
    actor = actor_of(request)
    work = by_code(actor, code)
    if work is None:
        raise NotFound(_("There is no such work."), remedy=_("Check the code; it may also lie outside your area."))
    return redirect("check", actions.begin_check(work.uid, by=actor, at=clock.now()).pk)


@officers_only
def check_photo(request: HttpRequest, photo: UUID) -> HttpResponseBase:
    """A picture of a check, for whoever may see the work."""
    row = queries.photo_for(actor_of(request), photo)
    if row is None or not path_of(row.sha256).exists():
        raise NotFound(_("There is no such photo."))
    response = FileResponse(path_of(row.sha256).open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response
