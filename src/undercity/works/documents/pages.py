"""Filing a document, reading it, taking it out."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, RuleBroken
from undercity.ledger.actions import look
from undercity.org.powers import can, require
from undercity.org.queries import directory
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.works.documents import actions, queries
from undercity.works.documents.files import path_of
from undercity.works.documents.forms import DocumentForm
from undercity.works.documents.states import Media
from undercity.works.models import Work
from undercity.works.queries import by_code, row_of
from undercity.works.terms.queries import in_force

TYPES = {Media.PDF: "application/pdf", Media.PICTURE: "image/jpeg"}


@officers_only
def file_document(request: HttpRequest, code: str) -> HttpResponseBase:
    """The form that files a document, and what it brings."""
    actor = actor_of(request)
    work = by_code(actor, code)
    if work is None:
        raise NotFound(_("There is no such work."), remedy=_("Check the code; it may also lie outside your area."))
    require(can(actor, Power.WORK_KEEP, directory().cards[work.keeper_id].path))
    kinds = [(one.code, str(one)) for one in in_force("document").values()]
    form = DocumentForm(*((request.POST, request.FILES) if request.method == "POST" else ()), kinds=kinds,
                        initial={"key": secrets.token_hex(12)})
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        given = values["file"]
        try:
            actions.file_document(work.uid, by=actor, at=clock.now(), kind=values["kind"], title=values["title"],
                                  raw=given.read() if given else None, file_name=given.name if given else "",
                                  client_key=values["key"])
        except RuleBroken as refusal:
            # A picture that is none says so of a photo; here it is the file.
            field = "file" if refusal.field == "photo" else refusal.field
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The document is filed."))
            return redirect("work", work.code)
    return render(request, "works/document.html", {
        "form": form, "work": row_of(work), "stops": in_force("refused").values()},
        status=422 if form.is_bound else 200)


@officers_only
def document(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The file of a document; that it was fetched is noted."""
    actor = actor_of(request)
    found = queries.document_for(actor, uid)
    if found is None or not found.paper.media or not path_of(found.paper.sha256, found.paper.media).exists():
        raise NotFound(_("There is no such document."), remedy=_("It may lie outside your area."))
    look(by=actor, subject_kind="document", subject=uid, fields=("file",), reason="download")
    media = Media(found.paper.media)
    # A file of somebody else's making opens in the reader's own program, never as a page of this site.
    response = FileResponse(path_of(found.paper.sha256, media).open("rb"), as_attachment=True,
                            filename=f"{found.document.work.code}-{found.document.kind}.{media.value}",
                            content_type=TYPES[media])
    response.headers["Cache-Control"] = "private, no-store"
    return response


@officers_only
@require_POST
def take_out(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take a document out."""
    actor = actor_of(request)
    row = actions.take_out(uid, by=actor, at=clock.now())
    messages.success(request, _("The document was taken out; the record keeps that it was there."))
    return redirect("work", Work.objects.get(uid=row.work_id).code)
