"""公众看到的预警: what is in force, in plain words, who issued it, what to do; and our own messages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from undercity import clock
from undercity.alerts.queries import bulletins, lines


def public_warnings(request: HttpRequest) -> HttpResponse:
    """What is in force now. Relayed, never authored: each says which office issued it."""
    now = clock.now()
    return render(request, "alerts/public.html", {
        "live": lines.public(now),
        "ours": [{"told": one, "languages": lines.languages(bulletins.alert_of(one.newest))}
                 for one in bulletins.holding(now)]})
