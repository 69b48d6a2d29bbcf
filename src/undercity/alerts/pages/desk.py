"""预警信息: what is in force and what was, for officers; one warning with everything it says and whom it touches."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from undercity import clock
from undercity.alerts.actions.receiving import may_receive
from undercity.alerts.actions.sources import may_configure
from undercity.alerts.drawing import pictured
from undercity.alerts.models import Signer, WarningMessage
from undercity.alerts.queries import lines
from undercity.alerts.queries.warnings import detail, places_within, visible_to
from undercity.alerts.rules.book import signals
from undercity.alerts.states import Colour, Door, Hazard
from undercity.errors import NotFound
from undercity.ledger import facts as vocabulary
from undercity.ledger.queries import story
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import body_name, post_titles
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.places.pins import Pin
from undercity.places.queries import name_of

PLACES_SHOWN = 60


def doors(actor: Actor) -> dict[str, bool]:
    """Which ways out of the list an actor has."""
    return {"may_receive": bool(may_receive(actor)), "may_issue": actor.holds(Power.ALERT_ISSUE) or actor.holds(
        Power.RESPONSE_READ), "may_sources": bool(may_receive(actor)) or bool(may_configure(actor)),
        "may_gauges": any(map(actor.holds, (Power.WORK_READ, Power.ALERT_RECEIVE, Power.RESPONSE_READ)))}


def page_of(request: HttpRequest) -> int:
    """Which page is asked for; the first when it is none."""
    given = request.GET.get("page", "")
    return int(given) if given.isdecimal() and given.isascii() and 0 < len(given) < 6 and int(given) else 1


@officers_only
def warnings(request: HttpRequest) -> HttpResponse:
    """In force first; below, what there was."""
    actor, now, page = actor_of(request), clock.now(), page_of(request)
    hazard, colour = request.GET.get("hazard", ""), request.GET.get("colour", "")
    visible = visible_to(actor)
    past, more = lines.history(visible, now, hazard=hazard, colour=colour, page=page)
    return render(request, "alerts/warnings.html", {
        "live": lines.live(visible, now), "past": past, "page": page, "before": page - 1,
        "after": page + 1 if more else 0, "hazards": Hazard.choices, "colours": Colour.choices[1:], "hazard": hazard,
        "colour": colour, **doors(actor)})


@officers_only
def warning(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One warning: all languages, its ground, whom it touches, its messages, what happened to it."""
    actor, now = actor_of(request), clock.now()
    found = detail(uid, actor)
    if found is None:
        raise NotFound(_("There is no such warning."), remedy=_("Look under Warnings."))
    places = places_within(found.ground, officer=True)
    page = address_of("place")
    pins = [Pin(row.lat, row.lon, name_of(row, now), page(row.key), "open", listed=row.listed)
            for row in places[:PLACES_SHOWN]]
    entries = list(story(found.row.pk))
    titles = post_titles(entry.post for entry in entries if entry.post)
    return render(request, "alerts/warning.html", {
        "line": lines.lines([found.row], now)[0], "alert": found.alert, "speaks": found.speaks,
        "languages": lines.languages(found.alert), "bodies": [body_name(body) for body in found.row.bodies],
        "said": lines.said(found.speaks.said), "signer": Signer.objects.filter(
            fingerprint=found.speaks.signer).values_list("label", flat=True).first() or "",
        "picture": pictured(found.ground, pins), "pins": pins, "place_count": len(places),
        "messages_of": [{"row": one, "door": Door(one.door).label, "status": lines.status_words(one.status)}
                        for one in found.messages],
        "steps": [{"what": vocabulary.label(entry.verb), "at": entry.at,
                   "who": titles.get(entry.post, "") if entry.post else ""} for entry in entries],
        "signals": signals(found.row.sent.astimezone(clock.ZONE).date(), Hazard(found.row.hazard))})


@officers_only
def warning_xml(request: HttpRequest, uid: UUID, message: UUID) -> HttpResponse:
    """A message as it came, byte for byte."""
    row = WarningMessage.objects.filter(pk=message, warning__in=visible_to(actor_of(request)).filter(pk=uid).values(
        "pk")).first()
    if row is None:
        raise NotFound(_("There is no such message."))
    # Never shown by the browser: what others sent us is theirs, scripts and all.
    response = HttpResponse(bytes(row.raw), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.pk}.xml"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
