"""How the door answers: JSON or a page, by `f` or by Accept; refusals in the standard's form; open to any web page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language, gettext as _
from django.views.decorators.csrf import csrf_exempt

from undercity.errors import Refused
from undercity.places.ogc import parameters

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"
METHODS = "GET, HEAD, OPTIONS"
# The standard knows 400 for what is wrong; 422 is unknown to its clients.
STATUSES = {422: 400}
# Written with every answer and no part of what is answered: it would make every answer a new one.
STAMP = "timeStamp"
KEPT_SECONDS = 300
# Of an address that looks at its parameters itself.
ANY = "*"

Link = dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address says: plain values for a machine, a template with its words for a reader.

    `seconds`: how long a client need not ask again.
    """

    values: dict[str, Any]
    template: str
    words: dict[str, Any] = field(default_factory=dict)
    seconds: int = 0


View = Callable[..., Answer]


def address(request: HttpRequest, name: str, *words: str) -> str:
    """The whole address of a page of ours, as this client reaches it."""
    return request.build_absolute_uri(reverse(name, args=words))


def link(rel: str, href: str, kind: str, title: Any = "") -> Link:
    """A link in the standard's form."""
    return {"rel": rel, "href": href, "type": kind, **({"title": str(title)} if title else {})}


def both_forms(request: HttpRequest, media: str = JSON) -> list[Link]:
    """This address as it was asked for, and in its other form."""
    given = request.GET.copy()
    forms = {}
    for form in ("json", "html"):
        given["f"] = form
        forms[form] = request.build_absolute_uri(f"{request.path}?{given.urlencode()}")
    return [link("self", forms["json"], media, _("This document")),
            link("alternate", forms["html"], HTML, _("This document as a page"))]


def door(*known: str, media: str = JSON) -> Callable[[View], Callable[..., HttpResponse]]:
    """An address of the door: the parameters it knows beside `f`, and the media type of its JSON.

    `ANY` leaves them to the view.
    """

    def wrap(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt  # Nothing here writes, and no cookie says who asks: everybody gets the same.
        @wraps(view)
        def guarded(request: HttpRequest, **words: Any) -> HttpResponse:
            form = "json"
            try:
                if request.method == "OPTIONS":
                    return _open(HttpResponse(status=204, headers={"Allow": METHODS}))
                if request.method not in {"GET", "HEAD"}:
                    raise _no_method()
                form = form_of(request, media)
                if known != (ANY,):
                    parameters.only(request.GET, {"f", *known})
                return _open(_answered(request, view(request, **words), form, media))
            except Refused as refusal:
                return _open(refused(request, refusal, form))

        return guarded

    return wrap


def form_of(request: HttpRequest, media: str) -> str:
    """`json` or `html`: what `f` says, otherwise what the client accepts best."""
    if named := parameters.choice(request.GET, "f", ("json", "html")):
        return named
    # Features are GeoJSON whatever JSON was asked for by name.
    forms = {media: "json", JSON: "json", HTML: "html"}
    best = request.get_preferred_type(list(forms))
    if best is None:
        refusal = Refused(_("None of the forms you accept is spoken here."), field="Accept",
                          remedy=_("Ask for %(kinds)s.") % {"kinds": ", ".join(forms)})
        refusal.status, refusal.code = 406, "not_acceptable"
        raise refusal
    return forms[best]


def _no_method() -> Refused:
    refusal = Refused(_("This address does not take that method."), remedy=_("Use %(methods)s.") % {"methods": METHODS})
    refusal.status, refusal.code = 405, "no_such_method"
    return refusal


def _answered(request: HttpRequest, answer: Answer, form: str, media: str) -> HttpResponse:
    if form == "html":
        response = render(request, answer.template, {"given": answer.values, **answer.words})
        response.headers["Cache-Control"] = "private, no-cache"
        return response
    said = json.dumps({name: value for name, value in answer.values.items() if name != STAMP}, ensure_ascii=False,
                      sort_keys=True)
    response = HttpResponse(json.dumps(answer.values, ensure_ascii=False), content_type=media)
    # Weak, since the moment of answering is not counted.
    response.headers["ETag"] = f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'
    response.headers["Cache-Control"] = f"public, max-age={answer.seconds}" if answer.seconds else "no-cache"
    response.headers["Link"] = ", ".join(f'<{one["href"]}>; rel="{one["rel"]}"; type="{one["type"]}"'
                                         for one in answer.values.get("links", []))
    response.headers["Content-Language"] = get_language() or "zh-hans"
    patch_vary_headers(response, ["Accept", "Accept-Language", "Cookie"])
    again = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    assert isinstance(again, HttpResponse)
    return again


def refused(request: HttpRequest, refusal: Refused, form: str) -> HttpResponse:
    """A refusal: code and description as the standard has them, beside them the parameter and the remedy."""
    status = STATUSES.get(refusal.status, refusal.status)
    if form == "html":
        response = render(request, "site/refused.html", {"error": refusal}, status=status)
    else:
        told = {"code": refusal.code, "description": f"{refusal.field}: {refusal}" if refusal.field else str(refusal),
                "status": status, **({"field": refusal.field} if refusal.field else {})}
        response = HttpResponse(json.dumps(told, ensure_ascii=False), content_type=JSON, status=status)
    if status == 405:
        response.headers["Allow"] = METHODS
    patch_vary_headers(response, ["Accept", "Accept-Language", "Cookie"])
    return response


def _open(response: HttpResponse) -> HttpResponse:
    """Any web page may read this: it is public, and nothing of a session is looked at."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, If-None-Match"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Content-Language"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response
