"""The machine doors: `POST /cap/` takes a CAP message; `/cap/feed.atom` and `/cap/<identifier>.xml` give our own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from undercity import clock
from undercity.alerts.actions.receiving import may_receive, receive
from undercity.alerts.queries.bulletins import newest_published, published
from undercity.alerts.rules.book import terms
from undercity.alerts.states import Counting, Door, Said
from undercity.cases.open311.quotas import within_quota
from undercity.errors import NotAllowed, NotFound, NotSignedIn, Refused, RuleBroken, TooLarge
from undercity.org.powers import Actor, require
from undercity.org.queries import KeyOver, body_name, key_card
from undercity.science.coordinates import Datum

ATOM = "http://www.w3.org/2005/Atom"
CAP_MEDIA, ATOM_MEDIA = "application/cap+xml; charset=utf-8", "application/atom+xml; charset=utf-8"
View = Callable[..., HttpResponse]


class WrongMethod(Refused):
    """The door takes messages and gives none."""

    status = 405
    code = "wrong_method"


def _machine(view: View) -> View:
    """Whatever is refused is answered as JSON, whoever asks."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **words: Any) -> HttpResponse:
        try:
            return view(request, *args, **words)
        except Refused as refusal:
            response = JsonResponse({"error": refusal.as_body()}, status=refusal.status,
                                    json_dumps_params={"ensure_ascii": False})
            if isinstance(refusal, WrongMethod):
                response.headers["Allow"] = "POST"
            if (seconds := getattr(refusal, "seconds", None)) is not None:
                response.headers["Retry-After"] = str(seconds)
            return response

    return answered


@csrf_exempt
@_machine
def take(request: HttpRequest) -> HttpResponse:
    """接收预警. 201 with what became of a message; 200 when the same was known already."""
    if request.method != "POST":
        raise WrongMethod(_("This address takes CAP messages by POST."),
                          remedy=_("Our own messages are at %(feed)s.") % {"feed": reverse("cap_feed")})
    # Who may comes first: a stranger's bytes are not even read.
    actor = _caller(request)
    require(may_receive(actor))
    found = receive(_body(request), door=Door.POST, by=actor, at=clock.now(), datum=_datum(request))
    warning = found.warning
    return JsonResponse({
        "result": "received" if found.fresh else "duplicate", "how": found.how, "warning": str(warning.pk),
        "stage": warning.stage, "counts": warning.counts, "counting": str(Counting(warning.counting).label),
        "signed": found.message.signed, "until": warning.ends.astimezone(clock.ZONE).isoformat(),
        "bodies": [body_name(body) for body in warning.bodies], "missing": warning.missing,
        "notes": [str(Said(one).label) for one in found.message.said]},
        status=201 if found.fresh else 200, json_dumps_params={"ensure_ascii": False})


def _caller(request: HttpRequest) -> Actor:
    key = (request.headers.get("X-API-Key") or request.headers.get("Authorization", "").removeprefix("Bearer ")
           or request.GET.get("api_key", ""))
    if not key:
        raise NotSignedIn(_("An API key is missing."), field="X-API-Key",
                          remedy=_("Send the header X-API-Key; the office that runs this site gives keys."))
    card = key_card(key) if len(key) <= 200 else None
    if card is None or isinstance(card, KeyOver):
        raise NotAllowed(_("This API key is unknown, revoked or over."), field="X-API-Key",
                         remedy=_("Ask the office for a new one."))
    within_quota(card)
    return card.actor


def _body(request: HttpRequest) -> bytes:
    most = terms(clock.now().date()).kilobytes * 1024
    given = request.META.get("CONTENT_LENGTH") or "0"
    large = TooLarge(_("The message is larger than %(kb)d kB.") % {"kb": most // 1024}, field="body",
                     remedy=_("Leave out pictures and files; refer to them by address."))
    if given.isdecimal() and int(given) > most:
        raise large
    raw = request.read(most + 1)
    if len(raw) > most:
        raise large
    if not raw.strip():
        raise RuleBroken(_("The body is empty."), field="body", remedy=_("Send one CAP 1.2 message as the body."))
    return raw


def _datum(request: HttpRequest) -> Datum:
    given = request.GET.get("datum", Datum.WGS84.value)
    if given not in set(Datum):
        raise RuleBroken(_("This datum is not known."), field="datum",
                         remedy=_("Use one of: %(words)s.") % {"words": ", ".join(Datum)})
    return Datum(given)


@require_safe
@_machine
def message(request: HttpRequest, identifier: str) -> HttpResponse:
    """One message of ours, as it was published."""
    row = published(identifier)
    if row is None:
        raise NotFound(_("There is no such message."), remedy=_("The feed lists those there are: %(feed)s.") % {
            "feed": reverse("cap_feed")})
    return _fresh(request, row.text.encode(), CAP_MEDIA, row.sent)


@require_safe
@_machine
def feed(request: HttpRequest) -> HttpResponse:
    """Our messages in force and of the last days, the newest first; 304 while nothing changed."""
    rows = newest_published(clock.now())
    updated = max((row.sent for row in rows), default=datetime(2020, 1, 1, tzinfo=UTC))
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN"})
    here = request.build_absolute_uri(reverse("cap_feed"))
    _add(root, "id", here)
    # The feed is one for all readers: both languages stand in it.
    _add(root, "title", "地下一张网对外公告 Undercity: messages to the public")
    _add(root, "updated", updated.astimezone(clock.ZONE).isoformat(timespec="seconds"))
    _add(_add(root, "author"), "name", settings.FOOTER["host"] or "地下一张网 Undercity")
    _add(root, "link", rel="self", type="application/atom+xml", href=here)
    for row in rows:
        entry = _add(root, "entry")
        _add(entry, "id", f"urn:uuid:{row.pk}")
        _add(entry, "title", f"{row.headline_zh} / {row.headline_en}")
        _add(entry, "updated", row.sent.astimezone(clock.ZONE).isoformat(timespec="seconds"))
        _add(entry, "link", rel="alternate", type="application/cap+xml",
             href=request.build_absolute_uri(reverse("cap_message", args=[row.identifier])))
        _add(entry, "category", term=row.msg_type)
    raw: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return _fresh(request, raw, ATOM_MEDIA, updated)


def _add(above: ElementTree.Element, name: str, words: str = "", **attributes: str) -> ElementTree.Element:
    made = ElementTree.SubElement(above, name, attributes)
    if words:
        made.text = words
    return made


def _fresh(request: HttpRequest, content: bytes, media: str, changed: datetime) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response.headers["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    # A city whose clock runs ahead must not date its answer into the future.
    seconds = int(min(changed, clock.real_now()).timestamp())
    response.headers["Last-Modified"] = datetime.fromtimestamp(seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    again = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    assert isinstance(again, HttpResponse)
    return again
