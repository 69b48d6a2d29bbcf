"""Who comes to the desk of seasons, and which place and year is meant."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import NotAllowed, NotFound
from undercity.org.requests import actor_of, officers_only
from undercity.places.models import Place
from undercity.places.queries import place_by_key
from undercity.places.seasons.powers import may_read

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def season_desk(view: Page[P]) -> Page[P]:
    """A page of the desk of seasons: for whoever changes places, or sees the duties of others."""

    @officers_only
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **words: Any) -> HttpResponseBase:
        if not may_read(actor_of(request)):
            raise NotAllowed(_("Your post has no part in the seasons of places."),
                             remedy=_("Ask the administrator of your office if you should have it."))
        return view(request, *args, **words)

    return guarded


def place_of(key: str) -> Place:
    """A place an officer may see, by its key."""
    row = place_by_key(key, officer=True)
    if row is None:
        raise NotFound(_("There is no such place."))
    return row


def year_of(request: HttpRequest) -> int:
    """The year asked for; this one when none is, or it is none."""
    given, this = request.GET.get("year", ""), clock.now().year
    return int(given) if given.isdecimal() and len(given) == 4 and 2000 <= int(given) <= this + 1 else this
