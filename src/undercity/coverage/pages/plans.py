"""The next places to open: asking for a plan, the plan with its places, two beside each other, its files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, pgettext

from undercity import clock
from undercity.coverage import rules
from undercity.coverage.actions.planning import ask_plan, solve
from undercity.coverage.drawing import pictured
from undercity.coverage.models import Plan
from undercity.coverage.pages.cover import pins_of
from undercity.coverage.queries import asked as asking, plans as listed
from undercity.coverage.queries.cover import covered
from undercity.coverage.queries.people import areas_of, in_force, people_of
from undercity.coverage.queries.sites import cool_places
from undercity.coverage.states import Listing, PlanKind, PlanStatus, Whether
from undercity.errors import NotAllowed, NotFound, RuleBroken
from undercity.org.csv_files import csv_response, harmless
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory
from undercity.org.requests import actor_of, officers_only
from undercity.org.states import Power
from undercity.places.states import PlaceUse

# What a form without answers starts from.
USUAL: dict[str, Any] = {"kind": "cover", "k": "5", "minutes": "15", "open": "all", "at": "", "listing": "all",
                         "uses": ["cooling", "reading", "exhibition", "stage", "idle"], "area": ""}


def planner(request: HttpRequest) -> Actor:
    """The actor, who may plan somewhere; otherwise NotAllowed."""
    actor = actor_of(request)
    if not areas_of(actor, Power.COVERAGE_PLAN):
        raise NotAllowed(_("Your post has no power to %(power)s.") % {"power": Power.COVERAGE_PLAN.label},
                         remedy=_("Ask the administrator of your office if you should have it."))
    return actor


@officers_only
def plans(request: HttpRequest) -> HttpResponseBase:
    """The form, and the plans there are; sent, it makes one and goes to it."""
    actor = planner(request)
    if request.method != "POST":
        given = {**USUAL, **{name: request.GET[name] for name in ("k", "minutes", "open", "at", "area", "kind")
                             if name in request.GET}}
        return _form(request, actor, given, None, 200)
    given = {**{name: request.POST.get(name, "") for name in USUAL}, "uses": request.POST.getlist("uses")}
    now = clock.now()
    try:
        question = rules.asked(kind=given["kind"], k=given["k"], minutes=given["minutes"], uses=given["uses"],
                               listing=given["listing"])
        asked = asking.read(given, actor, now, Power.COVERAGE_PLAN)
        made = ask_plan(question, scope=asked.area, moment=asked.moment, by=actor, at=now,
                        client_key=request.POST.get("client_key", "")[:64])
    except RuleBroken as refusal:
        return _form(request, actor, given, refusal, 422)
    solve(made.pk, by=actor, at=now, at_once=True)
    return redirect("coverage_plan", made.pk)


def _form(request: HttpRequest, actor: Actor, given: dict[str, Any], refusal: RuleBroken | None,
          status: int) -> HttpResponse:
    return render(request, "coverage/plans.html", {
        "given": given, "refusal": refusal, "areas": asking.areas(actor, Power.COVERAGE_PLAN),
        "kinds": PlanKind.choices, "whethers": Whether.choices, "uses": PlaceUse.choices, "listings": Listing.choices,
        "plans": [(plan, body_name(plan.scope_id)) for plan in listed.plans(actor)], "page": "plans",
        "figures": in_force(clock.now().date()), "key": uuid4(), "k_most": rules.K_MOST}, status=status)


def _found(request: HttpRequest, uid: UUID) -> Plan:
    found = listed.plan_of(planner(request), uid)
    if found is None:
        raise NotFound(_("There is no such plan, or it is not yours."), remedy=_("Look at the list of plans."))
    return found


def told(plan: Plan) -> dict[str, Any]:
    """A plan for a page: its question and its answer in words and figures."""
    now, gap = clock.now(), listed.gap_of(plan)
    found = listed.lines(plan, now)
    new = [line for line in found if line.rank is not None]
    return {"plan": plan, "where": body_name(plan.scope_id), "lines": new, "open": [
        line for line in found if line.rank is None], "gap": rules.gap_in_words(gap), "uses": listed.uses_of(plan),
        "outcome": listed.outcome_of(plan), "after": (plan.before or 0) + (plan.gained or 0),
        "share_before": 100 * (plan.before or 0) / plan.people if plan.people else 0.0,
        "share_after": 100 * ((plan.before or 0) + (plan.gained or 0)) / plan.people if plan.people else 0.0,
        "walk": listed.average_walk(found), "waiting": plan.status == PlanStatus.WAITING,
        "failed": plan.status == PlanStatus.FAILED, "terms": rules.terms(plan.asked_at.date()),
        "for_room": plan.kind == PlanKind.ROOM, "listing": Listing(plan.listing).label,
        "share_coming": f"{rules.terms(plan.asked_at.date()).share_coming * 100:g} %"}


@officers_only
def plan(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One plan: while it is calculated the page asks again by itself; then the places, the map, the gap in words."""
    found = _found(request, uid)
    context = {**told(found), "page": "plans", "others": [
        (one, body_name(one.scope_id)) for one in listed.plans(planner(request))
        if one.pk != found.pk and one.status == PlanStatus.ANSWERED][:20]}
    if found.status == PlanStatus.ANSWERED:
        now = clock.now()
        new = [line.site for line in context["lines"]]
        book = directory()
        cover = covered(people_of(found.population_id), book.under(book.cards[found.scope_id].path),
                        [*cool_places(now, open_at=found.moment), *new], found.minutes, context["terms"])
        context["picture"] = pictured(cover, pins_of(new), found.scope_id, "")
    return render(request, "coverage/plan.html", context)


@officers_only
def compare(request: HttpRequest) -> HttpResponse:
    """Two plans beside each other: figures, places in both, places in one."""
    planner(request)
    chosen = []
    for name in ("a", "b"):
        try:
            chosen.append(told(_found(request, UUID(request.GET.get(name, "")))))
        except ValueError:
            raise NotFound(_("There is no such plan, or it is not yours."),
                           remedy=_("Open a plan and choose another one to compare it with.")) from None
    ranks = [{line.site.id: line for line in one["lines"]} for one in chosen]
    sites = {line.site.id: line.site for one in reversed(chosen) for line in one["lines"]}
    rows = sorted(((site, ranks[0].get(key), ranks[1].get(key)) for key, site in sites.items()),
                  key=lambda row: (row[1] is None, row[1].rank if row[1] else 0, row[2].rank if row[2] else 0))
    return render(request, "coverage/compare.html", {"sides": chosen, "rows": rows, "page": "plans",
                                                     "both": sum(1 for _site, a, b in rows if a and b)})


@officers_only
def plan_csv(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The places of a plan as a spreadsheet reads them."""
    found = _found(request, uid)
    rows = listed.lines(found, clock.now())
    head: list[object] = [pgettext("plan", "Rank"), _("Place"), _("Peacetime use"), _("District"), _("Listed"),
                          _("People"), _("Together"), _("Minutes on foot"), _("Room for"), "lat", "lon"]
    yes, districts = _("yes"), {line.site.district: body_name(line.site.district) for line in rows}
    lines: list[list[object]] = [[
              line.rank or "", harmless(line.site.name), line.site.use_label, harmless(districts[line.site.district]),
              yes if line.site.listed else "", round(line.people, 1),
              round(line.sum, 1) if line.rank else "", "" if line.minutes is None else round(line.minutes, 1),
              "" if line.room is None else line.room, line.site.lat, line.site.lon] for line in rows]

    def made() -> Iterator[list[object]]:
        yield head
        yield from lines

    return csv_response(f"{_('Plan')}-{found.asked_at.astimezone(clock.ZONE):%Y%m%d-%H%M}", made())


@officers_only
def plan_geojson(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The places of a plan as GeoJSON points."""
    found = _found(request, uid)
    features = [{"type": "Feature", "id": line.site.key,
                 "geometry": {"type": "Point", "coordinates": [line.site.lon, line.site.lat]},
                 "properties": {"rank": line.rank, "name": line.site.name, "use": line.site.use,
                                "people": line.people, "minutes": line.minutes, "room": line.room,
                                "listed": line.site.listed, "invented": line.site.invented}}
                for line in listed.lines(found, clock.now())]
    answer = JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json",
                          json_dumps_params={"ensure_ascii": False})
    answer.headers["Content-Disposition"] = f'attachment; filename="plan-{found.pk}.geojson"'
    return answer
