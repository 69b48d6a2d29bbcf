"""What every request passes through: its id and log line, the content policy, the one handler of refusals."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from time import perf_counter
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from undercity.errors import Refused
from undercity.site.logs import request_id
from undercity.site.refusals import answer

log = logging.getLogger("undercity.request")
Next = Callable[[HttpRequest], HttpResponseBase]
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
# Receipt codes open a citizen's report, and the code of a work is internal: they are kept out of the log.
_SECRET_PATH = re.compile(r"(/receipt/|/n/|/open311/v2/tokens/|/desk/works/)[^/]+")
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
          "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
          "base-uri 'none'")


def policy(tiles: str) -> str:
    """The content policy, with the host of the tile server where pictures may come from ({s} stands for any name)."""
    parts = urlsplit(tiles.replace("{s}", "*"))
    host = f" {parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""
    return POLICY.replace("img-src 'self' data:", f"img-src 'self' data:{host}")


class RequestLog:
    """Gives the request an id, answers with it, and logs one line when it is done."""

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        identity = given if _GIVEN_ID.match(given) else secrets.token_hex(8)
        token = request_id.set(identity)
        started = perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = identity
            log.info("request", extra={"method": request.method, "path": _SECRET_PATH.sub(r"\1…", request.path),
                                       "status": response.status_code,
                                       "ms": round((perf_counter() - started) * 1000, 1)})
            return response
        finally:
            request_id.reset(token)


class ContentPolicy:
    """No script, style or picture but our own, and none of them inline; a tile server that is set may send pictures."""

    def __init__(self, get_response: Next):
        self.get_response = get_response
        self.policy = policy(settings.MAP["tiles"])

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        return response


class Refusals:
    """Turns a refusal raised anywhere into the answer its door speaks: a page, JSON or XML."""

    def __init__(self, get_response: Next):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer(request, error) if isinstance(error, Refused) else None
