"""The feed of changes 场所动态订阅: RFC 4287, for feed readers and other offices' pages."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from undercity import clock
from undercity.org.addresses import address_of
from undercity.org.queries import directory
from undercity.org.states import BodyKind
from undercity.places.news import Piece, newest

ATOM = "http://www.w3.org/2005/Atom"
MEDIA = "application/atom+xml; charset=utf-8"
SPACE = uuid5(NAMESPACE_URL, "urn:undercity:places")
# XML 1.0 has no way to write these, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The newest changes of listed places; 304 while nothing changed."""
    pieces = newest(clock.now())
    updated = max((piece.at for piece in pieces), default=clock.now())
    response = HttpResponse(_written(request, pieces, updated), content_type=MEDIA)
    response.headers["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    # A city whose clock runs ahead must not date its answer into the future.
    seconds = int(min(updated, clock.real_now()).timestamp())
    response.headers["Last-Modified"] = datetime.fromtimestamp(seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    again = get_conditional_response(request, etag=response.headers["ETag"], last_modified=seconds, response=response)
    assert isinstance(again, HttpResponse)
    return again


def _written(request: HttpRequest, pieces: list[Piece], updated: datetime) -> bytes:
    # An id must stay the same when the site moves to another address, and differ from the next city's.
    city = next((card.key for card in directory().cards.values() if card.kind == BodyKind.CITY), "")
    language = "zh-CN" if (get_language() or "zh").startswith("zh") else "en"
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _add(feed, "id", _identity(city, "feed").urn)
    _add(feed, "title", _("Cool places and works open to the public: what changed"))
    _add(feed, "updated", updated.isoformat())
    _add(_add(feed, "author"), "name", settings.FOOTER["host"] or _("Undercity"))
    if settings.DEMO:
        _add(feed, "rights", _("Demonstration data; the official announcements prevail"))
    _add(feed, "link", rel="self", type="application/atom+xml", href=request.build_absolute_uri(request.path))
    _add(feed, "link", rel="alternate", type="text/html", href=request.build_absolute_uri(reverse("places")))
    page = address_of("place")
    for piece in pieces:
        entry = _add(feed, "entry")
        _add(entry, "id", _identity(city, piece.place.key, piece.kind, piece.mark).urn)
        _add(entry, "title", piece.title)
        _add(entry, "updated", piece.at.isoformat())
        _add(entry, "link", rel="alternate", type="text/html", href=request.build_absolute_uri(page(piece.place.key)))
        _add(entry, "category", term=piece.kind)
        _add(entry, "summary", f"{piece.title} · {piece.at:%Y-%m-%d}")
    written: bytes = ElementTree.tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + written


def _identity(*parts: str) -> UUID:
    return uuid5(SPACE, "/".join(parts))


def _add(above: ElementTree.Element, name: str, words: str = "", **attributes: str) -> ElementTree.Element:
    made = ElementTree.SubElement(above, name, attributes)
    if words:
        made.text = _UNWRITABLE.sub("\ufffd", words)
    return made
