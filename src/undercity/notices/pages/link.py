"""The page behind the link of a message: what is asked, and one button. Nobody signs in; looking changes nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from undercity import clock
from undercity.notices.actions import links


@csrf_exempt  # The secret in the address says who may; no cookie is looked at, and readers inside chats keep none.
@never_cache
def notice_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows, POST says "received". Programs that look a link over before a reader does only ever GET."""
    asker = request.META.get("REMOTE_ADDR", "")
    if request.method == "POST":
        links.acknowledge(token, asker=asker, at=clock.now())
        return redirect("notice_link", token)
    there = links.opened(token, asker=asker)
    answer: HttpResponse = render(request, "notices/link.html", {
        "words": there.words, "received": there.received, "button": there.can_be_received, "notice": there.notice,
        "drill": there.notice.timeline != clock.REAL})
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
