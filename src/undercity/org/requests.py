"""Who is acting in a request 当前岗位."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponseBase

from undercity.org.powers import THE_CITIZEN, Actor, signed_in
from undercity.org.queries import actor_for_person

P = ParamSpec("P")


def actor_of(request: HttpRequest) -> Actor:
    """The post of whoever is signed in, read once a request; the citizen when nobody is."""
    known = getattr(request, "actor", None)
    if known is None:
        person = request.session.get("_auth_user_id") and request.user
        known = actor_for_person(person.pk) if person and person.is_authenticated else None
        request.actor = known = known or THE_CITIZEN  # type: ignore[attr-defined]
    return known


def officers_only(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]
                  ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for whoever holds a post; others are asked to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        signed_in(actor_of(request))
        return view(request, *args, **kwargs)

    guarded.for_officers = True  # type: ignore[attr-defined]
    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)

