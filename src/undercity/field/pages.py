"""The field's doors: the page, what it carries with it, who is signed in, and what was recorded."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import Conflict, InvalidMove, NotAllowed, NotFound, Refused
from undercity.field.actions import take
from undercity.field.kinds import PHOTOS_MAX, doing
from undercity.field.queries import day_of, title_of
from undercity.field.rules import Sent, read_action
from undercity.field.shell import version
from undercity.org.requests import actor_of, officers_only

# Refusals that mean: it is no longer as you saw it. The phone shows both side by side.
MOVED_ON = (Conflict, InvalidMove, NotAllowed)


def field(request: HttpRequest) -> HttpResponse:
    """The page itself: the same for everybody and without anything in it, so that a phone may keep it."""
    response = render(request, "field/field.html", {"photos_max": PHOTOS_MAX})
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Field-Version"] = version()
    return response


def _data(said: dict[str, Any], status: int = 200) -> JsonResponse:
    response = JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@officers_only
def today(request: HttpRequest) -> HttpResponse:
    """Today's tasks, forms and map of whoever is signed in."""
    return _data(day_of(actor_of(request), clock.now()))


@never_cache
@officers_only
def session(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and a fresh form token: asked before a queue is sent."""
    actor = actor_of(request)
    return _data({"who": str(actor.person), "title": title_of(actor), "token": get_token(request)})


@officers_only
@require_POST
def actions(request: HttpRequest) -> HttpResponse:
    """Take one action: the field `action` as JSON, its photos as files `photo`. The same key again answers the same."""
    actor, sent = actor_of(request), read_action(request.POST.get("action"))
    # One byte more than is taken says that there was too much.
    photos = [file.read(settings.PHOTO_MAX_BYTES + 1) for file in request.FILES.getlist("photo")]
    try:
        row, first = take(sent, photos, by=actor, at=clock.now())
    except Refused as refusal:
        if isinstance(refusal, MOVED_ON) or (isinstance(refusal, NotFound) and refusal.field != "doing"):
            refusal.details = {**refusal.details, "now": _now(sent, request)}
        raise
    return _data({"key": str(row.key), "first": first, **row.answer})


def _now(sent: Sent, request: HttpRequest) -> dict[str, Any] | None:
    """How the subject stands, for whoever may see it."""
    if sent.subject is None:
        return None
    actor = actor_of(request)
    found = doing(sent.doing).now(actor, sent.subject, sent.seen) if sent.who == str(actor.person) else None
    return found or {"number": "", "state": "gone", "state_label": _("not to be found, or not yours to see"),
                     "version": None, "changes": [], "allowed": []}
