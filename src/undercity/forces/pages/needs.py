"""需求与调配: what is needed, who should go, and the decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound, Refused
from undercity.forces import forms, rules
from undercity.forces.actions import needing, proposing
from undercity.forces.models import Need, Proposal, Team
from undercity.forces.pages.gate import force_desk, fresh_key, said, spots
from undercity.forces.projection import names_of
from undercity.forces.queries import needs
from undercity.forces.queries.travel import in_words
from undercity.forces.states import NeedStage, ProposalStage
from undercity.org.addresses import address_of
from undercity.org.requests import actor_of
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.places.pins import Pin

# Somebody waits for the page: longer calculations are asked for by a button of their own.
AT_ONCE_SECONDS = 3.0


@force_desk
def force_needs(request: HttpRequest) -> HttpResponseBase:
    """The needs, and a form for one more."""
    actor, now = actor_of(request), clock.now()
    form = forms.NeedForm(request.POST or None, initial=_asked_for(request), spots=spots(actor))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            needing.need(by=actor, at=now, what=given["what"], where=given["where"], lat=given["lat"],
                         lon=given["lon"], urgency=given["urgency"], minutes=given["minutes"],
                         m3h=given["m3h"] or 0, skills=form.skills(), client_key=given["key"],
                         wanted_at=now + timedelta(minutes=given["after"] or 0))
        except Refused as refusal:
            said(form, refusal)
        else:
            messages.success(request, _("Entered. Calculate who should go."))
            return redirect("force_needs")
    rows = needs.board(needs.visible_to(actor), now)
    pins = [Pin(one.words.lat, one.words.lon, one.words.what, "#", "open" if one.served else "case", one.urgency)
            for one in rows]
    open_ = [one for one in rows if one.row.stage == NeedStage.OPEN]
    return render(request, "forces/needs.html", {
        "tab": "needs", "rows": list(zip(rows, pins, strict=True)), "pins": pins, "form": form,
        "may_send": actor.holds(Power.FORCE_SEND), "wrong": request.method == "POST" or "what" in request.GET,
        "sums": {"open": len(open_), "served": sum(one.served for one in open_),
                 "coming": sum(bool(one.teams) and not one.served for one in open_)},
        "recent": Proposal.objects.filter(timeline=clock.timeline()).order_by("-asked_at")[:5]},
        status=422 if request.method == "POST" else 200)


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """What the form begins with: empty, or what an order asks for, whose key enters it once."""
    asked = {name: request.GET.get(name, "").replace("\0", "").strip() for name in ("what", "place", "key")}
    place = Place.objects.filter(key=asked["place"], listed=True).first() if asked["place"] else None
    return {"key": asked["key"][:64] or fresh_key(), "what": asked["what"][:rules.WORDS_MAX],
            "spot": f"{place.lat},{place.lon}" if place else ""}


@require_POST
@force_desk
def need_end(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Met, or withdrawn; whoever was sent is stood down."""
    actor = actor_of(request)
    if not needs.visible_to(actor).filter(pk=uid).exists():
        raise NotFound(_("There is no such need."))
    seen = request.POST.get("seen", "")
    needing.end_need(uid, by=actor, at=clock.now(), met=request.POST.get("do") == "met",
                     note=request.POST.get("note", ""), seen=int(seen) if seen.isdecimal() else None)
    messages.success(request, _("Done; whoever was sent is stood down."))
    return redirect("force_needs")


@require_POST
@force_desk
def force_propose(request: HttpRequest) -> HttpResponseBase:
    """Calculate a proposal."""
    longer = request.POST.get("longer") == "1"
    made = proposing.propose(by=actor_of(request), at=clock.now(), seconds=None if longer else AT_ONCE_SECONDS)
    return redirect("force_proposal", made.pk)


@force_desk
def force_proposal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A proposal: who goes where, when he is there, who is late, how fair, how near to the best."""
    actor, now = actor_of(request), clock.now()
    row = needs.proposal_for(actor, uid)
    if row is None:
        raise NotFound(_("There is no such proposal."))
    content, kept = row.content, rules.terms(row.asked_at.astimezone(clock.ZONE).date())
    return render(request, "forces/proposal.html", {
        "tab": "needs", "row": row, "content": content, "lines": _lines(content, now),
        "left": needs.cards(Need.objects.filter(pk__in=content["left"]).select_related("words"), now),
        "released": names_of(Team.objects.filter(pk__in=content["released"])).values(),
        "gap": f"{content['gap'] * 100:.1f}", "kept": kept,
        "roads": in_words(content["roads"]), "silent": content["roads"]["trouble"],
        "road_source": "" if settings.ROUTING else kept.said("road"), "price_source": kept.said("price"),
        "saved": round(content["greedy"] - content["cost"], 1), "may_send": actor.holds(Power.FORCE_SEND),
        "late": sum(one["late"] > 0 for one in content["lines"]),
        "days": max((one["days"] for one in content["lines"]), default=0),
        "is_open": row.stage == ProposalStage.OPEN})


def _lines(content: dict[str, Any], now: Any) -> list[dict[str, Any]]:
    found = {str(one.row.pk): one for one in needs.cards(Need.objects.filter(
        pk__in=[line["need"] for line in content["lines"]]).select_related("words"), now)}
    names = {str(uid): name for uid, name in names_of(Team.objects.filter(pk__in=[
        *[line["team"] for line in content["lines"]],
        *[pump["from"] for line in content["lines"] for pump in line["pumps"]]])).items()}
    before = {str(row.pk): row.words.what for row in Need.objects.filter(
        pk__in=[line["before"] for line in content["lines"] if line["before"]]).select_related("words")}
    address = address_of("force_team")
    return [{**line, "pumps": [{**pump, "from": names.get(pump["from"], "")} for pump in line["pumps"]],
             "card": found[line["need"]], "name": names.get(line["team"], ""), "href": address(line["team"]),
             "was": before.get(line["before"] or "", "") if line["before"] != line["need"] else ""}
            for line in content["lines"] if line["need"] in found]


@require_POST
@force_desk
def force_accept(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Accept a proposal, or the chosen lines of it."""
    chosen = request.POST.getlist("need")
    if not chosen:
        messages.error(request, _("Nothing is chosen."))
        return redirect("force_proposal", uid)
    made = proposing.accept(uid, by=actor_of(request), at=clock.now(), reason=request.POST.get("reason", ""),
                            only=set(chosen))
    messages.success(request, _("Ordered: %(n)d teams called up; their leaders are told.") % {"n": len(made)})
    return redirect("force_needs")
