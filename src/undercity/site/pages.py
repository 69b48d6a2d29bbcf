"""Pages that belong to no single room."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext as _
from django.views.decorators.cache import never_cache
from django.views.i18n import set_language as djangos_set_language
from shapely.geometry import shape

from undercity import clock
from undercity.errors import Refused
from undercity.org.queries import directory
from undercity.org.signin import Attempts
from undercity.places.queries import nearest_open

set_language = djangos_set_language


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Ready: the server answers and its database too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def home(request: HttpRequest) -> HttpResponse:
    """The portal's first screen: a cool place open now, and report a problem. Asks for no permission."""
    areas = _areas()
    near = request.GET.get("near", "")
    if near not in {area["key"] for area in areas}:
        # A street says better where somebody is than a district of fifty kilometres.
        near = next((area["key"] for area in areas if area["street"]), areas[0]["key"] if areas else "")
    nearest = []
    if near:
        middle = shape(directory().outlines[directory().by_key[near]]).representative_point()
        nearest = nearest_open(middle.y, middle.x, clock.now())
    return render(request, "site/home.html", {"areas": areas, "near": near, "nearest": nearest})


def _areas() -> list[dict[str, Any]]:
    """Districts with their streets, the sample city's own first; the key of each and its name."""
    book, language, today = directory(), get_language() or "zh-hans", clock.now().date()
    cards = [card for card in book.cards.values() if card.id in book.outlines]
    # A district with streets is the one that was mapped in detail: who lives there finds his street first.
    deep = {card.parent for card in cards if card.kind == "street"}
    cards.sort(key=lambda card: (card.id not in deep and card.parent not in deep, card.path))
    return [{"key": card.key, "street": card.kind == "street",
             "name": ("· " if card.kind == "street" else "") + book.name(card.id, language, today)}
            for card in cards]


def about(request: HttpRequest) -> HttpResponse:
    """What this is, what is true here, what was left out."""
    return render(request, "site/about.html")


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
