"""Pages that belong to no single room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.i18n import set_language as djangos_set_language

from undercity import clock
from undercity.errors import Refused, RuleBroken
from undercity.org.queries import directory
from undercity.org.signin import Attempts
from undercity.places.asking import Asked, address, areas, asked, middle_of
from undercity.places.pages.find import form_of
from undercity.places.queries import Found, nearest_open, next_to_open, positions
from undercity.places.seasons.queries import announcements, heat_banner, shut_nearby
from undercity.places.wishes import NONE
from undercity.science.coordinates import Position
from undercity.site.navigation import address_of

set_language = djangos_set_language


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Ready: the server answers and its database too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def home(request: HttpRequest) -> HttpResponse:
    """The portal's first screen: a cool place open now, and report a problem. Asks for no permission."""
    now, wrong, question = clock.now(), "", Asked()
    try:
        question = asked(request.GET)
    except RuleBroken as refusal:
        wrong = str(refusal)
    typed = question
    if question.position is None and (near := _first_shown()):
        question = middle_of(near)
    nearest, waiting = [], []
    if question.position is not None:
        nearest = nearest_open(*question.position, now)
        waiting = [] if nearest else next_to_open(*question.position, now)
    return render(request, "site/home.html", {
        **form_of(request.GET, typed, NONE), "said": question.said, "wrong": wrong,
        "best": nearest[0] if nearest else None, "others": nearest[1:], "waiting": waiting,
        "more": address(reverse("find"), question.query), "numbers": address_of("numbers"),
        **_told(question.position, nearest, now)},
        status=422 if wrong else 200)


def _told(middle: Position | None, nearest: list[Found], now: datetime) -> dict[str, Any]:
    """What the portal must say truthfully: announcements, heat, and what nearer is shut although its hours say open."""
    reach = max((one.metres or 0.0 for one in nearest), default=0.0)
    return {"notices": announcements(now), "shut": shut_nearby(*middle, now, reach) if middle else [],
            **heat_banner(now)}


def _first_shown() -> str:
    """Before anybody said where he is: a street that has a place, since a street says more than fifty kilometres."""
    book, known = directory(), areas()
    streets = [area["key"] for area in known if area["street"]] or [area["key"] for area in known]
    held = (book.cards[body].key for lat, lon in positions() if (body := book.at(lat, lon)) is not None)
    return next((key for key in held if key in set(streets)), next(iter(streets), ""))


def about(request: HttpRequest) -> HttpResponse:
    """What this is, what is true here, what was left out."""
    return render(request, "site/about.html", {"components": address_of("components")})


def components(request: HttpRequest) -> HttpResponse:
    """Every component of the stylesheet with its states: what a page is made of."""
    return render(request, "site/components.html")


class SignIn(LoginView):
    """登录. Too many wrong passwords make an account wait."""

    template_name = "site/signin.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **words: Any) -> HttpResponse:
        attempts = Attempts(request.POST.get("username", ""), request.META.get("REMOTE_ADDR", ""))
        if wait := attempts.wait_minutes():
            refusal = Refused(_("Too many wrong passwords."),
                              remedy=_("Wait %(minutes)d minutes, then try again.") % {"minutes": wait})
            refusal.status = 429
            raise refusal
        response = super().post(request, *args, **words)
        if request.user.is_authenticated:
            attempts.forget()
        else:
            attempts.failed()
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class SignOut(LogoutView):
    """退出."""
