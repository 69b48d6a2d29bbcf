"""Pages that belong to no single room."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.db import connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language, gettext as _
from django.views.decorators.cache import never_cache
from django.views.i18n import set_language as djangos_set_language
from shapely.geometry import shape

from undercity import clock
from undercity.errors import Refused, RuleBroken
from undercity.org.queries import directory
from undercity.org.signin import Attempts
from undercity.places.now import now_at
from undercity.places.queries import nearest_open, next_to_open, positions
from undercity.science.coordinates import Datum, Position, to_wgs84
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
    areas, now, wrong = _areas(), clock.now(), ""
    here = None
    try:
        here = _position(request.GET)
    except RuleBroken as refusal:
        wrong = str(refusal)
    near = request.GET.get("near", "")
    if near not in {area["key"] for area in areas}:
        near = _first_shown(areas)
    nearest, waiting = [], []
    if middle := here or _middle(near):
        nearest = nearest_open(*middle, now)
        waiting = [] if nearest else next_to_open(*middle, now)
    return render(request, "site/home.html", {
        "areas": areas, "near": near, "here": here, "wrong": wrong, "best": nearest[0] if nearest else None,
        "measured": now_at([nearest[0].place.pk], now).get(nearest[0].place.pk) if nearest else None,
        "others": nearest[1:], "waiting": waiting, "numbers": address_of("numbers")}, status=422 if wrong else 200)


def _position(given: QueryDict) -> Position | None:
    """Where the asker says he is, in WGS 84; None when he does not; RuleBroken when it is no position in the city."""
    if not (given.get("lat") or given.get("lon")):
        return None
    try:
        lat, lon = float(given.get("lat", "")), float(given.get("lon", ""))
        datum = Datum(given.get("datum") or Datum.WGS84)
    except ValueError as error:
        raise RuleBroken(_("This position cannot be read."), field="lat",
                         remedy=_("Choose the street or district instead.")) from error
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise RuleBroken(_("This is no position on earth."), field="lat",
                         remedy=_("Choose the street or district instead."))
    lat, lon = to_wgs84(lat, lon, datum)
    if directory().at(lat, lon) is None:
        raise RuleBroken(_("This position lies outside the city."), field="lat",
                         remedy=_("Choose the street or district instead."))
    return lat, lon


def _first_shown(areas: list[dict[str, Any]]) -> str:
    """Before anybody said where he is: a street that has a place, since a street says more than fifty kilometres."""
    book, streets = directory(), {area["key"] for area in areas if area["street"]}
    held = (book.cards[body].key for lat, lon in positions() if (body := book.at(lat, lon)) is not None)
    return next((key for key in held if key in streets),
                next((area["key"] for area in areas if area["street"]), areas[0]["key"] if areas else ""))


def _middle(near: str) -> Position | None:
    if not near:
        return None
    middle = shape(directory().outlines[directory().by_key[near]]).representative_point()
    return middle.y, middle.x


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
