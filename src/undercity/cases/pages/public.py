"""From a typed code to its receipt; the photos."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from undercity.cases.models import Photo
from undercity.cases.queries.visible import visible_to
from undercity.errors import NotFound
from undercity.ledger.pictures import path_of
from undercity.org.powers import POST
from undercity.org.requests import actor_of


def find_receipt(request: HttpRequest) -> HttpResponseBase:
    """From a typed code to the receipt."""
    token = request.GET.get("token", "").strip().rsplit("/", 1)[-1]
    if not token:
        raise NotFound(_("There is no receipt with this code."), remedy=_("Type the code from your receipt."))
    return redirect("receipt", token)


def photo(request: HttpRequest, photo: UUID) -> HttpResponseBase:
    """A photo: public ones for everybody, others for officers who may see the case."""
    row = Photo.objects.select_related("case").filter(pk=photo, erased_at__isnull=True).first()
    actor = actor_of(request)
    allowed = row is not None and (row.is_public or (
        actor.kind == POST and visible_to(actor).filter(pk=row.case.pk).exists()))
    if row is None or not allowed or not path_of(row.sha256).exists():
        raise NotFound(_("There is no such photo."))
    response = FileResponse(path_of(row.sha256).open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "public, max-age=86400" if row.is_public else "private, no-store"
    return response
