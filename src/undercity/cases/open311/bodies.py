"""Bodies of GeoReport v2: the same plain values as JSON or as XML, and errors in the standard's own form."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from xml.etree import ElementTree as ElementTree

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from undercity.cases.open311.faults import Several
from undercity.cases.open311.quotas import TooMany
from undercity.errors import NotFound, Refused, TooLarge

TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# The standard knows 400 for what is wrong and 403 for who may not; 422 and 401 are unknown to its clients.
STATUSES = {422: 400, 401: 403}
# XML 1.0 has no way to write these, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

View = Callable[..., HttpResponse]


def body(values: Any, format: str, *, root: str, item: str = "", status: int = 200) -> HttpResponse:
    """Plain values as a response; lists become `<root><item>…</item></root>`."""
    if format == "xml":
        top = ElementTree.Element(root)
        _fill(top, values, item)
        content = b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(top, encoding="utf-8")
        return HttpResponse(content, content_type=TYPES["xml"], status=status)
    return HttpResponse(json.dumps(values, ensure_ascii=False), content_type=TYPES["json"], status=status)


def _fill(node: ElementTree.Element, values: Any, item: str) -> None:
    if isinstance(values, list):
        for value in values:
            _fill(ElementTree.SubElement(node, item), value, item)
    elif isinstance(values, dict):
        for name, value in values.items():
            _fill(ElementTree.SubElement(node, name), value, name.removesuffix("s"))
    elif values is not None:
        node.text = _UNWRITABLE.sub("\ufffd", str(values).lower() if isinstance(values, bool) else str(values))


def errors(refusal: Refused, format: str) -> HttpResponse:
    """The standard's error body, one entry a fault; each description begins with its field and ends with the remedy."""
    faults = refusal.faults if isinstance(refusal, Several) else [refusal]
    told = [{"code": _status(one), "description": f"{one.field}: {one}" if one.field else str(one)} for one in faults]
    response = body(told, format, root="errors", item="error", status=_status(refusal))
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.seconds)
    return response


def _status(refusal: Refused) -> int:
    return STATUSES.get(refusal.status, refusal.status)


def fresh(request: HttpRequest, response: HttpResponse, *, seconds: int = 0) -> HttpResponse:
    """Let a client keep the answer and ask whether it still holds: 304 with an empty body when it does.

    The mark is the answer's own content, so that it can never be wrong. `seconds`: how long it need not ask at all.
    """
    response.headers["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    keyed = "X-API-Key" in request.headers or "api_key" in request.GET
    response.headers["Cache-Control"] = ("private, no-cache" if keyed else
                                         f"public, max-age={seconds}" if seconds else "no-cache")
    patch_vary_headers(response, ["Accept-Language", "Cookie", "X-API-Key"])
    again = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    assert isinstance(again, HttpResponse)
    return again


def door(*methods: str) -> Callable[[View], View]:
    """A door of GeoReport: its formats, its methods, and its refusals in the format asked for."""

    def wrap(view: View) -> View:
        @csrf_exempt  # A machine brings its key with every request; no cookie is looked at.
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, format: str, **words: Any) -> HttpResponse:
            spoken = format if format in TYPES else "json"
            try:
                if format not in TYPES:
                    raise NotFound(_("There is no format “%(format)s”.") % {"format": format[:20]},
                                   remedy=_("Ask for .json or .xml."))
                if request.method not in methods:
                    return _not_here(methods, spoken)
                return view(request, *args, format=format, **words)
            except Refused as refusal:
                return errors(refusal, spoken)
            except (RequestDataTooBig, TooManyFilesSent):
                return errors(TooLarge(_("The request is too large."), remedy=_("Send fewer or smaller photos.")),
                              spoken)
            except (MultiPartParserError, SuspiciousOperation, UnicodeDecodeError):
                return errors(Refused(_("The body of the request cannot be read."),
                                      remedy=_("Send it as a form in UTF-8, multipart if it carries photos.")), spoken)

        return guarded

    return wrap


def _not_here(methods: tuple[str, ...], format: str) -> HttpResponse:
    refusal = Refused(_("This address does not take that method."),
                      remedy=_("Use %(methods)s.") % {"methods": ", ".join(methods)})
    refusal.status = 405
    response = errors(refusal, format)
    response.headers["Allow"] = ", ".join(methods)
    return response
