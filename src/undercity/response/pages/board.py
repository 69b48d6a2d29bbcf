"""The live board, and orders given by hand."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from undercity import clock
from undercity.errors import RuleBroken
from undercity.org.models import Post
from undercity.org.powers import require
from undercity.org.queries import body_name, directory, post_titles
from undercity.org.requests import actor_of
from undercity.org.states import Power
from undercity.response import forms
from undercity.response.actions.answering import give_by_hand
from undercity.response.models import Response
from undercity.response.pages.levels import get_response, response_desk
from undercity.response.plans.states import OrderVerb
from undercity.response.powers import over
from undercity.response.queries import board
from undercity.response.states import Standing

# The board asks again after so many seconds.
EVERY_SECONDS = 5


def _asked(request: HttpRequest, row: Response) -> dict[str, Any]:
    """What the reader narrowed the board to; anything unknown narrows nothing."""
    standings = {*Standing.values, board.SILENT, board.LATE}
    standing, verb, area = (request.GET.get(name, "") for name in ("standing", "verb", "area"))
    known = area.isdecimal() and len(area) < 10 and int(area) in directory().cards
    return {"standing": standing if standing in standings else "", "verb": verb if verb in OrderVerb.values else "",
            "area": int(area) if known else None,
            "words": request.GET.get("words", "").replace("\0", "").strip()[:60]}


def _page(request: HttpRequest) -> int:
    number = request.GET.get("page", "1")
    return int(number) if number.isdecimal() and 0 < len(number) < 6 else 1


def _part(request: HttpRequest, row: Response) -> dict[str, Any]:
    now, asked, number = clock.now(), _asked(request, row), _page(request)
    tallies = board.tallies(row, now)
    numbers = board.numbers_of(tallies)
    rows = board.narrowed(row, now, **asked)
    found = rows.count() if any(asked.values()) else sum(numbers.counts.values())
    query = request.GET.copy()
    query.pop("page", None)
    return {"row": row, "numbers": numbers, "lines": board.page(rows, now, number), "found": found,
            "page": number, "pages": max(1, -(-found // board.PAGE)), "asked": asked, "query": query.urlencode(),
            "areas": board.by_area(row, tallies), "at": now}


@require_safe
@response_desk
def response_board(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """How the orders stand, now."""
    row = get_response(request, uid)
    return render(request, "response/board.html", {
        **_part(request, row), "every": EVERY_SECONDS, "verbs": OrderVerb.choices,
        "standings": [(board.SILENT, _("silence told on")), (board.LATE, _("late")), *Standing.choices],
        "may_give": over(actor_of(request), Power.ORDER_GIVE, row.body_id)})


@require_safe
@response_desk
def response_board_part(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The part of the board that changes; 304 while it does not. Lateness is told once a minute."""
    row = get_response(request, uid)
    minute = clock.now().strftime("%H%M")
    etag = f'"{board.marks(row)}:{minute}"'
    same = get_conditional_response(request, etag=etag)
    if same is not None:
        same.headers["Cache-Control"] = "private, no-cache"
        return same
    answer = render(request, "response/board_part.html", _part(request, row))
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def posts_under(body: int) -> list[tuple[int, str]]:
    """The posts of the city's bodies that can have an order, by body."""
    rows = list(Post.objects.select_related("body").order_by("body__path", "key"))
    titles = post_titles(row.pk for row in rows)
    return [(row.pk, f"{body_name(row.body_id)} · {titles[row.pk]}") for row in rows]


@response_desk
def response_give(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """An order outside the plan, in words of one's own."""
    row, actor = get_response(request, uid), actor_of(request)
    require(over(actor, Power.ORDER_GIVE, row.body_id))
    posts = posts_under(row.body_id)
    form = forms.GiveForm(request.POST or None, initial={"key": secrets.token_hex(12)}, posts=posts)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = give_by_hand(row.pk, by=actor, at=clock.now(), post=values["post"], zh=values["zh"],
                                en=values["en"], done_minutes=values["done_minutes"],
                                answer_minutes=values["answer_minutes"], key=values["key"])
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The order is given."))
            return redirect("order", made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "response/give.html", {"row": row, "form": form}, status=status)

