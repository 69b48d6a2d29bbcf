"""Public notices 公告, posted and taken down."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import RuleBroken
from undercity.org.requests import actor_of
from undercity.places.queries import name_of, with_names
from undercity.places.seasons import forms, queries
from undercity.places.seasons.actions.announcing import end_announcement, post_announcement
from undercity.places.seasons.pages.gate import season_desk


@season_desk
def announcements(request: HttpRequest) -> HttpResponseBase:
    """Every announcement, and a form for one more."""
    now = clock.now()
    if request.method != "POST":
        first = {"starts": now.replace(second=0, microsecond=0), "key": secrets.token_hex(12)}
        return _show(request, forms.AnnounceForm(initial=first, places=_places()), 200)
    form = forms.AnnounceForm(request.POST, places=_places())
    if form.is_valid():
        try:
            values = form.cleaned_data
            post_announcement(by=actor_of(request), at=now, zh=values["zh"], en=values["en"], place=values["place"],
                              starts=values["starts"], ends=values["ends"], client_key=values["key"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Announced."))
            return redirect("announcements")
    return _show(request, form, 422)


def _places() -> list[tuple[int, str]]:
    now = clock.now()
    rows = queries.visible_places(now.year).prefetch_related(with_names()).order_by("key")
    return [(row.pk, name_of(row, now)) for row in rows]


def _show(request: HttpRequest, form: Any, status: int) -> HttpResponse:
    now = clock.now()
    rows = [{"notice": one, "place": name_of(one.row.place, now) if one.row.place else "",
             "over": one.row.ends is not None and one.row.ends <= now, "ahead": one.row.starts > now}
            for one in queries.all_announcements()]
    return render(request, "seasons/announcements.html", {"tab": "announcements", "rows": rows, "form": form},
                  status=status)


@require_POST
@season_desk
def announcement_end(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take one down."""
    end_announcement(uid, by=actor_of(request), at=clock.now())
    messages.success(request, _("Taken down."))
    return redirect("announcements")
