"""The page behind the link of a message: what is asked, and one button. Nobody signs in; looking changes nothing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from undercity import clock
from undercity.notices.actions import links


@never_cache
def notice_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows, POST says "received". Programs that look a link over before a reader does only ever GET."""
    asker = request.META.get("REMOTE_ADDR", "")
    if request.method == "POST":
        links.acknowledge(token, asker=asker, at=clock.now())
        messages.success(request, _("Received. Thank you."))
        return redirect("notice_link", token)
    there = links.opened(token, asker=asker)
    answer: HttpResponse = render(request, "notices/link.html", {
        "words": there.words, "received": there.received, "button": there.can_be_received, "notice": there.notice,
        "drill": there.notice.timeline != clock.REAL})
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
