"""Who comes to the desk of forces, and the choices its forms offer."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from undercity import clock
from undercity.errors import NotAllowed, Refused, RuleBroken
from undercity.forces.models import Point
from undercity.forces.projection import in_language
from undercity.forces.queries import needs, points
from undercity.forces.queries.deployments import NEED, POINT
from undercity.forces.queries.teams import reads
from undercity.forces.states import NeedStage
from undercity.org.models import Post
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory, post_titles
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def force_desk(view: Page[P]) -> Page[P]:
    """A page for whoever sees forces, and for leaders of teams."""

    @officers_only
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **words: Any) -> HttpResponseBase:
        if not reads(actor_of(request)):
            raise NotAllowed(_("Your post has no power to %(power)s.") % {"power": Power.FORCE_READ.label},
                             remedy=_("Ask the administrator of your office if you should have it."))
        return view(request, *args, **words)

    return guarded


def fresh_key() -> str:
    """A key with which a form that is sent twice does its work once."""
    return secrets.token_hex(12)


def said(form: Any, refusal: Refused) -> None:
    """Put a refusal into the form, at its field when the form has it; what is no fault of a field is raised again."""
    if not isinstance(refusal, RuleBroken):
        raise refusal
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def spots(actor: Actor) -> list[tuple[str, str]]:
    """Points to staff and listed places, each with its position."""
    now = clock.now()
    found = [(f"{row.lat},{row.lon}", in_language(row.zh, row.en)) for row in points.visible_to(actor).order_by("zh")]
    return found + [(f"{row.lat},{row.lon}", name_of(row, now)) for row in Place.objects.filter(listed=True)
                    .prefetch_related(with_names()).order_by("key")]


def aims(actor: Actor) -> list[tuple[str, str]]:
    """Open needs and points a team may be called to."""
    today = clock.now().date()
    found = [(f"{NEED}-{row.pk}", row.words.what) for row in needs.visible_to(actor).filter(
        stage=NeedStage.OPEN).select_related("words").order_by("wanted_at")]
    rows: list[Point] = list(points.visible_to(actor).filter(valid_from__lte=today).exclude(valid_to__lt=today)
                             .order_by("zh"))
    return found + [(f"{POINT}-{row.pk}", in_language(row.zh, row.en)) for row in rows]


def bodies_kept(actor: Actor) -> list[tuple[int, str]]:
    """Bodies whose teams the actor keeps."""
    book = directory()
    under = {body for path in actor.scopes(Power.FORCE_KEEP) for body in book.under(path)}
    return sorted(((body, body_name(body)) for body in under if book.cards[body].kind not in {"community"}),
                  key=lambda one: one[1])


def leaders() -> list[tuple[int, str]]:
    """Posts that may lead a team."""
    rows = list(Post.objects.exclude(role="open311_client").order_by("body__path", "pk"))
    titles = post_titles(row.pk for row in rows)
    return [(row.pk, f"{body_name(row.body_id)} · {titles[row.pk]}") for row in rows]
